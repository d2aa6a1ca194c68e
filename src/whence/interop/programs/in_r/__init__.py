"""Programs in base R: formulas as matrix products and arithmetic of matrices, with loops over other axes."""
