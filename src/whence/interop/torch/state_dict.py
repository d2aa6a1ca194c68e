"""State dicts of PyTorch modules: those of networks written, and those of modules of the same shape read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from whence.arguments import checks_arguments, shown
from whence.arrays import Array
from whence.errors import ArgumentError, ShapeError
from whence.files import replacing
from whence.interop.torch import kinds  # noqa: F401 (which enters the kinds of layers)
from whence.interop.torch.arrangement import arranged_network, leaves
from whence.interop.torch.kinds.normalisation import BATCHES_SEEN
from whence.interop.torch.tensors import as_array, read_tensors
from whence.nn import Sequential
from whence.wording import counted


@checks_arguments
def torch_state_dict(net: Sequential) -> dict[str, Array]:
    """Return the state dict of the PyTorch module that computes what a network does.

    Parameters
    ----------
    net : Sequential
        The network.

    Returns
    -------
    dict of str to array
        Contiguous copies, named as in an ``nn.Sequential`` of the layers and in the class of `torch_source`:
        ``"0.weight"``. Weights are transposed as PyTorch has them; those of a linear layer after a flattening, or
        before a reshape to images, are for features with channels before rows and columns.

    Raises
    ------
    ArgumentError
        If a layer is none of whence's own.
    """
    found: dict[str, Array] = {}
    for placed in leaves(arranged_network(net)):
        tensors = placed.to_torch({**placed.layer.views, **placed.layer.buffers})
        found |= {f"{placed.path}.{name}": np.array(tensor, order="C") for name, tensor in tensors.items()}
    return found


@checks_arguments
def write_torch_state_dict(path: str | os.PathLike[str], net: Sequential) -> None:
    """Write the state dict of `torch_state_dict` as a safetensors file, for ``safetensors.torch.load_file``.

    Parameters
    ----------
    path : path
        The file to write.
    net : Sequential
        The network.

    Raises
    ------
    ArgumentError
        If a layer is none of whence's own.
    RunFolderError
        If the file cannot be written.
    """
    content = torch_state_file(net)
    with replacing(path) as file:
        file.write(content)


def torch_state_file(net: Sequential) -> bytes:
    """Return the content of the safetensors file of the state dict."""
    from safetensors.numpy import save

    content: bytes = save(torch_state_dict(net), metadata={"format": "pt"})
    return content


@checks_arguments
def load_torch_state_dict(
    net: Sequential,
    state: Mapping[str, Any] | str | os.PathLike[str],
    *,
    modules: Sequence[str] | None = None,
) -> None:
    """Copy the parameters and buffers of a PyTorch module of the same shape into a network.

    Parameters
    ----------
    net : Sequential
        The network, whose layers are those of the module in the same order.
    state : mapping of str to tensor or array, or path
        The module's state dict, or a safetensors file of it.
    modules : sequence of str, optional
        The names in it of the modules that have tensors, in the order of the network's layers:
        ``["conv", "fc1", "fc2"]``. By default those of `torch_state_dict`, such as ``["0", "4", "6"]``.

    Raises
    ------
    ShapeError
        If tensors are missing, unexpected, of another shape, not of floating-point numbers or not finite; the message
        lists all of them, and nothing is copied.
    ArgumentError
        If a layer is none of whence's own, or there are too few or too many names of modules.
    ModelFileError
        If the file is missing, or no safetensors file of a PyTorch module.
    """
    given = state if isinstance(state, Mapping) else read_tensors(state)
    expected = torch_state_dict(net)
    names = _names_in_state(list(expected), modules)
    tensors = {name: as_array(name, tensor) for name, tensor in given.items()}
    if problems := [*_misfits(tensors, {names[name]: array for name, array in expected.items()}, net.dtype)]:
        raise ShapeError(
            f"the state dict does not fit this network: {'; '.join(problems)}; compare whence.interop.torch."
            "torch_source(net), and name your own modules by modules=[…]"
        )
    found: dict[str, Array] = {}
    for placed in leaves(arranged_network(net)):
        prefix = f"{placed.path}."
        own = {
            name.removeprefix(prefix): tensors[theirs]
            for name, theirs in names.items()
            if name.startswith(prefix) and theirs in tensors
        }
        found |= {f"{prefix}{name}": array for name, array in placed.from_torch(own).items()}
    net.load_state_dict(found)


def _names_in_state(expected: Sequence[str], modules: Sequence[str] | None) -> dict[str, str]:
    """Return the name in a state dict of each tensor, by its name in that of `torch_state_dict`."""
    own = list(dict.fromkeys(name.rpartition(".")[0] for name in expected))
    if modules is None:
        modules = own
    if len(modules) != len(own) or len(set(modules)) != len(modules):
        raise ArgumentError(
            f"modules names {counted(len(set(modules)), 'module')}, but {counted(len(own), 'layer')} of this network "
            f"have tensors, those at {', '.join(own)}; give a name for each"
        )
    theirs = dict(zip(own, modules, strict=True))
    return {name: f"{theirs[name.rpartition('.')[0]]}.{name.rpartition('.')[2]}" for name in expected}


def _misfits(tensors: Mapping[str, Array], expected: Mapping[str, Array], dtype: np.dtype[Any]) -> Iterator[str]:
    """Yield all in which a state dict differs from what is expected, in words."""
    missing = [name for name in expected if name not in tensors and not name.endswith(BATCHES_SEEN)]
    unexpected = [shown(name) if not isinstance(name, str) else name for name in tensors if name not in expected]
    if missing:
        yield f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    if unexpected:
        yield f"{', '.join(unexpected)} {'is' if len(unexpected) == 1 else 'are'} unexpected"
    for name, tensor in tensors.items():
        if name not in expected or name.endswith(BATCHES_SEEN):
            continue
        if tensor.shape != expected[name].shape:
            yield f"{name} has the shape {tensor.shape}, expected {expected[name].shape}"
        elif tensor.dtype.kind != "f":
            yield f"{name} is {tensor.dtype}, expected floating-point numbers"
        elif not _finite(tensor, dtype):
            yield f"{name} has numbers that are not finite in {dtype}"


@np.errstate(over="ignore")
def _finite(tensor: Array, dtype: np.dtype[Any]) -> bool:
    return bool(np.isfinite(tensor.astype(dtype)).all())
