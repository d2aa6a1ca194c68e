"""What a program starts from: its inputs, targets and parameters, found among the arrays that it saved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array, Shape
from whence.errors import DataError
from whence.nn import Flatten, Loss, Sequential
from whence.nn.naming import name_layers, name_parameters
from whence.own_program.layouts import Layout
from whence.own_program.matching import SAME_MEANING, SAME_NAME, assign, likeness, only_choices, own_meanings
from whence.own_program.spelling import Meaning, meanings
from whence.wording import listed, some_of


@dataclass(frozen=True, eq=False)
class Given:
    """Inputs, targets and parameters of a program, in the layout of whence.

    Parameters
    ----------
    layout : Layout
        How the program lays out its arrays.
    names : dict of str to str
        The program's name of each array here; a bias that it lacks has none.
    arrays : dict of str to array
        The arrays by their names here.
    other_targets : dict of str to array
        The targets once more, as class numbers beside one-hot vectors, by their names in the program.
    copies : list of str
        The program's names of inputs and parameters that it saved once more.
    """

    layout: Layout
    names: dict[str, str]
    arrays: dict[str, Array]
    other_targets: dict[str, Array]
    copies: list[str]


class Unfit(Exception):
    """What prevents a program's arrays from being read in a layout."""

    def __init__(self, missing: int, sentence: str) -> None:
        super().__init__(sentence)
        self.missing = missing


class Undecided(DataError):
    """One array here may be one or another of the program.

    Parameters
    ----------
    name : str
        The array here.
    choices : tuple of str
        The arrays of the program.
    """

    def __init__(self, name: str, choices: tuple[str, str], subject: str = "") -> None:
        one, other = choices
        super().__init__(f"{subject or name} may be {one} or {other}; add {name}={one} or {name}={other}")
        self.name, self.choices = name, choices


@dataclass(frozen=True)
class Sought:
    """What is sought among the arrays of a program.

    Parameters
    ----------
    shapes : dict of str to tuple
        The shape of the inputs of one sample and of each parameter, by their names here.
    read : dict of str to list of Meaning
        What the names in the program may mean.
    """

    shapes: dict[str, Shape]
    read: dict[str, list[Meaning]]

    @classmethod
    def of(cls, net: Sequential, own: Mapping[str, Array]) -> Sought:
        """Return what is sought for a network among the arrays of a program."""
        names = name_parameters(net.layers, net.slots)
        shapes = {"x": net.input_shape, **{names[slot.path]: slot.shape for slot in net.slots}}
        return cls(shapes, own_meanings(own, max(layer.number for layer in name_layers(net.layers))))


def find_given(
    own: Mapping[str, Array],
    pairs: Mapping[str, str],
    net: Sequential,
    loss_fn: Loss,
    layout: Layout,
    sought: Sought,
) -> Given:
    """Return the inputs, the targets and the parameters among a program's arrays.

    Parameters
    ----------
    own : mapping of str to array
        The arrays by their names in the program.
    pairs : mapping of str to str
        The program's names of some arrays, by their names here.
    net : Sequential
        The network.
    loss_fn : Loss
        The loss.
    layout : Layout
        How the program may lay out its arrays.
    sought : Sought
        What is sought.

    Raises
    ------
    Unfit
        If an array is missing in this layout.
    Undecided
        If an array here may be one or another of the program.
    """
    read = sought.read
    chosen, arrays = _find_parameters(own, pairs, sought.shapes, read, layout)
    if layout.channels_first and _orders_channels(net):
        raise Unfit(1, "flatten orders images with channels first otherwise; save them and the weights channels last")
    count, outputs = len(arrays["x"]), net.output_shape
    targets = {
        mine: array
        for mine in ([pairs["y"]] if "y" in pairs else own)
        if mine not in chosen.values() and ("y" in pairs or likeness(read[mine], [Meaning("y")]) is not None)
        if (array := _targets(own[mine], (count, *outputs), loss_fn, layout)) is not None
    }
    named = [mine for mine in targets if read[mine]] or [*targets]
    if not named:
        called = [mine for mine in own if likeness(read[mine], [Meaning("y")])]
        found = [f"{mine} {own[mine].shape}, from {own[mine].min():g} to {own[mine].max():g}" for mine in called]
        said = f"; found is {listed(found)}" if found else ""
        raise Unfit(
            1, f"nothing fits the targets y, of shape {(count, *outputs)}{_or_classes(loss_fn)}{said}; add y=NAME"
        )
    y = min(named, key=lambda mine: targets[mine].ndim)
    for other in named:
        if targets[other].ndim == targets[y].ndim and not np.array_equal(targets[y], targets[other]):
            raise Undecided("y", (y, other), "the targets y")
    given = {**arrays, "y": targets.pop(y)}
    for name, mine in {**chosen, "y": y}.items():
        if not np.isfinite(given[name]).all():
            raise DataError(f"{mine} has numbers that are not finite; save {name} as it was before they came about")
    whole = {mine for mine, array in targets.items() if loss_fn.classifies and np.array_equal(array, np.round(array))}
    others = {mine: array for mine, array in targets.items() if read[mine] or mine in whole}
    copies = [mine for mine in own if mine not in pairs.values() and _is_copy(mine, chosen, read, own)]
    return Given(layout, {**chosen, "y": y}, given, others, copies)


def _is_copy(mine: str, chosen: Mapping[str, str], read: Mapping[str, list[Meaning]], own: Mapping[str, Array]) -> bool:
    """Return whether an array is one of those chosen once more, and not called that after the update."""
    return all(each.stage != "after" for each in read[mine]) and any(
        mine != other and np.array_equal(own[mine], own[other]) and likeness(read[mine], _meanings_of(name)) is not None
        for name, other in chosen.items()
    )


