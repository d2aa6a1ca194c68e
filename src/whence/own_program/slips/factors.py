"""Slips by a factor, and of sign."""

from __future__ import annotations

from collections.abc import Iterator

from whence.own_program.reference import Reference
from whence.own_program.slips.registry import Change, slips


@slips.register("factor-two-missing")
def factor_two_missing(step: Reference) -> Iterator[Change]:
    """The 2 of the derivative of a square is left out."""
    if "p" not in step.arrays:
        yield step.first_delta, step.arrays[step.first_delta] / 2
        for name in _derivatives(step):
            yield name, step.arrays[name] / 2


@slips.register("factor-two-too-many")
def factor_two_too_many(step: Reference) -> Iterator[Change]:
    """A 2 is multiplied by that is not there, or cancels with the ½ of the loss."""
    for name in _derivatives(step):
        yield name, step.arrays[name] * 2


@slips.register("factor-1/N-missing")
def factor_missing(step: Reference) -> Iterator[Change]:
    """The division by the number of samples is left out."""
    for count in (step.samples, step.samples * step.outputs):
        for name in _derivatives(step):
            yield name, step.arrays[name] * count
    for name in step.parameters:
        move = step.arrays[f"{name}_new"] - step.arrays[name]
        yield f"{name}_new", step.arrays[name] + step.samples * move


@slips.register("factor-1/N-doubled")
def factor_twice(step: Reference) -> Iterator[Change]:
    """The division by the number of samples is made twice, or where the loss has none."""
    for count in (step.samples, step.samples * step.outputs):
        for name in _derivatives(step):
            yield name, step.arrays[name] / count
    for name in step.parameters:
        move = step.arrays[f"{name}_new"] - step.arrays[name]
        yield f"{name}_new", step.arrays[name] + move / step.samples


@slips.register("factor-1/K")
def factor_of_outputs(step: Reference) -> Iterator[Change]:
    """The division by the number of outputs is left out, or made where the loss has none."""
    if step.outputs > 1:
        for name in _derivatives(step):
            yield name, step.arrays[name] * step.outputs
            yield name, step.arrays[name] / step.outputs


@slips.register("sign")
def sign(step: Reference) -> Iterator[Change]:
    """The sign is the opposite: a difference is the wrong way round, or the step goes uphill."""
    for name in ("loss", *_derivatives(step)):
        yield name, -step.arrays[name]
    for name in step.parameters:
        yield f"{name}_new", 2 * step.arrays[name] - step.arrays[f"{name}_new"]


def _derivatives(step: Reference) -> list[str]:
    """Return the derivatives of the loss, in the order of computation, and slopes."""
    return [name for name in step.formulas if (name[0] == "d" and name[1:2] in "azWb") or name.startswith("slope")]
