"""whence: a neural-network library whose network can say where every number in it came from."""

__version__ = "0.1.0"
