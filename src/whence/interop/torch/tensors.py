"""Tensors as arrays: those of PyTorch, and those in safetensors files, without importing torch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError, ModelFileError

_DTYPES = {
    "F64": np.float64,
    "F32": np.float32,
    "F16": np.float16,
    "I64": np.int64,
    "I32": np.int32,
    "I16": np.int16,
    "I8": np.int8,
    "U8": np.uint8,
    "BOOL": np.bool_,
}


def as_array(name: str, tensor: Any) -> Array:
    """Return a tensor, on any device, or what NumPy takes for an array, as an array.

    Raises
    ------
    ArgumentError
        If it is neither, or of a dtype that NumPy does not have.
    """
    try:
        if hasattr(tensor, "detach"):
            tensor = tensor.detach().cpu()
            if str(tensor.dtype) == "torch.bfloat16":
                tensor = tensor.float()
        array = np.asarray(tensor)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ArgumentError(f"{name} in the state dict cannot be made an array: {error}; give a tensor") from error
    if array.dtype.kind not in "fiub":
        raise ArgumentError(f"{name} in the state dict is {type(tensor).__name__}, not a tensor; leave it out")
    return array


def read_tensors(path: str | os.PathLike[str]) -> dict[str, Array]:
    """Return the tensors of a safetensors file of a PyTorch module.

    Raises
    ------
    ModelFileError
        If there is no such file, it is none of safetensors, whence wrote it as a model, or a tensor is of a dtype that
        NumPy does not have.
    """
    from safetensors import SafetensorError, deserialize, safe_open

    read: Any = deserialize

    if Path(path).is_dir():
        raise ModelFileError(f"{path} is a folder; give the safetensors file of a state dict in it")
    if not Path(path).is_file():
        raise ModelFileError(f"there is no file {path}; give a safetensors file of a state dict")
    try:
        with safe_open(path, framework="np") as file:
            if "whence" in (file.metadata() or {}):
                raise ModelFileError(f"{path} is a file of whence, not of PyTorch; read it by whence.load_model")
        held = dict(read(Path(path).read_bytes()))
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise ModelFileError(
            f"{path} is no safetensors file ({error}); in PyTorch, write one by "
            "safetensors.torch.save_file(module.state_dict(), path)"
        ) from error
    return {name: _array(path, name, tensor) for name, tensor in held.items()}


def _array(path: str | os.PathLike[str], name: str, tensor: dict[str, Any]) -> Array:
    content, dtype = tensor["data"], tensor["dtype"]
    if dtype == "BF16":  # the upper half of float32
        numbers = (np.frombuffer(content, "<u2").astype(np.uint32) << 16).view(np.float32)
    elif dtype in _DTYPES:
        numbers = np.frombuffer(content, np.dtype(_DTYPES[dtype]).newbyteorder("<"))
    else:
        raise ModelFileError(f"{path} holds {name} as {dtype}, which NumPy does not have; save it as float32")
    return numbers.reshape(tensor["shape"])
