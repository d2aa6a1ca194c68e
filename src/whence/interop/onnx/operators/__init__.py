"""The ONNX operators of every kind of layer, by family; to import them enters them in the registry."""

from whence.interop.onnx.operators import activations, convolution, normalisation, recurrent, registry, shapes, sums

__all__ = ["activations", "convolution", "normalisation", "recurrent", "registry", "shapes", "sums"]
__dir__ = __all__.copy
