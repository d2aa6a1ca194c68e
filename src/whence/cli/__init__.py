"""The command line: what a person types."""

from whence.cli.app import main

__all__ = ["main"]
__dir__ = __all__.copy
