"""What every kind of layer is in PyTorch, by family; to import them enters them in the registry."""

from whence.interop.torch.kinds import activations, convolution, normalisation, recurrent, residual, shapes, sums

__all__ = ["activations", "convolution", "normalisation", "recurrent", "residual", "shapes", "sums"]
__dir__ = __all__.copy