def _find_parameters(
    own: Mapping[str, Array],
    pairs: Mapping[str, str],
    wanted: Mapping[str, Shape],
    read: Mapping[str, list[Meaning]],
    layout: Layout,
) -> tuple[dict[str, str], dict[str, Array]]:
    """Return the program's names of inputs and parameters by their names here, and the arrays as they are here."""
    turned: dict[tuple[str, str], Array] = {}
    scores: dict[tuple[str, str], float] = {}
    unpaired = [mine for mine in own if mine not in pairs.values()]
    for name, shape in wanted.items():
        for mine in [pairs[name]] if name in pairs else unpaired:
            as_here = (
                layout.samples(own[mine], shape) if name == "x" else layout.as_here(own[mine], shape, weights=True)
            )
            likely = SAME_NAME if name in pairs else likeness(read[mine], _meanings_of(name))
            if as_here is not None and likely is not None:
                turned[mine, name], scores[mine, name] = as_here, likely
    assigned = assign(scores, own)
    assigned |= only_choices(scores, assigned, lambda mine, name: not read[mine])
    chosen = {name: mine for mine, name in assigned.items()}
    biases = {name for name in wanted if name[0] == "b"}
    without = set() if biases & chosen.keys() else biases
    missing = [name for name in wanted if name not in chosen and name not in without]
    if missing:
        raise Unfit(len(missing), _nothing_for(missing[0], wanted, pairs, own, read))
    for name, mine in chosen.items():
        _require_only(name, mine, chosen, scores, own)
    arrays = {name: turned[chosen[name], name] if name in chosen else np.zeros(wanted[name]) for name in wanted}
    return {name: chosen[name] for name in wanted if name in chosen}, arrays


def learning_rate_in(own: Mapping[str, Array]) -> tuple[str, float] | None:
    """Return the name and the value of a learning rate among a program's arrays, if there is one alone."""
    found = [name for name, array in own.items() if array.shape == () and Meaning("η") in meanings(name)]
    if len(found) != 1 or own[found[0]].dtype.kind not in "iuf":
        return None
    rate = float(own[found[0]])
    if not 0 < rate < np.inf:
        raise DataError(f"the program's learning rate {found[0]} is {rate:g}; save one that is a finite number above 0")
    return found[0], rate


def _meanings_of(name: str) -> list[Meaning]:
    if name == "x":
        return [Meaning("x")]
    number = re.search(r"\d+", name)
    return [Meaning("W" if name[0] == "U" else name[0], int(number[0]) if number else None)]


def _orders_channels(net: Sequential) -> bool:
    """Return whether images with several channels are flattened."""
    shape = net.input_shape
    for layer in net.layers:
        if isinstance(layer, Flatten) and len(shape) > 1 and shape[-1] > 1:
            return True
        shape = layer.build(shape)
    return False


def _require_only(
    name: str, mine: str, chosen: Mapping[str, str], scores: Mapping[tuple[str, str], float], own: Mapping[str, Array]
) -> None:
    """Raise `Undecided` if another array of the program would be as good a choice."""
    of_other = {other: textbook for textbook, other in chosen.items()}
    for (other, textbook), likely in scores.items():
        if textbook != name or other == mine or np.array_equal(own[mine], own[other]):
            continue
        swapped = of_other.get(other)
        before = scores[mine, name] + (scores[other, swapped] if swapped else 0)
        after = likely + (scores.get((mine, swapped), -np.inf) if swapped else 0)
        if after >= before:
            raise Undecided(name, (mine, other))


def _targets(array: Array, shape: Shape, loss_fn: Loss, layout: Layout) -> Array | None:
    """Return targets as the loss takes them: numbers, probabilities or classes; None if they do not fit."""
    numbers = layout.as_here(array, shape, weights=False)
    if numbers is not None:
        return numbers.astype(np.float64)
    count, classes = shape[0], shape[-1]
    if array.size != count or classes == 1 or not np.array_equal(array, np.round(array)):
        return None
    labels = array.ravel().astype(np.int64)
    if not 0 <= labels.min() <= labels.max() < classes:
        return None
    return labels if loss_fn.classifies else np.eye(classes)[labels]


def _or_classes(loss_fn: Loss) -> str:
    return ", or one class number from 0 for each sample" if loss_fn.classifies else ""


def _nothing_for(
    name: str,
    wanted: Mapping[str, Shape],
    pairs: Mapping[str, str],
    own: Mapping[str, Array],
    read: Mapping[str, list[Meaning]],
) -> str:
    """Return the sentence about an array that the program lacks."""
    shape = str(("N", *wanted[name])).replace("'", "") if name == "x" else str(wanted[name])
    near = [mine for mine in own if (likeness(read[mine], _meanings_of(name)) or 0) >= SAME_MEANING]
    elsewhere = [f"{other}={mine}" for other, mine in pairs.items() if mine in near and other != name]
    if elsewhere and name not in pairs:
        return f"{elsewhere[0]} takes the array that is called like {name}; add {name}=NAME, or leave that pair out"
    if name in pairs or near:
        found = listed(f"{mine} {own[mine].shape}" for mine in ([pairs[name]] if name in pairs else near))
        return f"{name} should have the shape {shape}, but found is {found}; change --arch or the program"
    held = some_of([f"{mine} {array.shape}" for mine, array in own.items()], 8, "array")
    return (
        f"no array is called like {name}, of shape {shape}, or alone has that shape; add {name}=NAME for one of {held}"
    )
