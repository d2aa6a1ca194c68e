"""Training loops as programs in NumPy and R, step by step."""
