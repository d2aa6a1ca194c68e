"""Which step a trace is of, in words."""

from __future__ import annotations

from collections.abc import Sequence

from whence.trace import Trace
from whence.views.texts import Language, Texts

_MOST_LISTED, _LISTED_OF_MORE = 8, 6


def which_step(trace: Trace, texts: Texts) -> str:
    """Return which step a trace is of, on which samples, with which learning rate; empty if that is not known.

    ``description["data"]`` says it: the ``name`` of the data, their ``samples``, and the ``kind`` and ``number`` of the
    ``step``.
    """
    data = trace.description.get("data") or {}
    if not {"name", "samples"} <= data.keys():
        return ""
    step = data.get("step") or {"kind": "traced", "number": int(trace["τ"])}
    return texts(
        "which",
        step=texts(f"which.{step['kind']}", number=step["number"]),
        samples=samples_text(data["samples"], texts),
        data=texts("which.made-up", seed=data["seed"]) if "seed" in data else data["name"],
        eta=f"{trace['η']:g}".replace(".", texts("decimal")),
    )


def step_sentence(trace: Trace, language: Language) -> str:
    """Return a sentence that says which step a trace is of; empty if that is not known."""
    texts = Texts("common", language)
    which = which_step(trace, texts)
    return texts("which.sentence", which=which) if which else ""


def samples_text(rows: Sequence[int], texts: Texts) -> str:
    """Return samples of a step, the first of many: ``sample 0``, ``samples 0 to 3``, ``samples 2 and 5``."""
    if len(rows) == 1:
        return texts("samples.one", row=rows[0])
    if list(rows) == [*range(rows[0], rows[0] + len(rows))]:
        return texts("samples.range", first=rows[0], last=rows[-1])
    shown: list[object] = list(rows)
    if len(rows) > _MOST_LISTED:
        shown = [*rows[:_LISTED_OF_MORE], texts("samples.more", count=len(rows) - _LISTED_OF_MORE)]
    return texts("samples.several", rows=texts.listed(shown))
