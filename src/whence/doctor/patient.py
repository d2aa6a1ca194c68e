"""The patient: a training with its data, its network before and after, and what was measured on the way."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from whence.arguments import checks_arguments
from whence.data import Preprocessing, Samples
from whence.data.samples import joined
from whence.nn import Loss, Sequential
from whence.optim import Optimizer
from whence.training.callbacks import Record
from whence.training.fitting import planned_steps


@checks_arguments
@dataclass(frozen=True, kw_only=True)
class Patient:
    """A training to examine.

    Parameters
    ----------
    training : mapping of str to object
        The arguments of `whence.training.fit` by name, with ``train`` samples, and network and optimizer as they were
        before the first step.
    net : Sequential
        The network as the training left it.
    history : sequence of dict
        The records of its epochs.
    finished : bool
        Whether it came to its end; otherwise its steps are made again to see what happened.
    test : Samples, optional
        Samples that it has not seen.
    classes : tuple of str, optional
        The names of the classes; None for numbers.
    described : bool
        Whether the network was described by its layers, so that remedies are too.
    """

    training: Mapping[str, Any]
    net: Sequential
    history: Sequence[Record] = ()
    finished: bool = True
    test: Samples | None = None
    classes: tuple[str, ...] | None = None
    described: bool = False

    @property
    def initial_net(self) -> Sequential:
        """The network before the first step."""
        net: Sequential = self.training["net"]
        return net

    @property
    def loss_fn(self) -> Loss:
        """What was minimised."""
        loss_fn: Loss = self.training["loss_fn"]
        return loss_fn

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer before the first step."""
        optimizer: Optimizer = self.training["optimizer"]
        return optimizer

    @property
    def train(self) -> Samples:
        """The training samples."""
        train: Samples = self.training["train"]
        return train

    @property
    def preprocessing(self) -> Preprocessing:
        """The map from raw inputs to the network's."""
        return self.training.get("preprocessing") or Preprocessing()

    @property
    def batch_size(self) -> int:
        """Samples in a batch."""
        size = self.training.get("batch_size", 32)
        return len(self.train.counted) if size is None else int(size)

    @property
    def streams(self) -> bool:
        """Whether the samples are consecutive parts of one text."""
        return self.preprocessing.streams

    @property
    def steps_per_epoch(self) -> int:
        """Steps in an epoch."""
        if self.streams:
            return max(1, len(self.train) // self.batch_size)
        return -(-len(self.train.counted) // self.batch_size)

    @property
    def planned_steps(self) -> int:
        """Steps after which the training was to end."""
        return planned_steps(self.training.get("epochs"), self.training.get("max_steps"), self.steps_per_epoch)

    @property
    def steps(self) -> int:
        """Steps that it is known to have made."""
        return int(self.history[-1]["step"]) if self.history else 0

    @cached_property
    def held_out(self) -> Samples | None:
        """All samples that no step was made on."""
        parts = [part for part in (self.training.get("validation"), self.test) if part is not None]
        return joined(parts) if parts else None

    def new_training(self) -> dict[str, Any]:
        """Return the arguments of the training with a network and an optimizer of their own."""
        fresh = {
            name: copy.deepcopy(self.training[name])
            for name in ("net", "optimizer", "schedule")
            if name in self.training
        }
        return {**self.training, **fresh, "callbacks": (), "patience": None, "resume": None}


def some_of(samples: Samples, count: int, seed: int = 0) -> Samples:
    """Return at most ``count`` of the samples, drawn at random and in their order."""
    rows = samples.counted
    if len(rows) > count:
        rows = np.sort(np.random.default_rng(seed).choice(rows, count, replace=False))
    return samples.take(rows)
