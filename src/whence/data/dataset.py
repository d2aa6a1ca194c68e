"""Data set: training, validation and test samples with the names of the classes and the preprocessing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, TypeAlias

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.data import splits
from whence.data.labels import against_rest, class_index
from whence.data.load_options import LoadOptions
from whence.data.parts import Parts
from whence.data.preprocessing import Preprocessing
from whence.data.samples import Samples
from whence.data.table_cell import TableCell
from whence.data.target_range import scaled_into
from whence.errors import ArgumentError, DataError
from whence.stored_rows import StoredRows, blocks

Origins: TypeAlias = Callable[[int], Sequence[str | TableCell]]
"""Gives, for the number of a sample, what each of its inputs is from: a cell of a table, or one text for all."""


@checks_arguments
@dataclass(frozen=True, eq=False)
class Dataset:
    """Training, validation and test samples.

    Parameters
    ----------
    name : str
        Its name in reports.
    train : Samples
        Training samples.
    validation, test : Samples or None
        Validation and test samples.
    classes : tuple of str or None
        The names of the classes in the order of their indices; None for a regression.
    preprocessing : Preprocessing
        The map from raw inputs to the network's inputs.
    remarks : tuple of str
        Remarks on how the data were read, a sentence each.
    origins : Origins or None
        What the training samples are from, if that is known.

    Raises
    ------
    DataError
        If shapes or class indices do not match, or a class has no training sample.
    """

    name: str
    train: Samples
    validation: Samples | None
    test: Samples | None
    classes: tuple[str, ...] | None
    preprocessing: Preprocessing
    remarks: tuple[str, ...] = ()
    origins: Origins | None = None

    def __post_init__(self) -> None:
        for split, samples in self.splits.items():
            self._check_split(split, samples)

    @classmethod
    def of(
        cls,
        name: str,
        parts: Mapping[str, Samples],
        classes: tuple[str, ...] | None,
        preprocessing: Preprocessing,
        options: LoadOptions,
        origins: Origins | None = None,
    ) -> Dataset:
        """Return the data set of one part, ``train``, split as `whence.data.splits.three_ways` says, or of several.

        Parameters
        ----------
        name, classes, preprocessing, origins
            As in the class, the origins of all samples of the part ``train``; number columns are standardised by the
            training samples.
        parts : mapping of str to Samples
            The parts by their names in `splits`; the arrays of ``train`` alone are overwritten where it is split.
        options : LoadOptions
            Holds the shares to hold out and the seed.
        """
        if len(parts) > 1:
            own = parts["train"], parts.get("validation"), parts.get("test")
            whole = cls(name, *own, classes, preprocessing, origins=origins)
            return whole.held_out(options.test, options.validation, options.seed)
        train_rows, *held = splits.three_ways(parts["train"].targets, options.test, options.validation, options.seed)
        train, *others = parts["train"].divided([train_rows, *(rows for rows in held if rows is not None)])
        validation, test = (None if rows is None else others.pop(0) for rows in held)
        origins = origins and partial(_origins_of, origins, train_rows)
        return cls(name, train, validation, test, classes, preprocessing, origins=origins)._fitted()

    @property
    def splits(self) -> dict[str, Samples]:
        """The parts by name: ``train``, and ``validation`` and ``test`` if there are any."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {split: samples for split, samples in parts.items() if samples is not None}

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one input, without the axis of samples."""
        shape: tuple[int, ...] = self.train.inputs.shape[1:]
        return shape

    @property
    def outputs(self) -> int:
        """Number of classes, or of target columns."""
        return int(self.train.targets.shape[1]) if self.classes is None else len(self.classes)

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the arrays of all splits, their dtypes and their shapes; of inputs in parts, of their files.

        A picture is a part of one row, and counts by its pixels.
        """
        digest = hashlib.sha256()
        for split, samples in self.splits.items():
            for kind, values in samples.arrays.items():
                dtype = self.preprocessing.digested_as(values.dtype) if kind == "inputs" else values.dtype
                digest.update(f"{split} {kind} {dtype.str} {values.shape}\n".encode())
                source = values.source if isinstance(values, StoredRows) else None
                if isinstance(values, StoredRows) and isinstance(source, Parts) and not source.single_rows:
                    digest.update(source.sha256.encode() + values.rows.tobytes())
                    continue
                for block in blocks(values):
                    digest.update(np.ascontiguousarray(block, dtype).data)
        return digest.hexdigest()

    def held_out(self, test: float | None, validation: float | None, seed: int) -> Dataset:
        """Return the data set with shares of its training samples split off for testing and validation.

        The choice is stratified by class. Number columns are standardised by the samples that remain for training.

        Parameters
        ----------
        test, validation : float or None
            The fraction of the training samples for each part, between 0 and 1; 0 removes the data's own part, and None
            keeps it, if any.
        seed : int
            Seed of the choice.

        Raises
        ------
        ArgumentError
            If a fraction is not between 0 and 1, or the data have that part already.
        DataError
            If there are too few samples.
        """
        parts, rng, origins = dict(self.splits), np.random.default_rng(seed), self.origins
        for split, fraction in (("test", test), ("validation", validation)):
            if fraction == 0:
                parts.pop(split, None)
            elif fraction is not None and split in parts:
                raise ArgumentError(
                    f"{self.name} already has {len(parts[split])} {split} samples; leave the fraction out"
                )
            elif fraction is not None:
                kept, held = splits.hold_out(parts["train"].targets, fraction, rng)
                origins = origins and partial(_origins_of, origins, kept)
                parts |= {"train": parts["train"].part(kept), split: parts["train"].part(held)}
        others = parts.get("validation"), parts.get("test")
        return replace(self, train=parts["train"], validation=others[0], test=others[1], origins=origins)._fitted()

    def in_classes_of(self, classes: tuple[str, ...] | None) -> dict[str, Samples]:
        """Return the parts with the class indices of other data.

        Parameters
        ----------
        classes : tuple of str or None
            Their classes; None for numbers.

        Raises
        ------
        DataError
            If one has classes and the other numbers.
        UnknownNameError
            If the other data lack a class.
        """
        if (classes is None) != (self.classes is None):
            kinds = ("numbers", "classes") if classes is None else ("classes", "numbers")
            raise DataError(f"the network predicts {kinds[0]}, but {self.name} has {kinds[1]} as targets")
        if classes is None or self.classes is None or classes == self.classes:
            return self.splits
        indices = np.array([class_index(label, classes) for label in self.classes])
        return {split: replace(part, targets=indices[part.targets]) for split, part in self.splits.items()}

    def with_targets_in(self, low: float, high: float) -> Dataset:
        """Return the data set with numbers to predict scaled into a range, for a network that can output no others.

        Parameters
        ----------
        low, high : float
            The range, such as `whence.nn.Sequential.output_range`; may be infinite.

        Returns
        -------
        Dataset
            With a ``preprocessing`` that also scales predictions back, and a remark that says so; this one where
            targets are classes, or lie in the range already.
        """
        if self.classes is not None:
            return self
        preprocessing, remarks = scaled_into(self.preprocessing, self.train, low, high)
        return replace(self, preprocessing=preprocessing, remarks=(*self.remarks, *remarks))

    def one_against_rest(self, label: str) -> Dataset:
        """Return the data set with two classes: "not ``label``" (0) and ``label`` (1).

        Raises
        ------
        UnknownNameError
            If there is no such class.
        DataError
            If the data are for a regression.
        """
        if self.classes is None:
            raise DataError(f"{self.name} has numbers as targets, not classes; leave out the class {label!r}")
        index = class_index(label, self.classes)
        parts: dict[str, Any] = {
            split: replace(samples, targets=(samples.targets == index).astype(np.int64))
            for split, samples in self.splits.items()
        }
        return replace(self, name=f"{self.name}, {label} against the rest", classes=against_rest(label), **parts)

    def _fitted(self) -> Dataset:
        """Return the data set with its preprocessing fitted to the training samples."""
        train = self.train
        return replace(self, preprocessing=self.preprocessing.fitted(train.inputs, train.targets, train.weights))

    def _check_split(self, split: str, samples: Samples) -> None:
        targets = samples.targets
        if samples.inputs.shape[1:] != self.input_shape:
            raise DataError(
                f"the {split} inputs have the shape {samples.inputs.shape[1:]} and the training inputs "
                f"{self.input_shape}; both must be the same"
            )
        if self.classes is None:
            if targets.ndim != 2 or targets.shape[1:] != self.train.targets.shape[1:]:
                raise DataError(
                    f"the {split} targets of a regression have the shape {targets.shape}; expected (samples, outputs)"
                )
            return
        if len(self.classes) < 2:
            raise DataError(f"all samples are of one class, {', '.join(self.classes)}; at least two are needed")
        if targets.shape[1:] not in ((), self.input_shape) or targets.dtype != np.int64:
            raise DataError(
                f"the {split} targets have the shape {targets.shape} and dtype {targets.dtype}; "
                f"expected class indices of shape (samples,) and dtype int64"
            )
        if targets.min() < 0 or targets.max() >= len(self.classes):
            wrong = targets.min() if targets.min() < 0 else targets.max()
            raise DataError(f"the {split} targets hold the class index {wrong}; expected 0 to {len(self.classes) - 1}")
        for index in np.setdiff1d(_present(targets), _present(self.train.targets)):
            raise DataError(
                f"class {self.classes[index]!r} is in the {split} samples but not in the training samples; "
                f"add some to these, or remove it"
            )


def _origins_of(origins: Origins, kept: Array, sample: int) -> Sequence[str | TableCell]:
    """Return the origins of one of the samples that were kept of others."""
    return origins(int(kept[sample]))


def _present(targets: Array) -> Array:
    return np.flatnonzero(np.bincount(targets.ravel()))
