"""Files with tables: what they hold, how they are written, and reading them."""
