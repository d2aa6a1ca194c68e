"""Write a trained network for PyTorch, and prove it by running it there, if PyTorch is installed."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.data import Samples
from whence.data.samples import spread
from whence.errors import ArgumentError, WhenceError
from whence.files import replacing
from whence.interop.differences import largest_difference, require_agreement
from whence.interop.torch.source import torch_source
from whence.interop.torch.state_dict import torch_state_dict, torch_state_file
from whence.training import Model
from whence.training.outputs import outputs_for
from whence.visible import on_one_line

_INPUTS = 64
_TOLERANCE = 1e-5
"""The largest difference that is taken for rounding, as a share of the largest output."""


@dataclass(frozen=True)
class Receipt:
    """What the written module made of real inputs.

    Parameters
    ----------
    tool : str
        What ran it, with its version; or why it was not run.
    inputs : int
        How many inputs it was given; 0 if it was not run.
    difference : float
        The largest difference to what whence's network makes of them.
    largest : float
        The largest of whence's outputs in size.
    """

    tool: str
    inputs: int = 0
    difference: float = 0.0
    largest: float = 0.0


def state_file(path: str | os.PathLike[str]) -> Path:
    """Return the file with the state dict that is written beside a source: ``net_state.safetensors`` for ``net.py``."""
    return Path(path).with_name(f"{Path(path).stem}_state.safetensors")


@checks_arguments
def write_torch(path: str | os.PathLike[str], model: Model, samples: Samples) -> Receipt:
    """Write the source of a PyTorch module, and its state dict beside it, once it has given what the network gives.

    Parameters
    ----------
    path : path
        The file of the source, such as ``net.py``; the state dict is in ``net_state.safetensors`` then.
    model : Model
        The network; the module takes what its preprocessing makes of inputs.
    samples : Samples
        Real inputs, of which up to 64 are taken to prove it on.

    Returns
    -------
    Receipt
        How it was proved; it is not if PyTorch is not installed.

    Raises
    ------
    ArgumentError
        If a layer is none of whence's own, PyTorch cannot run the module, or an output differs by more than rounding;
        no file is written.
    RunFolderError
        If a file cannot be written.
    """
    source = torch_source(model.net)
    try:
        receipt = _proved(source, model, samples)
    except WhenceError:
        raise
    except (RuntimeError, TypeError, ValueError, LookupError) as error:  # PyTorch's own
        raise ArgumentError(f"PyTorch cannot run the module: {on_one_line(str(error))}; no file was written") from error
    with replacing(path) as file, replacing(state_file(path)) as beside:
        file.write(source.encode())
        beside.write(torch_state_file(model.net))
        beside.flush()
        if os.path.isfile(path):  # so that at no moment one file is of this network and the other of another
            os.unlink(os.path.realpath(path))
    return receipt


def _proved(source: str, model: Model, samples: Samples) -> Receipt:
    try:
        torch: Any = importlib.import_module("torch")
    except ImportError:
        return Receipt("not run: PyTorch is not installed")
    module = _loaded(torch, source, torch_state_dict(model.net))
    chosen = spread(samples, _INPUTS)
    difference, largest = 0.0, 0.0
    for raw in _without_padding(chosen):
        expected = _in_torch(outputs_for(model.net, raw, model.preprocessing))
        with torch.no_grad():
            found = module(torch.from_numpy(_in_torch(model.preprocessing(raw, model.net.input_dtype)))).numpy()
        difference = max(difference, largest_difference(found, expected))
        largest = max(largest, float(np.abs(expected).max()))
    require_agreement("PyTorch", "the module's outputs", difference, largest, _TOLERANCE)
    return Receipt(f"PyTorch {torch.__version__}", len(chosen), difference, largest)


def _loaded(torch: Any, source: str, state: dict[str, Array]) -> Any:
    """Return the module of a source with a state dict, for inference."""
    names: dict[str, Any] = {}
    exec(compile(source, "the written module", "exec"), names)
    module = names["Network"]()
    module.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in state.items()})
    return module.eval()


def _without_padding(samples: Samples) -> list[Array]:
    """Return raw inputs in batches: all, or where they have lengths one by one."""
    if samples.lengths is None:
        return [samples.inputs]
    return [samples.inputs[row : row + 1, :length] for row, length in enumerate(samples.lengths)]


def _in_torch(batch: Array) -> Array:
    """Return a batch as PyTorch has it: images with channels second."""
    return np.ascontiguousarray(np.moveaxis(batch, -1, 1) if batch.ndim == 4 else batch)
