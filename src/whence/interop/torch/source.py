"""A network as the source of a PyTorch module."""

from __future__ import annotations

import textwrap

import numpy as np

from whence.arguments import checks_arguments
from whence.errors import ArgumentError
from whence.interop.torch import kinds  # noqa: F401 (which enters the kinds of layers)
from whence.interop.torch.arrangement import arranged_network
from whence.interop.torch.chain_source import chain_statements, module_lines
from whence.interop.torch.placed_layer import natural_channels, shape_in_torch
from whence.nn import Sequential


@checks_arguments
def torch_source(net: Sequential, name: str = "Network") -> str:
    """Return a Python module with a PyTorch module that computes what a network does.

    It is an ``nn.Sequential`` whose state dict is that of `torch_state_dict`. Where PyTorch has no module for a layer,
    or needs the axis of channels elsewhere, it has a ``forward`` too.

    Parameters
    ----------
    net : Sequential
        The network.
    name : str
        The name of the class.

    Returns
    -------
    str
        The source. Images are (N, C, H, W) at its input and output, and everything else is as in whence; the sequences
        of one batch have the same length.

    Raises
    ------
    ArgumentError
        If a layer is none of whence's own, or the name is none for a class.
    """
    if not name.isidentifier():
        raise ArgumentError(f"{name!r} cannot be the name of a class; give one such as Network")
    chain = arranged_network(net)
    channels, channels_out = natural_channels(net.input_shape), natural_channels(net.output_shape)
    statements, plain = chain_statements(chain, "self", "x", channels, channels_out)
    takes, gives = shape_in_torch(net.input_shape, channels), shape_in_torch(net.output_shape, channels_out)
    dtype = "int64" if net.layers[0].takes_indices else net.dtype.name
    constructor = ["super().__init__(", *module_lines(chain), ")"]
    if net.dtype == np.float64:
        constructor.append("self.double()")
    methods = [_method("__init__(self) -> None", constructor)]
    if not plain:
        methods.append(_method("forward(self, x: Tensor) -> Tensor", [*statements, "return x"]))
    heading = f'"""Takes {dtype} {takes} and gives {gives}."""'
    body = textwrap.indent("\n\n".join([heading, *methods]), "    ")
    return f"from torch import {'' if plain else 'Tensor, '}nn\n\n\nclass {name}(nn.Sequential):\n{body}\n"


def _method(signature: str, lines: list[str]) -> str:
    return "\n".join([f"def {signature}:", textwrap.indent("\n".join(lines), "    ")])
