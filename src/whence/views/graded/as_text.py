"""The grade of a program as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from whence.arguments import checks_arguments
from whence.own_program import Grade
from whence.views.graded.phrases import Phrases, names
from whence.views.texts import Language

_TERMS = 6


@checks_arguments
def grade_text(grade: Grade, *, language: Language = "en") -> str:
    """Return what is right in a program, its first wrong cell and the likely slip.

    Parameters
    ----------
    grade : Grade
        The grade.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    """
    phrases = Phrases(grade, language)
    texts = phrases.texts
    said = {
        "label.network": " → ".join(layer.text for layer in grade.trace.layers),
        "label.step": phrases.step,
        "label.taken": phrases.taken,
        "label.conventions": "; ".join(phrases.conventions),
        "label.right": names(each for each in grade.arrays if each.verdict == "right"),
        "label.unknown": ", ".join(grade.unknown),
    }
    labels = {key: texts(key) for key, line in said.items() if line}
    width = max(map(len, labels.values()))
    lines = [f"{label:{width}}  {said[key]}" for key, label in labels.items()]
    return "\n".join([*lines, "", *_answer(phrases)])


def _answer(phrases: Phrases) -> Iterator[str]:
    yield phrases.verdict
    if phrases.grade.right:
        return
    cell = phrases.cell
    if cell is not None:
        shown = cell.in_numbers(terms=_TERMS, words=phrases.texts.terms)
        margin = " " * len(cell.name)
        yield f"    {cell.text}"
        yield f"    {cell.name} = {shown.text}"
        if shown.text != shown.result:
            yield f"    {margin} {shown.sign} {shown.result}"
        if phrases.scale:
            yield f"    {phrases.scale}"
    elif phrases.grade.cell is not None and phrases.grade.cell.name in phrases.grade.trace.formulas:
        yield f"    {phrases.formula}"
    yield phrases.slip
    for verdict in ("follows", "wrong"):
        if others := phrases.of(verdict):
            yield phrases.texts(f"others.{verdict}", names=others)
