"""Measurements of whence; ``python -m benchmarks`` times it against other libraries."""
