"""Descriptions of given numbers: a pixel, a label, a parameter."""

from __future__ import annotations

from typing import Any

import numpy as np

from whence.arguments import checks_arguments
from whence.formula.filling import check_index
from whence.trace import Trace


@checks_arguments
def say_given(trace: Trace, name: str, index: tuple[int, ...]) -> str:
    """Return what a given cell is, in words: ``pixel (row 3, column 5) of sample 0``.

    Parameters
    ----------
    trace : Trace
        The trace.
    name : str
        An array without a formula.
    index : tuple of int
        The index of the cell.
    """
    check_index(name, trace[name].shape, index)
    origin = trace.origins[name]
    if origin.phase == "data":
        return _label(trace, index) if name == "y" else f"{_input(trace, index)}{_origin(trace, index)}"
    if origin.phase == "parameter":
        return "a parameter, before this step"
    if origin.phase == "setting":
        return {"η": "the learning rate", "t": "the number of this step"}.get(name, "a setting")
    if origin.phase == "loss":
        return "a setting of the loss"
    if origin.layer is None:
        return "state of the optimizer, before this step"
    layer = trace.layers[origin.layer].text
    return f"state of {layer}, before this step" if origin.phase == "update" else f"drawn or given in {layer}"


def _data(trace: Trace) -> dict[str, Any]:
    data: dict[str, Any] = trace.description.get("data") or {}
    return data


def _sample(trace: Trace, row: int) -> str:
    samples = _data(trace).get("samples")
    return f"sample {samples[row] if samples else row}"


def _origin(trace: Trace, index: tuple[int, ...]) -> str:
    """Return what an input is from in the files, if that is known."""
    sample, *position = index
    origins = _data(trace).get("origins")
    if not origins:
        return ""
    texts = origins[sample]
    place = int(np.ravel_multi_index(position, trace["x"].shape[1:]))
    return f": {texts[place] if len(texts) > 1 else texts[0]}"


def _input(trace: Trace, index: tuple[int, ...]) -> str:
    sample, *position = index
    columns, image = _data(trace).get("columns"), _data(trace).get("image")
    if len(position) == 3:
        channels = trace["x"].shape[-1]
        colour = ("red, ", "green, ", "blue, ")[position[2]] if channels == 3 else ""
        return f"pixel ({colour}row {position[0]}, column {position[1]}) of {_sample(trace, sample)}"
    if trace["x"].dtype.kind in "iu":
        place = f"{', '.join(map(str, position)) or 0} of {_sample(trace, sample)}"
        characters = _data(trace).get("characters")
        return f"character {place}: {characters[int(trace['x'][index])]!r}" if characters else f"token {place}"
    if len(position) == 2:
        return f"feature {position[1]} at time step {position[0]} of {_sample(trace, sample)}"
    if len(position) == 1 and columns:
        return f"column {columns[position[0]]!r} of {_sample(trace, sample)}"
    if len(position) == 1 and image:
        row, column = divmod(position[0] // image["channels"], image["width"])
        return f"pixel (row {row}, column {column}) of {_sample(trace, sample)}"
    return f"input {', '.join(map(str, position)) or 0} of {_sample(trace, sample)}"


def _label(trace: Trace, index: tuple[int, ...]) -> str:
    classes, target = trace.description.get("classes"), trace["y"]
    sample, *position = index
    if target.dtype.kind in "iu":
        value = int(target[index])
        named = classes[value] if classes and value < len(classes) else value
        shown = repr(named) if _data(trace).get("characters") else named
        return f"label {''.join(f'{number} ' for number in position)}of {_sample(trace, sample)}: {shown}"
    if classes and len(classes) == target.shape[-1]:
        return f"1 if the class of {_sample(trace, sample)} is {classes[position[-1]]}, else 0"
    return f"target{'' if target[0].size == 1 else f' {position[-1]}'} of {_sample(trace, sample)}"
