"""Where parameters came from: their first values, and what every sample of a training added to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array, column_sums
from whence.drawings import drawings
from whence.errors import ArgumentError, TooLargeError
from whence.formula.cell import cell_name
from whence.formula.evaluate import Source
from whence.formula.expressions import Reduction, walk
from whence.formula.filling import check_index
from whence.history.known_samples import known_samples
from whence.history.update_recurrence import UpdateRecurrence, require_no_memory, require_rounding
from whence.history.watched_cells import EPOCHS_TOGETHER, WatchedCells
from whence.nn import Layer
from whence.nn.naming import slots_by_name
from whence.training import BackwardPass, Callback, Training, fit
from whence.training.memory import physical_memory

_COPIES = 3
"""Copies of the shares while a biography is put together."""
_ROWS = 256
"""Rows of shares that are worked on together, so that they stay in the cache."""


@dataclass(frozen=True)
class Biography:
    """What parameters of a network are made of.

    ``first + decay + samples.sum(0) + rounding + unexplained`` is ``last``.

    Parameters
    ----------
    cells : tuple of str
        The names of C parameters: ``W1[406, 5]``.
    steps : int
        The number of steps of the training.
    first : float64 array, shape (C,)
        The first values.
    decay : float64 array, shape (C,)
        What weight decay took from the first values.
    samples : float64 array, shape (N, C)
        What each training sample added, in all the steps that it was in; each is what weight decay left of it.
    epochs : float64 array, shape (E, C)
        What the samples added in each epoch.
    positions : dict of str to float64 array
        For cells of parameters that a layer uses at many positions, of a sequence or an image: what was added at each.
    rounding : float64 array, shape (C,)
        What became of the rounding of all updates: in each, what it stored of the parameter and of the optimizer's
        states, less what the formulas make, in double precision, of what had been stored before.
    unexplained : float64 array, shape (C,)
        What is left: the rounding of the sums over samples in the gradients, and of the shares.
    last : float64 array, shape (C,)
        The values after the training.
    clipped : int
        The number of steps whose gradient was clipped; the samples' shares are those of the clipped gradients.
    clipping : float64 array, shape (C,)
        What clipping took away from what the samples would have added in these steps.
    given_scales : bool
        Whether the optimizer divides by what it keeps of earlier gradients; shares are given these scales as they were.
    mixing : bool
        Whether a layer mixes the samples of a batch, as batch norm does; a share is then that of the sample whose row
        carried it.
    """

    cells: tuple[str, ...]
    steps: int
    first: Array
    decay: Array
    samples: Array
    epochs: Array
    positions: dict[str, Array]
    rounding: Array
    unexplained: Array
    last: Array
    clipped: int
    clipping: Array
    given_scales: bool
    mixing: bool

    @property
    def rows(self) -> dict[str, Array]:
        """What adds up to the last values, by name: float64, (C,) each; the samples' row is without clipping."""
        return {
            "first": self.first,
            "samples": self.samples.sum(0) - self.clipping,
            "clipping": self.clipping,
            "decay": self.decay,
            "rounding": self.rounding,
            "unexplained": self.unexplained,
        }

    @property
    def cancelling(self) -> Array:
        """How many times as large each cell's shares, of samples and at positions, are as its values: float64, (C,)."""
        size = np.abs(self.first) + np.abs(self.last)
        added = _sizes(self.samples) + _sizes_at_positions(self.positions, self.cells)
        return np.asarray(np.divide(added, size, out=np.where(added > 0, np.inf, 0.0), where=size > 0))

    def _repr_html_(self) -> str:
        return drawings["biography"](self)


@checks_arguments
def biography(training: Mapping[str, Any], cells: Sequence[Source]) -> Biography:
    """Train a network, in place, and return what some of its parameters are made of.

    Every update is linear in the gradient, given the scales of the optimizer, and every gradient is a sum over samples.
    So what a sample adds in a step is the term of the gradient's formula at its place in the batch, multiplied by what
    the update's formulas make of it up to the last step.

    Parameters
    ----------
    training : mapping of str to object
        The arguments of `whence.training.fit`, as for `whence.history.replay_steps`.
    cells : sequence of (str, tuple of int)
        The names and indices of the parameters: ``("W1", (406, 5))``.

    Returns
    -------
    Biography
        Its ``last`` are the parameters after the last step, not those of the best epoch.

    Raises
    ------
    ArgumentError
        If a cell is no parameter, the samples of batches are not known, the optimizer holds gradients of earlier steps,
        or updates are not linear in the gradients of the samples, as where a callback replaces gradients.
    """
    watcher = ParameterWatcher(cells)
    fit(**{**training, "callbacks": [*training.get("callbacks", ()), watcher]})
    return watcher.biography()


