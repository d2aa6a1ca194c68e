"""Programs in Python with NumPy: formulas as expressions over whole arrays."""
