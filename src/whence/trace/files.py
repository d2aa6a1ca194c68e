"""Files of traces: the arrays as safetensors, with formulas and other metadata as JSON."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from whence.arguments import checks_arguments
from whence.array_file import read_arrays, write_arrays
from whence.arrays import Array
from whence.errors import ModelFileError, WhenceError
from whence.formula import from_json
from whence.trace.trace import LayerInfo, Origin, Step, Trace

KIND, VERSION = "trace", 2
_ADVICE = "save the traces again"


class _Loss(msgspec.Struct):
    loss: str


class _Optimizer(msgspec.Struct):
    optimizer: str


class _Description(msgspec.Struct):
    """What every description of a trace has."""

    loss: _Loss
    optimizer: _Optimizer
    classes: list[str] | None = None
    data: dict[str, Any] | None = None


class _TraceRecord(msgspec.Struct):
    """What `Trace.to_json` writes, with the names of the arrays in their order."""

    order: list[str]
    formulas: dict[str, dict[str, Any]]
    origins: dict[str, Origin]
    steps: tuple[Step, ...]
    layers: tuple[LayerInfo, ...]
    description: dict[str, Any]

    def __post_init__(self) -> None:
        named = [name for step in self.steps for name in step.arrays]
        named += [name for layer in self.layers for name in (layer.input, layer.output, *layer.parameters)]
        if unknown := {*named, *self.formulas, *self.origins} - {*self.order}:
            raise ValueError(f"there is no array {min(unknown)} in order")
        if {*self.origins} != {*self.order} or len(self.origins) < len(self.order):
            raise ValueError("order and origins have not the same arrays")
        if bare := {name for name, origin in self.origins.items() if origin.function} - {*self.formulas}:
            raise ValueError(f"there is no formula of {min(bare)}")
        if any(origin.layer not in (None, *range(len(self.layers))) for origin in self.origins.values()):
            raise ValueError("there is an array of a layer that is not among layers")
        msgspec.convert(self.description, _Description)


class _TracesRecord(msgspec.Struct):
    traces: list[_TraceRecord]


@checks_arguments
def save_traces(path: str | os.PathLike[str], traces: list[Trace]) -> None:
    """Write traces of consecutive training steps to one safetensors file, with their formulas as JSON.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    arrays = {f"{number}/{name}": array for number, trace in enumerate(traces) for name, array in trace.items()}
    described = [{"order": list(trace.arrays), **trace.to_json()} for trace in traces]
    write_arrays(path, arrays, {"traces": described}, kind=KIND, version=VERSION)


@checks_arguments
def load_traces(path: str | os.PathLike[str]) -> list[Trace]:
    """Read the traces in a file that `save_traces` wrote.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, of another kind or of a newer version.
    """
    arrays, record = read_arrays(path, _TracesRecord, kind=KIND, version=VERSION)
    own = {f"{number}/{name}" for number, trace in enumerate(record.traces) for name in trace.order}
    if different := own ^ arrays.keys():
        raise ModelFileError(f"{path} and its description do not agree on the array {min(different)}; {_ADVICE}")
    try:
        return [_trace(number, each, arrays) for number, each in enumerate(record.traces)]
    except (WhenceError, RecursionError) as error:
        raise ModelFileError(f"{path} is a damaged trace file: {error}; {_ADVICE}") from error


def _trace(number: int, record: _TraceRecord, arrays: dict[str, Array]) -> Trace:
    own = {name: arrays[f"{number}/{name}"] for name in record.order}
    formulas = {name: from_json(formula) for name, formula in record.formulas.items()}
    for name, formula in formulas.items():
        if formula.target.array != name:
            raise ModelFileError(f"the formula of {name} is that of {formula.target.array}")
        for entry in (formula.target, *formula.sources):
            if entry.array not in own or len(entry.subscripts) != own[entry.array].ndim:
                raise ModelFileError(f"the formula of {name} has an entry of {entry.array} that there is not")
    return Trace(own, formulas, record.origins, record.steps, record.layers, record.description)
