"""The schema of traces in files, and what must hold between a description and its arrays before a view uses them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from whence.arguments import NotNegativeInt, PositiveInt
from whence.arrays import Array
from whence.data.table_cell import TableCell
from whence.errors import ModelFileError
from whence.formula import Expression, Formula, Index
from whence.formula.evaluate import find_extents
from whence.formula.expressions import Reduction, children
from whence.trace.trace import LayerInfo, Origin, Step

_LEAST_TERMS, _TERMS_PER_NUMBER = 10_000, 10
"""How many terms a sum in a formula may have: the first always, else this many for each number of the trace."""


class LossRecord(msgspec.Struct):
    """The loss, with settings of its own."""

    loss: str


class OptimizerRecord(msgspec.Struct):
    """The optimizer, with settings of its own."""

    optimizer: str


class ImageRecord(msgspec.Struct):
    """The format of the images that the inputs are."""

    height: PositiveInt
    width: PositiveInt
    channels: PositiveInt


class StepRecord(msgspec.Struct):
    """Which step it is: that of a number in the training, or the one after the best epoch, which has the number."""

    kind: Literal["best", "next", "first", "replayed", "other samples", "model"]
    number: PositiveInt


class DataRecord(msgspec.Struct):
    """The samples of the step, and the names of what is in them."""

    name: str
    samples: Annotated[list[NotNegativeInt], msgspec.Meta(min_length=1)]
    step: StepRecord | None = None
    seed: int | None = None
    columns: list[str] | None = None
    image: ImageRecord | None = None
    characters: str | None = None
    origins: list[list[str | TableCell]] | None = None

    def require_for(self, x: Array) -> None:
        """Raise `ModelFileError` unless this is said of inputs like these."""
        numbers, image, texts = math.prod(x.shape[1:]), self.image, self.origins
        fitting = {
            "samples": len(self.samples) == len(x),
            "columns": self.columns is None or x.shape[-1] == len(self.columns),
            "image": image is None or numbers == image.height * image.width * image.channels,
            "characters": self.characters is None
            or (x.dtype.kind in "iu" and 0 <= x.min() <= x.max() < len(self.characters)),
            "origins": texts is None or (len(texts) == len(x) and all(len(each) in (1, numbers) for each in texts)),
        }
        for name, fits in fitting.items():
            if not fits:
                raise ModelFileError(f"the {name} of its data are not those of inputs of shape {x.shape}")


class DescriptionRecord(msgspec.Struct):
    """What `Trace.description` holds."""

    loss: LossRecord
    optimizer: OptimizerRecord
    classes: list[str] | None = None
    distributions: bool = False
    data: DataRecord | None = None


class TraceRecord(msgspec.Struct):
    """What `Trace.to_json` writes, with the names of the arrays in their order."""

    order: list[str]
    formulas: dict[str, dict[str, Any]]
    origins: dict[str, Origin]
    steps: tuple[Step, ...]
    layers: Annotated[tuple[LayerInfo, ...], msgspec.Meta(min_length=1)]
    description: dict[str, Any]

    def __post_init__(self) -> None:
        named = [name for step in self.steps for name in step.arrays]
        named += [name for layer in self.layers for name in (layer.input, layer.output, *layer.parameters)]
        named += [each.parameter for each in self.origins.values() if each.parameter is not None]
        named.append("t" if "t" in self.order and "τ" not in self.order else "τ")
        if unknown := {*named, *self.formulas, *self.origins, "x", "y", "η"} - {*self.order}:
            raise ValueError(f"there is no array {min(unknown)} in order")
        if {*self.origins} != {*self.order} or len(self.origins) < len(self.order):
            raise ValueError("order and origins have not the same arrays")
        if bare := {name for name, origin in self.origins.items() if origin.function} - {*self.formulas}:
            raise ValueError(f"there is no formula of {min(bare)}")
        if any(each.layer is not None and not 0 <= each.layer < len(self.layers) for each in self.origins.values()):
            raise ValueError("there is an array of a layer that is not among layers")


def require_computable(formula: Formula, arrays: Mapping[str, Array]) -> None:
    """Raise a `WhenceError` unless a formula is one of these arrays, with no sum that is longer than they warrant."""
    extents = find_extents(formula, arrays)
    shape = tuple(extents[index] for index in formula.indices)
    if shape != arrays[formula.target.array].shape:
        raise ModelFileError(f"the formula of {formula.target.array} is for an array of shape {shape}")
    most = max(_LEAST_TERMS, _TERMS_PER_NUMBER * sum(array.size for array in arrays.values()))
    if (terms := _terms(formula.expression, extents)) > most:
        raise ModelFileError(f"a sum in the formula of {formula.target.array} has {terms:,} terms")


def _terms(node: Expression, extents: Mapping[Index, int]) -> int:
    """Return the number of terms of the longest sum in an expression, sums within sums written out."""
    inner = max((_terms(child, extents) for child in children(node)), default=1)
    return inner * math.prod(extents[index] for index in node.indices) if isinstance(node, Reduction) else inner
