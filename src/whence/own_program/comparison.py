"""The arrays of a program beside those of the same training step here: which agree, and the first that does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from whence.arrays import Array, Shape
from whence.own_program.given import Given
from whence.own_program.layouts import Layout
from whence.own_program.matching import (
    AGAINST,
    SAME_MEANING,
    SAME_NAME,
    SAME_NUMBERS,
    assign,
    likeness,
    only_choices,
    own_meanings,
    textbook_meanings,
)
from whence.own_program.spelling import Meaning
from whence.own_program.spelling import meanings as meanings_of_name
from whence.trace import Trace

_TOLERANCE = {2: 1e-2, 4: 1e-4}
"""The largest difference of equal arrays relative to their largest number, by the bytes of one."""
_FINE_TOLERANCE = 1e-7
_ROUNDINGS = 16
_LEAST_FOR_FACTOR = 3
"""Of fewer numbers, any are a multiple of any others, or nearly so."""


@dataclass(frozen=True)
class Finding:
    """How an array of a program compares with the one here.

    Parameters
    ----------
    name, own : str
        Its name here, and in the program.
    verdict : str
        ``"agrees"``; ``"scaled"``, if it is everywhere ``factor`` times the one here, which what follows makes up for;
        ``"differs"`` or ``"shape"``.
    factor : float or None
        How many times the one here it is, if that is the same everywhere.
    index, own_index : tuple of int
        The cell that differs most, here and in the program; of targets in two forms, the sample.
    here, there : float
        The numbers in that cell; of targets in two forms, the classes.
    own_shape : tuple of int
        The shape of the program's array.
    """

    name: str
    own: str
    verdict: str
    factor: float | None = None
    index: tuple[int, ...] = ()
    own_index: tuple[int, ...] = ()
    here: float = 0.0
    there: float = 0.0
    own_shape: Shape = ()


@dataclass(frozen=True)
class Comparison:
    """A program's arrays beside those of a trace.

    Parameters
    ----------
    findings : list of Finding
        What was compared, in the order of computation.
    unknown : list of str
        The program's arrays that were not compared, since neither names nor shapes nor numbers tell what they are.
    as_here : dict of str to array
        The arrays that were compared, by their names in the program, in the layout of whence where they have the shape.
    """

    findings: list[Finding]
    unknown: list[str]
    as_here: dict[str, Array]

    @property
    def first(self) -> Finding | None:
        """The first array, in the order of computation, that is wrong."""
        return next((each for each in self.findings if each.verdict in ("differs", "shape")), None)

    def of(self, verdict: str) -> list[Finding]:
        """Return the findings of a verdict."""
        return [each for each in self.findings if each.verdict == verdict]

    @property
    def agreeing(self) -> int:
        """How many arrays agree, scaled or not."""
        return len(self.of("agrees")) + len(self.of("scaled"))


def compare(trace: Trace, own: Mapping[str, Array], given: Given, pairs: Mapping[str, str]) -> Comparison:
    """Compare the arrays of a program with those of the step that it made.

    Parameters
    ----------
    trace : Trace
        The step from the program's inputs, targets and parameters.
    own : mapping of str to array
        The program's arrays.
    given : Given
        What the step was made from.
    pairs : mapping of str to str
        The program's names of some arrays, by their names here.
    """
    targets = _compare_targets(trace, given)
    given_to_it = {*given.names.values(), *given.copies, *(each.own for each in targets)}
    left = {name: array for name, array in own.items() if name not in given_to_it}
    read = own_meanings(own, max(layer.number for layer in trace.layers))
    beside = _Beside(trace, left, given.layout, read)
    matched = beside.matched(pairs)
    order = {name: place for place, name in enumerate(trace)}
    findings = [beside.finding(name, mine) for mine, name in sorted(matched.items(), key=lambda item: order[item[1]])]
    unknown = [name for name in left if name not in matched]
    turned = {mine: beside.as_here(name, mine) for mine, name in matched.items()}
    as_here = {mine: array for mine, array in turned.items() if array is not None}
    return Comparison([*targets, *_made_up_for(findings, trace)], unknown, as_here)


def _compare_targets(trace: Trace, given: Given) -> list[Finding]:
    """Return how other forms of the targets compare with them, except classes that are those of the predictions."""
    findings = []
    predicted = trace[trace.layers[-1].output].argmax(axis=-1)
    mine = _classes(given.arrays["y"])
    for own, array in given.other_targets.items():
        theirs = _classes(array)
        if mine.shape != theirs.shape or (array.ndim == 1 and np.array_equal(theirs, predicted)):
            continue
        if np.array_equal(mine, theirs):
            findings.append(Finding("y", own, "agrees"))
        else:
            sample = int((mine != theirs).argmax())
            numbers = float(mine[sample]), float(theirs[sample])
            findings.append(Finding("y", own, "differs", None, (sample,), (sample,), *numbers))
    return findings


def _classes(targets: Array) -> Array:
    """Return class numbers for targets of either form."""
    return targets if targets.ndim == 1 else targets.argmax(axis=-1)


class _Beside:
    """A trace, and the arrays of a program that were not given to it."""

    def __init__(
        self, trace: Trace, own: Mapping[str, Array], layout: Layout, read: Mapping[str, list[Meaning]]
    ) -> None:
        self.trace, self.own, self.layout, self.read = trace, own, layout, read
        self.parameters = {name for layer in trace.layers for name in layer.parameters}

    def matched(self, pairs: Mapping[str, str]) -> dict[str, str]:
        """Return the array here for each array of the program that is recognised."""
        textbook = {name: textbook_meanings(name, self.trace) for name in self.trace.formulas if name not in pairs}
        read = self.read
        fitting: dict[tuple[str, str], float] = {}
        misshapen: dict[tuple[str, str], float] = {}
        for mine in (mine for mine in self.own if mine not in pairs.values()):
            for name, meanings in textbook.items():
                same = mine == name and read[mine] == meanings_of_name(mine)  # not one that is counted otherwise
                likely = SAME_NAME if same else likeness(read[mine], meanings) if meanings else 0.0
                if self.as_here(name, mine) is None:
                    misshapen[mine, name] = likely or 0.0
                elif self._same_numbers(name, mine):
                    fitting[mine, name] = SAME_NUMBERS + (AGAINST if likely is None else likely)
                elif likely is not None:
                    fitting[mine, name] = likely
        chosen = {mine: name for name, mine in pairs.items() if name in self.trace.formulas}
        chosen |= assign(fitting, self.own)
        chosen |= only_choices(fitting, chosen, lambda mine, name: not read[mine] and bool(textbook[name]))
        chosen |= assign(
            {pair: likely for pair, likely in misshapen.items() if likely >= SAME_MEANING}, self.own, chosen
        )
        chosen |= only_choices(misshapen, chosen, lambda mine, name: misshapen[mine, name] > 0)
        for mine, name in fitting:  # the same array under another name
            if mine not in chosen and self._same_numbers(name, mine):
                chosen[mine] = name
        return chosen

    def finding(self, name: str, mine: str) -> Finding:
        """Return how an array of the program compares with the one here."""
        here = self.trace[name]
        own = self.as_here(name, mine)
        if own is None:
            return Finding(name, mine, "shape", own_shape=self.own[mine].shape)
        if _equal(own, here) or (np.abs(own - here) <= self._rounding(name, own)).all():
            return Finding(name, mine, "agrees")
        off = np.nan_to_num(np.abs(own - here), nan=np.inf)
        index = tuple(map(int, np.unravel_index(off.argmax(), off.shape)))
        place = self.layout.place(self.own[mine], here.shape, index, weights=self._like_weights(name))
        numbers = float(here[index]), float(own[index])
        return Finding(name, mine, "differs", _factor(own, here), index, place, *numbers)

    def as_here(self, name: str, mine: str) -> Array | None:
        """Return an array of the program in the layout of whence, or None if it has another shape."""
        return self.layout.as_here(self.own[mine], self.trace[name].shape, weights=self._like_weights(name))

    def _rounding(self, name: str, own: Array) -> float:
        """Return how far apart rounding may put losses, which near 0 are differences of numbers like the outputs."""
        if name not in ("loss", "ℓ"):
            return 0.0
        outputs = self.trace[self.trace.layers[-1].output]
        precision = np.finfo(own.dtype if own.dtype.kind == "f" else np.float64).eps
        return _ROUNDINGS * float(precision) * max(1.0, float(np.abs(outputs).max()))

    def _like_weights(self, name: str) -> bool:
        owner = self.trace.origins[name].parameter or name.removeprefix("d")
        return owner in self.parameters

    def _same_numbers(self, name: str, mine: str) -> bool:
        own, here = self.as_here(name, mine), self.trace[name]
        if own is None or not here.any():
            return False
        return _equal(own, here) or (name.startswith("d") and _factor(own, here) is not None)


def _equal(own: Array, here: Array) -> bool:
    largest = max(float(np.abs(here).max()), np.finfo(np.float64).tiny)
    tolerance = _TOLERANCE.get(own.dtype.itemsize, _FINE_TOLERANCE) if own.dtype.kind == "f" else _FINE_TOLERANCE
    return bool((np.abs(own - here) <= tolerance * largest).all())


def _factor(own: Array, here: Array) -> float | None:
    """Return the number by which an array is a multiple of the one here, if it is one of several numbers."""
    if np.count_nonzero(here) < _LEAST_FOR_FACTOR or not np.isfinite(own).all():
        return None
    largest = np.abs(here).max()  # squares of large numbers would overflow
    shares = here / largest
    factor = float((own / largest * shares).sum() / np.square(shares).sum())
    return factor if factor and _equal(own / factor, here) else None


def _made_up_for(findings: list[Finding], trace: Trace) -> list[Finding]:
    """Return the findings, those of arrays that differ by a factor as scaled if what is computed from them is right.

    A program may divide by the number of samples, or change the sign, in a later step than the textbook does.
    """
    sources = {name: {source.array for source in formula.sources} for name, formula in trace.formulas.items()}
    found = {each.name: each for each in reversed(findings)}

    def alike(name: str, factor: float) -> bool:
        other = found[name].factor
        return other is not None and bool(np.isclose(other, factor))

    def ends_right(name: str, factor: float, seen: set[str]) -> bool:
        for reader in (reader for reader, read in sources.items() if name in read and reader not in seen):
            seen.add(reader)
            if reader in found and found[reader].verdict == "agrees":
                return True
            if (reader not in found or alike(reader, factor)) and ends_right(reader, factor, seen):
                return True
        return False

    def begins_scaled(name: str, factor: float, seen: set[str]) -> bool:
        for source in sources.get(name, set()) - seen:
            seen.add(source)
            if source in found and found[source].verdict == "scaled" and alike(source, factor):
                return True
            if source not in found and begins_scaled(source, factor, seen):
                return True
        return False

    parameters = {name for layer in trace.layers for name in layer.parameters}
    for each in [*found.values()][::-1]:
        factor, of_parameter = each.factor, each.name.removeprefix("d") in parameters
        if factor is not None and (
            ends_right(each.name, factor, set()) or (not of_parameter and begins_scaled(each.name, factor, set()))
        ):
            found[each.name] = replace(each, verdict="scaled")
    return [found[each.name] if each.own == found[each.name].own else each for each in findings]