class ParameterWatcher(Callback):
    """Follows cells of parameters from the first step to the last, for their `biography`.

    Parameters
    ----------
    cells : sequence of (str, tuple of int)
        The names and indices of the parameters.
    """

    watches = True

    @checks_arguments
    def __init__(self, cells: Sequence[Source]) -> None:
        if not cells:
            raise ArgumentError("no cells were given; give the names and indices of parameters")
        self.cells = list(cells)
        self.made = self.epochs = self.clipped = 0
        self.watched: list[WatchedCells] = []

    def on_start(self, training: Training) -> None:
        require_no_memory(training.optimizer)
        net = self.net = training.net
        slots = slots_by_name(net.layers, net.slots)
        for name, index in self.cells:
            if name not in slots:
                raise ArgumentError(f"{name} is no parameter of the network, which has {', '.join(slots)}")
            check_index(name, slots[name].shape, index)
        _require_memory(training, len(self.cells))
        decaying = [slots[name].decays and training.optimizer.weight_decay > 0 for name, _ in self.cells]
        self._order = np.argsort(np.argsort(decaying, kind="stable"))  # of each cell, in all that are watched
        for decays in sorted({*decaying}):
            own = [cell for cell, each in zip(self.cells, decaying, strict=True) if each == decays]
            self.watched.append(WatchedCells(training, own, decays=decays))

    def on_gradient(self, training: Training, backward: BackwardPass) -> None:
        for watched in self.watched:
            watched.before_step(training, backward)

    def on_batch_end(self, training: Training) -> None:
        self.made += 1
        self.epochs = training.epoch + 1
        self.clipped += training.optimizer.clip < 1
        for watched in self.watched:
            watched.after_step(training)

    def on_end(self, training: Training) -> None:
        for watched in self.watched:
            watched.end(training.net)

    def look(self, training: Training) -> None:
        """Get ready for `biography` between two steps, as `on_end` does after the last."""
        for watched in self.watched:
            watched.look(training.net)

    def biography(self) -> Biography:
        """Return what was found, with the cells in the order in which they were asked for."""

        def in_order(parts: list[Array]) -> Array:
            if len(parts) == 1:
                return parts[0]
            joined = np.empty((*parts[0].shape[:-1], len(self.cells)))
            for start in range(0, len(joined), _ROWS):
                rows = [part[start : start + _ROWS] for part in parts]
                own = joined[start : start + _ROWS]
                np.concatenate(rows, axis=-1).take(self._order, axis=-1, out=own, mode="clip")
            return joined

        def shares(origin: str) -> Array:
            return in_order([watched.shown(origin) for watched in self.watched])

        (first,) = in_order([watched.first[np.newaxis] for watched in self.watched])
        (last,) = in_order([watched.last[np.newaxis] for watched in self.watched])
        (kept,), (rounding,), samples = shares("first"), shares("rounding"), shares("samples")
        unexplained = last - kept - column_sums(samples) - rounding
        cells = tuple(cell_name(*cell) for cell in self.cells)
        positions = {name: each for watched in self.watched for name, each in watched.at_positions().items()}
        added = _sizes(samples) + _sizes_at_positions(positions, cells)
        require_rounding(np.abs(rounding) + np.abs(unexplained), np.abs(first) + np.abs(last) + added)
        return Biography(
            cells,
            self.made,
            first,
            kept - first,
            samples,
            shares("epochs")[: self.epochs],
            positions,
            rounding,
            unexplained,
            last,
            self.clipped,
            shares("clipping")[0],
            any(watched.recurrence.given_scales for watched in self.watched),
            any(map(mixes, self.net.layers)),
        )


def _require_memory(training: Training, cells: int) -> None:
    """Raise `TooLargeError` if the shares of so many cells need more than half of the memory."""
    samples = len(known_samples(training))
    states = len(UpdateRecurrence(training.optimizer, decays=True).states)
    per_cell = samples * (8 * (states + _COPIES) + training.net.dtype.itemsize * (EPOCHS_TOGETHER + 1))
    memory = physical_memory()
    if memory is not None and cells * per_cell > memory / 2:
        raise TooLargeError(
            f"the shares of {samples:,} samples in {cells:,} cells need {cells * per_cell / 1e9:,.1f} GB, "
            f"more than half of this machine's memory; watch at most {memory // 2 // per_cell:,} cells at a time"
        )


def _sizes(shares: Array) -> Array:
    """Return the sums over the rows of how large shares, (N, C), are."""
    return np.asarray(
        np.sum([np.abs(rows).sum(0) for rows in np.array_split(shares, 1 + len(shares) // _ROWS)], axis=0)
    )


def _sizes_at_positions(positions: Mapping[str, Array], cells: Sequence[str]) -> Array:
    """Return the sums of how large shares at positions are; those of one sample may cancel, as before instance norm."""
    return np.array([np.abs(positions[cell]).sum() if cell in positions else 0.0 for cell in cells])


def mixes(layer: Layer) -> bool:
    """Return whether a layer computes something from several samples of a batch in training."""
    formulas = layer.formulas().forward
    (sample,) = {formula.indices[0] for formula in formulas if formula.target.array == layer.output_symbol}
    return any(
        isinstance(node, Reduction) and sample in node.indices
        for formula in formulas
        for node in walk(formula.expression)
    )
