"""Files of traces: the arrays as safetensors, with formulas and other metadata as JSON."""

from __future__ import annotations

import os

from whence.arguments import checks_arguments
from whence.array_file import read_arrays, write_arrays
from whence.errors import ArgumentError, FormulaError, ModelFileError
from whence.formula import from_json
from whence.trace.trace import LayerInfo, Origin, Step, Trace

KIND, VERSION = "trace", 2


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
    arrays, description = read_arrays(path, kind=KIND, version=VERSION)
    try:
        return [
            Trace(
                arrays={name: arrays[f"{number}/{name}"] for name in entry["order"]},
                formulas={name: from_json(formula) for name, formula in entry["formulas"].items()},
                origins={name: Origin(**origin) for name, origin in entry["origins"].items()},
                steps=tuple(Step(s["kind"], s["number"], tuple(s["arrays"])) for s in entry["steps"]),
                layers=tuple(LayerInfo(**{**n, "parameters": tuple(n["parameters"])}) for n in entry["layers"]),
                description=entry["description"],
            )
            for number, entry in enumerate(description["traces"])
        ]
    except (KeyError, TypeError, ArgumentError, FormulaError) as error:
        raise ModelFileError(f"{path} is a damaged trace file ({error!r}); save the traces again") from error
