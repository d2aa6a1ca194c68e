"""What the name of an array in a learner's program says: ``d_weights2`` and ``W2_grad`` are the gradient of W2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

LAST = -1
"""The number of the output layer, in a name that does not count it: ``w_out``."""

_KINDS = {
    "x": "x xs inp input inputs data feature features image images pixels sample samples",
    "y": "y ys t target targets label labels class classes onehot expected desired truth ytrue wanted correct "
    "answer answers",
    "W": "w ws weight weights theta syn kernel kernels filter filters u",
    "b": "b bs bias biases beta offset offsets intercept c",
    "z": "z zs net nets pre preact preactivation preactivations sum sums s u score scores logit logits linear affine",
    "a": "a as h hs hid act acts post activation activations layer l o out output outputs",
    "p": "p prob probs probability probabilities softmax yhat ypred pred preds predicted prediction predictions "
    "out output outputs",
    "loss": "loss cost c j l e mse sse total crossentropy ce bce nll xent objective obj error err",
    "slope": "slope slopes",
    "η": "η eta lr alpha rate",
}
"""The words for each kind of array, by the letter of a textbook."""

_PARAMETERS = "Wb"
_POSITIONS = dict.fromkeys(("hidden", "hid", "h", "ih", "i", "in", "input", "xh", "hh"), 1) | dict.fromkeys(
    ("output", "out", "o", "ho", "hy"), LAST
)
_DERIVATIVE = {"d", "g", "grad", "grads", "gradient", "gradients", "nabla", "deriv", "derivative", "delta", "deltas"}
_BEFORE = {"before", "old", "init", "initial", "start", "orig", "original", "prev", "previous"}
_AFTER = {"after", "new", "next", "updated", "upd", "final", "n"}
_MEMORY = {"v", "m", "vel", "velocity", "velocities", "mom", "momentum"}
_EMPTY = {
    "train", "batch", "my", "true", "value", "values", "matrix", "vector", "half", "learning", "step",
    "size",
}  # fmt: skip
_LINEAR = {"fc", "dense", "lin", "linear"}
"""Layers that have weights: ``fc1_weight``, and ``fc1_out``, which is z."""
_BY_WORD: dict[str, list[str]] = {}
for _kind, _words in _KINDS.items():
    for _word in _words.split():
        _BY_WORD.setdefault(_word, []).append(_kind)
_KNOWN = {*_BY_WORD, *_POSITIONS, *_DERIVATIVE, *_BEFORE, *_AFTER, *_MEMORY, *_EMPTY, *_LINEAR, "error", "err"}


@dataclass(frozen=True)
class Meaning:
    """What an array is, as far as its name tells.

    Parameters
    ----------
    kind : str
        The letter of a textbook: ``"W"``, ``"b"``, ``"z"``, ``"a"``, ``"p"``, ``"x"``, ``"y"``, ``"loss"`` …
    number : int or None
        The number of its layer, or `LAST`.
    derivative : bool
        Whether it is the derivative of the loss with respect to that.
    memory : bool
        Whether it is the optimizer's memory of it.
    stage : str
        ``"before"`` or ``"after"`` the update, if the name says so.
    """

    kind: str
    number: int | None = None
    derivative: bool = False
    memory: bool = False
    stage: str = ""


def meanings(name: str) -> list[Meaning]:
    """Return what a name may mean, the likeliest first; nothing if it has a word that is not known."""
    spaced = re.sub(r"([a-z])([A-Z])", r"\1_\2", name)
    spelled = re.sub(r"\bd_?(?:l|j|e|loss|cost)_?d_?(?=.)|∂", "d_", spaced.lower())
    spelled = re.sub(r"y_(?=hat|pred|true)", "y", spelled).replace("one_hot", "onehot").replace("cross_entropy", "ce")
    words = [part for word in re.findall(r"[^\W\d_]+", spelled) for part in _parts(word)]
    if not words or not _KNOWN.issuperset(words):
        return []
    digits = re.findall(r"\d+", spelled)
    number = int(digits[0]) if len(digits) == 1 else None
    stage = "before" if _BEFORE & {*words} else "after" if _AFTER & {*words} else ""
    found = Meaning("", number, bool(_DERIVATIVE & {*words}), stage=stage)
    without = _DERIVATIVE | _BEFORE | _AFTER | _EMPTY | (_LINEAR if len(words) > 1 else set())
    bare = [word for word in words if word not in without]
    return list(dict.fromkeys(_of_parameter(bare, found) or _of_layer(bare, words, found)))


def _of_parameter(bare: list[str], found: Meaning) -> list[Meaning]:
    """Return the meanings of a name with a word for weights or biases."""
    kinds = [kind for word in bare for kind in _BY_WORD.get(word, ()) if kind in _PARAMETERS]
    others = [word for word in bare if not {*_BY_WORD.get(word, ())} & {*_PARAMETERS}]
    if not kinds or not {*_POSITIONS, *_MEMORY}.issuperset(others):
        return []
    positions = [_POSITIONS[word] for word in others if word in _POSITIONS]
    number = positions[-1] if found.number is None and positions else found.number
    memory = bool(_MEMORY & {*others})
    own = [replace(found, kind=kind, number=number, memory=memory) for kind in kinds[:1]]
    others_of_word = {"u": "z", "c": "loss"}
    return own + [
        replace(found, kind=kind) for word, kind in others_of_word.items() if word in bare and not found.derivative
    ]


def _of_layer(bare: list[str], words: list[str], found: Meaning) -> list[Meaning]:
    """Return the meanings of a name of anything else."""
    place = next(
        (word for word in bare if word in _POSITIONS and (len(bare) > 1 or word in ("hidden", "output", "out"))), None
    )
    placed = replace(found, number=_POSITIONS[place]) if place and found.number is None else found
    core = [word for word in bare if word != place or bare.count(word) > 1]
    if {"error", "err"} & {*words}:
        of_layer = placed if placed.number is not None else replace(placed, number=LAST)
        errors = [replace(of_layer, kind=kind, derivative=True) for kind in ("a", "z")]
        return errors if of_layer is placed else [Meaning("loss"), *errors]
    if {"delta", "deltas"} & {*words}:
        return [replace(placed, kind="z", derivative=True)]
    if _LINEAR & {*words} and place:
        kinds = ["z"]
    elif not core and place:
        kinds = ["a", "z"] if placed.derivative else ["a", *(["p"] if _POSITIONS[place] == LAST else [])]
    elif not core:
        kinds = ["W"] if placed.derivative else []
    elif place and core[-1] in ("input", "inputs", "in"):
        kinds = ["z"]
    elif place and core[-1] in ("output", "outputs", "out"):
        kinds = ["a"]
    else:
        kinds = _BY_WORD.get(core[-1], [])
    return [replace(placed, kind=kind) for kind in kinds]


def _parts(word: str) -> Iterator[str]:
    """Yield the known words that a word is put together from: ``d`` and ``scores`` for ``dscores``."""
    if word in _KNOWN:
        yield word
        return
    for cut in range(1, len(word)):
        first, rest = word[:cut], word[cut:]
        heads = first in {*_DERIVATIVE, *_MEMORY, "new", "old"} and all(part in _KNOWN for part in _parts(rest))
        tails = first in _BY_WORD and rest in {*_POSITIONS, *_AFTER, *_DERIVATIVE, "hidden"}
        if heads or tails:
            yield first
            yield from _parts(rest)
            return
    yield word
