"""Layers over images and sequences: convolutions, pooling and upsampling."""

from whence.nn.convolution.convolution import Conv1d, Conv2d
from whence.nn.convolution.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from whence.nn.convolution.transposed import ConvTranspose2d
from whence.nn.convolution.upsample import Upsample

__all__ = ["AvgPool2d", "Conv1d", "Conv2d", "ConvTranspose2d", "GlobalAvgPool2d", "MaxPool2d", "Upsample"]
__dir__ = __all__.copy
