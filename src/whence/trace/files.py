"""Files of traces: the arrays as safetensors, with formulas and other metadata as JSON."""

from __future__ import annotations

import os

import msgspec

from whence.arguments import checks_arguments
from whence.array_file import read_arrays, write_arrays
from whence.arrays import Array
from whence.errors import ModelFileError, WhenceError
from whence.formula import from_json
from whence.formula.formulas import rename
from whence.schema import converted
from whence.trace.record import DescriptionRecord, TraceRecord, require_computable
from whence.trace.trace import Trace

KIND, VERSION = "trace", 3
_ADVICE = "save the traces again"


class _TracesRecord(msgspec.Struct):
    traces: list[TraceRecord]


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


def _trace(number: int, record: TraceRecord, arrays: dict[str, Array]) -> Trace:
    own = {_named_today(name, record): arrays[f"{number}/{name}"] for name in record.order}
    if empty := [name for name, array in own.items() if not array.size]:
        raise ModelFileError(f"the array {empty[0]} has no numbers")
    if own["x"].ndim == 0 or own["η"].ndim or own["τ"].ndim:
        raise ModelFileError("the inputs x are one number, or the learning rate η or the step τ is not one")
    formulas = {
        name: rename(from_json(formula), lambda source: _named_today(source, record))
        for name, formula in record.formulas.items()
    }
    for name, formula in formulas.items():
        if formula.target.array != name:
            raise ModelFileError(f"the formula of {name} is that of {formula.target.array}")
        require_computable(formula, own)
    described = converted(record.description, DescriptionRecord, "its description", advice=_ADVICE)
    if described.data is not None:
        described.data.require_for(own["x"])
    origins = {_named_today(name, record): origin for name, origin in record.origins.items()}
    return Trace(own, formulas, origins, record.steps, record.layers, record.description)


def _named_today(name: str, record: TraceRecord) -> str:
    """Return the name of an array; the number of the step was called ``t`` in files of versions 1 and 2."""
    return "τ" if name == "t" and "τ" not in record.order else name
