"""Conventions of a program that are no slips: factors of its arrays that later lines make up for.

Of all readings of a program, the one is taken under which the most of its arrays are right given those before them, and
of equal ones that with the fewest different factors.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from whence.arrays import Array
from whence.own_program.grading.following import Follower, Following, follow
from whence.own_program.grading.precision import Precision
from whence.own_program.grading.program_arrays import ProgramArrays
from whence.own_program.penalty import adds_to_gradient
from whence.own_program.reference import Reference
from whence.trace import Trace

_MOST = 5
"""How many factors of a kind of arrays are tried."""
_MOST_HANDED, _MOST_TOGETHER = 3, 3
"""How many factors are tried that later arrays ask for, and how many different ones a program may have."""
_HALVED = (0.5, 2.0)
"""The factors that losses have by convention."""


@dataclass(frozen=True)
class Scale:
    """A factor that has a name.

    Parameters
    ----------
    value : float
        The factor.
    text : str
        How it is written: ``"−N"``.
    """

    value: float
    text: str


ONE = Scale(1.0, "1")


@dataclass(frozen=True)
class Convention:
    """A convention of a program.

    Parameters
    ----------
    id : str
        ``"loss"``, ``"objective"``, ``"error"``, ``"deltas"``, ``"gradients"`` or ``"velocities"``: what has a
        factor; or ``"decay"``: what has the weight decay as a part of it.
    scale : Scale
        The factor.
    arrays : tuple of str
        The arrays of the program that have it, by the textbook's names.
    """

    id: str
    scale: Scale
    arrays: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Reading:
    """A program as it is read: by its conventions.

    Parameters
    ----------
    reference : Reference
        The step that it should have made.
    program : ProgramArrays
        What it computed, without the factors.
    following : Following
        What is right of that.
    conventions : tuple of Convention
        The conventions.
    """

    reference: Reference
    program: ProgramArrays
    following: Following
    conventions: tuple[Convention, ...] = field(default=())

    @property
    def factors(self) -> dict[str, float]:
        """The factor of each array that has one and is made up for."""
        made_up_for = (each for each in self.conventions if each.id not in ("objective", "decay"))
        return {name: each.scale.value for each in made_up_for for name in each.arrays}


def read_by_conventions(trace: Trace, program: ProgramArrays) -> Reading:
    """Return a program as it is read under the conventions that leave the fewest of its arrays wrong by themselves."""
    by_decay = [Reading(step, program, follow(step, program), found) for step, found in _by_decay(trace, program)]
    best = min(by_decay, key=_cost)
    if best.following.first_wrong is None:
        return best
    for of_decay in by_decay:
        for objective in _objectives(of_decay.reference, program):
            best = min(best, _with_factors(of_decay, objective), key=_cost)
    return best


def _by_decay(trace: Trace, program: ProgramArrays) -> Iterator[tuple[Reference, tuple[Convention, ...]]]:
    """Yield the step with the weight decay in each place where the program may have it."""
    plain = Reference(trace)
    yield plain, ()
    decaying = [f"d{name}" for name in plain.decaying if f"d{name}" in program.arrays]
    by_gradient = all(adds_to_gradient(plain.formulas, name) for name in plain.decaying)
    saved = {
        "loss": ["loss"] if plain.decaying and "loss" in program.arrays else [],
        "gradients": decaying if by_gradient else [],
    }
    for places in (("gradients",), ("loss",), ("loss", "gradients")):
        if all(saved[place] for place in places):
            arrays = tuple(name for place in places for name in saved[place])
            yield Reference(trace, penalised=places), (Convention("decay", ONE, arrays),)


def _objectives(reference: Reference, program: ProgramArrays) -> list[Scale]:
    """Return the factors that the loss and all its derivatives may have: those of either, likeliest first, and 1."""
    first = (reference.first_delta, "loss")
    found = [scale for name in first for scale in _ratios([name], program, reference.arrays, reference)]
    if "loss" in reference.penalised:  # of which the penalty has no factor
        found += [scale for scale in _scales(reference) if scale.value in _HALVED]
    likeliest = sorted(dict.fromkeys(found), key=lambda scale: scale.value not in _HALVED)
    return [*(scale for scale in likeliest if scale.value > 0 and scale != ONE), ONE]


def _with_factors(of_decay: Reading, objective: Scale) -> Reading:
    """Return a program as it is read with a factor of all derivatives, and others of its arrays of some kinds."""
    program, reference, conventions = of_decay.program, of_decay.reference, of_decay.conventions
    if objective != ONE:
        reference = reference.with_objective(objective.value)
        conventions = (Convention("objective", objective, ("loss", reference.first_delta)), *conventions)
    follower = Follower(reference, program)
    best = Reading(reference, program, follower.follow(), conventions)
    kinds = _kinds(reference, program)
    if objective != ONE:
        kinds.pop("loss", None)
    choices = [_candidates(kind, names, reference, program, best.following) for kind, names in kinds.items()]
    for scales in itertools.product(*choices):
        chosen = {kind: scale for kind, scale in zip(kinds, scales, strict=True) if scale != ONE}
        if len({*chosen.values()}) > _MOST_TOGETHER:
            continue
        factors = {name: scale.value for kind, scale in chosen.items() for name in kinds[kind]}
        of_arrays = tuple(Convention(kind, scale, tuple(kinds[kind])) for kind, scale in chosen.items())
        reading = Reading(reference, program, follower.follow(factors), (*of_arrays, *conventions))
        best = min(best, reading, key=_cost)
    return replace(best, program=program.scaled(best.factors))


def _cost(reading: Reading) -> tuple[int, int, int]:
    """Return how little speaks for a reading: what it leaves wrong, its factors, and what does not have these."""
    scaled = [each for each in reading.conventions if each.scale != ONE]
    of_loss = sum(each.id in ("loss", "objective") for each in scaled)
    factors = {each.scale for each in scaled if each.id not in ("loss", "objective")}
    return reading.following.unlike, len(factors) + of_loss, -len(scaled)


def _kinds(reference: Reference, program: ProgramArrays) -> dict[str, list[str]]:
    """Return the arrays of the program that have one factor together, by their kind."""
    gradients = {f"d{name}" for name in reference.parameters}
    found: dict[str, list[str]] = {kind: [] for kind in ("loss", "error", "deltas", "gradients", "velocities")}
    activated = reference.first_delta[:2] == "da"
    for name in program.arrays:
        if name in ("loss", "ℓ"):
            found["loss"].append(name)
        elif name in gradients:
            found["gradients"].append(name)
        elif name == reference.first_delta and activated:
            found["error"].append(name)
        elif name[0] == "d" and reference.trace.origins[name].phase in ("backward", "loss"):
            found["deltas"].append(name)
        elif name.startswith("v_") and name.endswith("_new"):
            found["velocities"].append(name)
    return {kind: names for kind, names in found.items() if names}


def _candidates(
    kind: str, names: list[str], reference: Reference, program: ProgramArrays, plain: Following
) -> list[Scale]:
    """Return the factors that the arrays of a kind may have: 1, and those found in them."""
    found = _ratios(names, program, reference.arrays, reference)
    found += [scale for scale in _ratios(names, program, plain.made, reference) if scale not in found]
    if kind == "loss":
        return [ONE, *(scale for scale in found if scale.value in _HALVED)]
    handed = [] if kind == "velocities" else _handed_over(program, plain, reference)
    if not _is_made_up_for(kind, program):
        found = [scale for scale in found if scale.text in ("−1", "N", "−N", "N·K", "−N·K")]
    signed = dict.fromkeys(each for scale in found for each in (scale, _opposite(scale)))
    direct = [scale for scale in signed if scale != ONE][: _MOST - 1]
    return list(dict.fromkeys([ONE, *direct, *handed[:_MOST_HANDED]]))


def _handed_over(program: ProgramArrays, plain: Following, reference: Reference) -> list[Scale]:
    """Return the factors that arrays must have for later ones to be right: which errors hand on, or updates divide by.

    They are seen where a slip keeps the arrays between from being a multiple of the textbook's.
    """
    found = _ratios([reference.first_delta], program, reference.arrays, reference)
    scales = [*_scales(reference)]
    undone: dict[Scale, int] = {}
    for name in reference.parameters:
        pairs = [(program.arrays.get(f"d{name}"), plain.made.get(f"d{name}"))]
        before, new = reference.arrays[name], f"{name}_new"
        if new in program.arrays and new in plain.made and f"v_{new}" not in program.arrays:
            pairs.append((program.arrays[new] - before, plain.made[new] - before))
        for own, made in pairs:
            scale = None if own is None or made is None else _ratio(made, own, scales, program.precision)
            if scale is not None:
                undone[scale] = undone.get(scale, 0) + 1
    return [each for each in (*found, *sorted(undone, key=lambda scale: -undone[scale])) if each != ONE]


def _opposite(scale: Scale) -> Scale:
    return Scale(-scale.value, scale.text.removeprefix("−") if scale.value < 0 else f"−{scale.text}")


def _is_made_up_for(kind: str, program: ProgramArrays) -> bool:
    """Return whether the program has arrays by which a factor of this kind can be seen to be made up for."""
    updated = any(name.endswith("_new") and not name.startswith("v_") for name in program.arrays)
    gradients = any(name.startswith(("dW", "db", "v_")) for name in program.arrays)
    return updated or (kind in ("error", "deltas") and gradients)


def _ratios(
    names: Iterable[str], program: ProgramArrays, here: Mapping[str, Array], reference: Reference
) -> list[Scale]:
    """Return the named factors that the program's arrays have in terms of others, the most frequent first."""
    scales = [*_scales(reference)]
    count: dict[Scale, int] = {}
    for name in names:
        if name in here and name in program.arrays:
            scale = _ratio(program.arrays[name], here[name], scales, program.precision)
            if scale is not None:
                count[scale] = count.get(scale, 0) + 1
    return sorted(count, key=lambda scale: -count[scale])


