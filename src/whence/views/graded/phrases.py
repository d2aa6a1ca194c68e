"""What is said of a graded program, in each language."""

from __future__ import annotations

from collections.abc import Iterable

from whence.formula import Cell, write, write_number
from whence.formula.cell import cell_name
from whence.own_program import Grade, GradedArray
from whence.views.texts import Language, Texts

_DIGITS = 17


class Phrases:
    """The sentences about one grade.

    Parameters
    ----------
    grade : Grade
        The grade.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    """

    def __init__(self, grade: Grade, language: Language) -> None:
        self.grade, self.texts = grade, Texts("grade", language)

    @property
    def verdict(self) -> str:
        """Whether all is right, or where the first wrong cell is."""
        cell, count = self.grade.cell, len(self.grade.arrays)
        if cell is None:
            return self.texts("right", count=count) if count else self.texts("nothing")
        if cell.name == "y" and cell.here is not None:
            numbers = {"sample": cell.index[0], "here": f"{cell.here:g}", "there": f"{cell.there:g}"}
            return self.texts("wrong.targets", given=self.grade.given.names["y"], own=cell.own, **numbers)
        if cell.here is None or cell.there is None:
            return self.texts(
                "wrong.shape", own=cell.own, name=cell.name, there=str(cell.own_shape), here=str(cell.shape)
            )
        here, there = apart(cell.here, cell.there)
        return self.texts("wrong.cell", own=cell_name(cell.own, cell.own_index), name=cell.text, there=there, here=here)

    @property
    def slip(self) -> str:
        """The likely slip, or that none of the list gives the numbers; for an update also its learning rate."""
        slip, cell, trace = self.grade.slip, self.grade.cell, self.grade.trace
        if cell is None:
            return ""
        if slip is None and cell.name.endswith("_new"):
            return self.texts("slip.none.update", rate=f"{trace['η']:g}")
        if slip is None:
            return self.texts("slip.none")
        return self.texts("slip", said=self.texts(f"slip.{slip.id}"), id=slip.id, array=slip.array)

    @property
    def taken(self) -> str:
        """What the right step was made from."""
        return ", ".join(named(name, own) for name, own in self.grade.given.names.items())

    @property
    def conventions(self) -> list[str]:
        """The conventions of the program, one sentence for each."""
        grade, texts = self.grade, self.texts
        said = [texts(f"convention.{each['id']}") for each in grade.layout]
        absent = [name for name in grade.given.arrays if name not in grade.given.names]
        if absent:
            said.append(texts("convention.zero", names=texts.listed(absent)))
        own = {each.name: each.own for each in grade.arrays}
        for each in grade.conventions:
            names = texts.listed(own[name] for name in each.arrays if name in own)
            said.append(texts(f"convention.{each.id}", names=names, factor=each.scale.text))
        return said

    @property
    def cell(self) -> Cell | None:
        """The first wrong cell as it should be, with its formula, if it has one."""
        wrong = self.grade.cell
        if wrong is None or wrong.here is None or wrong.name not in self.grade.trace.formulas:
            return None
        return self.grade.trace.cell(wrong.name, *wrong.index)

    @property
    def formula(self) -> str:
        """The formula of the first wrong array."""
        wrong = self.grade.cell
        return write(self.grade.trace.formulas[wrong.name]) if wrong else ""

    @property
    def step(self) -> str:
        """The training step."""
        trace = self.grade.trace
        loss, optimizer = trace.description["loss"]["loss"], trace.description["optimizer"]["optimizer"]
        values = {"loss": loss, "optimizer": optimizer, "rate": f"{trace['η']:g}"}
        return self.texts("step", count=len(trace["x"]), **values)

    @property
    def scale(self) -> str:
        """How the program's cell differs from the textbook's by a convention; empty if it is the same."""
        wrong = self.grade.cell
        used = [each for each in self.grade.conventions if wrong and wrong.name in each.arrays]
        said = [self.texts("scale", factor=each.scale.text) for each in used if each.id != "decay"]
        decayed = [self.texts("scale.decay") for each in used if each.id == "decay"]
        return " ".join([*decayed, *said[:1]])

    def of(self, verdict: str) -> str:
        """Return the arrays with a verdict but for the first wrong one."""
        first = self.grade.cell and self.grade.cell.own
        return names(each for each in self.grade.arrays if each.verdict == verdict and each.own != first)


def names(arrays: Iterable[GradedArray]) -> str:
    """Return the names of arrays, each with the textbook's if it is another."""
    return ", ".join(named(each.name, each.own) for each in arrays)


def named(name: str, own: str) -> str:
    """Return the two names of an array: ``W1 = wh``."""
    return name if name == own else f"{name} = {own}"


def apart(one: float, other: float) -> tuple[str, str]:
    """Return two numbers with as many digits, at least four, as tell them apart."""
    for digits in range(4, _DIGITS + 1):
        texts = write_number(one, digits), write_number(other, digits)
        if texts[0] != texts[1]:
            break
    return texts
