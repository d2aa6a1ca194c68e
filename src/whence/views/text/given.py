"""Descriptions of given numbers: a pixel, a label, a parameter."""

from __future__ import annotations

from typing import Any

import numpy as np

from whence.arguments import checks_arguments
from whence.formula.filling import check_index
from whence.trace import Trace
from whence.views.texts import Language, Texts


@checks_arguments
def say_given(trace: Trace, name: str, index: tuple[int, ...], language: Language = "en") -> str:
    """Return what a given cell is, in words: ``pixel (row 3, column 5) of sample 0``.

    Parameters
    ----------
    trace : Trace
        The trace.
    name : str
        An array without a formula.
    index : tuple of int
        The index of the cell.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    """
    texts = Texts("why", language)
    check_index(name, trace[name].shape, index)
    origin = trace.origins[name]
    if origin.phase == "data":
        if name == "y":
            return _label(trace, index, texts)
        what = texts("say.sample", what=_input(trace, index, texts), sample=_sample(trace, index))
        return f"{what}: {known}" if (known := _meaning(trace, index, texts)) else what
    if origin.phase == "parameter":
        return texts("say.parameter")
    if origin.phase == "setting":
        return texts({"η": "say.eta", "τ": "say.number"}.get(name, "say.setting"))
    if origin.phase == "loss":
        return texts("say.loss")
    if origin.layer is None:
        return texts("say.optimizer")
    return texts("say.state" if origin.phase == "update" else "say.drawn", layer=trace.layers[origin.layer].text)


def _data(trace: Trace) -> dict[str, Any]:
    data: dict[str, Any] = trace.description.get("data") or {}
    return data


def _sample(trace: Trace, index: tuple[int, ...]) -> int:
    samples = _data(trace).get("samples")
    return int(samples[index[0]] if samples else index[0])


def _meaning(trace: Trace, index: tuple[int, ...], texts: Texts) -> str:
    """Return the character that an input stands for, or what it is from in the files, if that is known."""
    sample, *position = index
    data, value = _data(trace), trace["x"][index]
    if value.dtype.kind in "iu" and (characters := data.get("characters")):
        return repr(characters[int(value)])
    if not (origins := data.get("origins")):
        return ""
    places: list[str | dict[str, Any]] = origins[sample]
    origin = places[int(np.ravel_multi_index(position, trace["x"].shape[1:])) if len(places) > 1 else 0]
    return origin if isinstance(origin, str) else _table_cell(origin, texts)


def _table_cell(cell: dict[str, Any], texts: Texts) -> str:
    """Return which cell of a table an input is from, a `whence.data.table_cell.TableCell`, and how it was computed."""
    said = {
        "computed": cell["computed"],
        "written": texts("say.empty") if cell["written"] is None else repr(cell["written"]),
        "column": repr(cell["column"]),
        "table": cell["table"],
        "row": cell["row"],
    }
    return texts("say.cell", **said) if cell["line"] is None else texts("say.cell.line", **said, line=cell["line"])


def _input(trace: Trace, index: tuple[int, ...], texts: Texts) -> str:
    _, *position = index
    columns, image = _data(trace).get("columns"), _data(trace).get("image")
    place = ", ".join(map(str, position)) or "0"
    if len(position) == 3:
        colour = f".{position[2]}" if trace["x"].shape[-1] == 3 else ""
        return texts(f"say.pixel{colour}", row=position[0], column=position[1])
    if trace["x"].dtype.kind in "iu":
        characters = _data(trace).get("characters")
        return texts("say.character" if characters else "say.token", place=place)
    if len(position) == 2:
        return texts("say.feature", place=position[1], time=position[0])
    if len(position) == 1 and columns:
        return texts("say.column", name=repr(columns[position[0]]))
    if len(position) == 1 and image:
        row, column = divmod(position[0] // image["channels"], image["width"])
        return texts("say.pixel", row=row, column=column)
    return texts("say.input", place=place)


def _label(trace: Trace, index: tuple[int, ...], texts: Texts) -> str:
    classes, target = trace.description.get("classes"), trace["y"]
    sample, (_, *position) = _sample(trace, index), index
    if target.dtype.kind in "iu":
        value = int(target[index])
        named = classes[value] if classes and value < len(classes) else value
        label = repr(named) if _data(trace).get("characters") else named
        place = " ".join(map(str, position))
        return texts("say.label.place" if place else "say.label", place=place, sample=sample, label=label)
    if classes and len(classes) == target.shape[-1]:
        return texts("say.class", sample=sample, label=classes[position[-1]])
    what = texts("say.target") if target[0].size == 1 else texts("say.target.place", place=position[-1])
    return texts("say.sample", what=what, sample=sample)