def _ratio(own: Array, here: Array, scales: Iterable[Scale], precision: Precision) -> Scale | None:
    if own.shape != here.shape or not here.any() or not np.isfinite(own).all() or not np.isfinite(here).all():
        return None
    factor = float((own * here).sum() / np.square(here).sum())
    if not factor:
        return None
    nearest = min(scales, key=lambda scale: abs(scale.value / factor - 1))
    return nearest if precision.equal(own, here * nearest.value) else None


def _scales(reference: Reference) -> Iterator[Scale]:
    """Yield the factors that conventions have, the simplest of equal ones first."""
    n, k, rate = float(reference.samples), float(reference.outputs), reference.learning_rate
    counts = [(1.0, ""), (n, "N"), (k, "K"), (n * k, "N·K")]
    seen: set[float] = set()
    for (rated, rate_text), (times, text), upside, half in itertools.product(
        [(1.0, ""), (rate, "η")], counts, (True, False), (1.0, 2.0, 0.5)
    ):
        value = (times if upside else 1 / times) * half * rated
        if round(value, 12) in seen:
            continue
        seen.add(round(value, 12))
        written = _written(text if upside else "", "" if upside else text, half, rate_text)
        yield Scale(value, written)
        yield Scale(-value, f"−{written}")


def _written(above: str, below: str, half: float, rate: str) -> str:
    """Return how a factor is written: ``"2η/N"`` or ``"N/2"``."""
    numerator = ("2" if half == 2 else "") + "·".join(filter(None, [rate, above]))
    denominator = ("2" if half == 0.5 else "") + below
    return (numerator or "1") + (f"/{denominator}" if len(denominator) < 2 else f"/({denominator})") * bool(denominator)
