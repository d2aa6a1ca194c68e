"""How fast whence trains, beside other libraries that compute the same."""
