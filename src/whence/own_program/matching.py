"""Which array of a program is which here: by name, by shape and by the numbers in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from whence.arrays import Array
from whence.own_program.spelling import LAST, Meaning, meanings
from whence.trace import Trace

Scores: TypeAlias = Mapping[tuple[str, str], float]
"""How much speaks for an array of the program being one here."""

SAME_NAME, SAME_MEANING, SAME_KIND, SAME_NUMBERS = 6.0, 4.0, 2.0, 3.0
"""How much speaks for two arrays being the same: their names, what these mean, in part, and their numbers."""
AGAINST = -2.0
"""How much it speaks against it if their names mean different things."""
_LESS_LIKELY = 0.5
_OF_LAYERS = ("z", "a", "slope")
"""What layers compute."""


def likeness(own: Iterable[Meaning], textbook: Iterable[Meaning]) -> float | None:
    """Return how much the names of two arrays speak for their being the same; None if they speak against it.

    Parameters
    ----------
    own : iterable of Meaning
        What the name in the program may mean; if nothing is known of it, nothing speaks against it.
    textbook : iterable of Meaning
        What the array here may be called.
    """
    own = [*own]
    if not own:
        return 0.0
    found = [
        likely - _LESS_LIKELY * place
        for place, mine in enumerate(own)
        for theirs in textbook
        if (likely := _alike(mine, theirs)) is not None
    ]
    return max(found, default=None)


def _alike(own: Meaning, textbook: Meaning) -> float | None:
    same = own.kind == textbook.kind and (own.derivative, own.memory) == (textbook.derivative, textbook.memory)
    if not same or (own.stage == "after" and textbook.stage != "after"):
        return None
    if textbook.stage == "after" and not own.memory:
        if own.stage == "before":
            return None
        if own.stage != "after":
            return SAME_KIND / 2
    likely = SAME_MEANING if own.number == textbook.number else SAME_KIND
    return likely + (_LESS_LIKELY if own.stage == "before" else 0)


def own_meanings(own: Mapping[str, Array], layers: int) -> dict[str, list[Meaning]]:
    """Return what each name in a program may mean, with numbers that begin at 1, as those of a textbook do.

    Weights and biases may be counted from 0, and sums, outputs and slopes of layers then too, each for itself: outputs
    are not where number 0 is the inputs. Or these are counted from 2, where the inputs are layer 1.

    Parameters
    ----------
    own : mapping of str to array
        The program's arrays by their names.
    layers : int
        The number of the last layer here.
    """
    found = {name: meanings(name) for name in own}
    first = {read[0].kind for read in found.values() if read and read[0].number == 0}
    numbers = [each.number or 0 for read in found.values() for each in read if each.kind in _OF_LAYERS]
    shift = dict.fromkeys("Wb", int(bool(first & {*"Wb"})))
    if max(numbers, default=0) == layers + 1:
        shift |= dict.fromkeys(_OF_LAYERS, -1)
    elif shift["W"]:
        shift |= {kind: int(kind in first) for kind in _OF_LAYERS}
        shift["a"] = int(_has_outputs_from_zero(found, own, layers))
    return {name: [_renumbered(each, layers, shift.get(each.kind, 0)) for each in read] for name, read in found.items()}


def _has_outputs_from_zero(read: Mapping[str, list[Meaning]], own: Mapping[str, Array], layers: int) -> bool:
    """Return whether a program counts outputs of layers from 0, where no output 0 is the inputs."""
    outputs = {name: each[0] for name, each in read.items() if each and each[0].kind == "a" and each[0].number != LAST}
    saved = {name: each for name, each in outputs.items() if not each.derivative} or outputs
    numbers = {each.number for each in saved.values()}
    inputs = [own[name] for name, each in read.items() if Meaning("x") in each]
    zero = [own[name] for name, each in saved.items() if each.number == 0 and not each.derivative]
    is_input = any(_same_numbers(each, x) for each in zero for x in inputs) or (zero and not inputs)
    return 0 in numbers and layers not in numbers and not is_input


def _same_numbers(one: Array, other: Array) -> bool:
    """Return whether two arrays have the same numbers, turned and flattened or not."""
    return any(np.array_equal(np.ravel(one), np.ravel(turned)) for turned in (other, np.transpose(other)))


def textbook_meanings(name: str, trace: Trace) -> list[Meaning]:
    """Return what an array here may be called in a program; nothing if it has no name that is used in general."""
    found, output = meanings(name), trace.layers[-1].output
    last = max(layer.number for layer in trace.layers)
    if name == ("p" if "p" in trace else output):
        found += [Meaning("p"), Meaning("p", last), Meaning("a", last)]
    if name == f"d{output}":
        found += [Meaning("p", derivative=True), Meaning("p", last, derivative=True)]
    return found


def assign(scores: Scores, order: Iterable[str], chosen: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Return the array here for arrays of the program, the best match first.

    Parameters
    ----------
    scores : mapping
        How much speaks for each pair of an array of the program and one here; pairs of 0 are left out.
    order : iterable of str
        The program's arrays; of equal matches, the one that comes first in it is chosen.
    chosen : mapping of str to str
        What is chosen already.
    """
    places = {mine: place for place, mine in enumerate(order)}
    found: dict[str, str] = {}
    for mine, name in sorted(scores, key=lambda pair: (-scores[pair], places[pair[0]])):
        taken = {*chosen.values(), *found.values()}
        if scores[mine, name] > 0 and mine not in found and mine not in chosen and name not in taken:
            found[mine] = name
    return found


def only_choices(scores: Scores, chosen: Mapping[str, str], may: Callable[[str, str], bool]) -> dict[str, str]:
    """Return the array here for arrays of the program that can be no other one, and which no other array can be."""
    taken = {*chosen.values()}
    left = [(mine, name) for mine, name in scores if mine not in chosen and name not in taken and may(mine, name)]
    per_own, per_name = Counter(mine for mine, _ in left), Counter(name for _, name in left)
    return {mine: name for mine, name in left if per_own[mine] == per_name[name] == 1}


def _renumbered(meaning: Meaning, layers: int, shift: int) -> Meaning:
    if meaning.number is None:
        return meaning
    number = layers if meaning.number == LAST else meaning.number + shift
    if number == 0 and meaning.kind == "a":
        return Meaning("x", derivative=meaning.derivative)
    return replace(meaning, number=number)
