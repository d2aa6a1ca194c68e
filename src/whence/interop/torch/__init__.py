"""Networks as PyTorch has them: state dicts in and out, and the source of the same module. None of it needs torch."""

from whence.interop.torch.source import torch_source
from whence.interop.torch.state_dict import load_torch_state_dict, torch_state_dict, write_torch_state_dict
from whence.interop.torch.writing import Receipt, write_torch

__all__ = [
    "Receipt",
    "load_torch_state_dict",
    "torch_source",
    "torch_state_dict",
    "write_torch",
    "write_torch_state_dict",
]
__dir__ = __all__.copy
