"""Normalisation to mean zero and variance one."""

from whence.nn.normalisation.batch_norm import BatchNorm
from whence.nn.normalisation.group_norm import GroupNorm, InstanceNorm
from whence.nn.normalisation.layer_norm import LayerNorm

__all__ = ["BatchNorm", "GroupNorm", "InstanceNorm", "LayerNorm"]
__dir__ = __all__.copy
