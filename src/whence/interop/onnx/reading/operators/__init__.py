"""How each ONNX operator is read: what it does to a value, as layers of whence."""

from whence.interop.onnx.reading.operators import (
    convolution,
    elementwise,
    heads,
    movement,
    normalisation,
    recurrent,
    sums,
)

__all__ = ["convolution", "elementwise", "heads", "movement", "normalisation", "recurrent", "sums"]
__dir__ = __all__.copy
