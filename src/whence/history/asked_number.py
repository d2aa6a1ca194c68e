"""A number that a network makes of one sample, which can be asked about: a logit, a margin, a probability, a loss."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.data import Batch, Batches, Samples
from whence.errors import ArgumentError
from whence.formula import Formula, Formulas
from whence.formula.cell import cell_name
from whence.formula.computation import compute
from whence.formula.derive import with_backward
from whence.formula.evaluate import Source
from whence.formula.filling import check_index
from whence.nn import Loss, Sequential
from whence.nn.losses.base import weights_in_time
from whence.nn.naming import name_layers
from whence.training import Training
from whence.wording import counted, listed

LOSS = "loss"


@checks_arguments
def numbers_of(net: Sequential, loss_fn: Loss, batch: Batch) -> dict[str, Array]:
    """Return what can be asked of a prediction: the output of a network, and what its loss makes of it.

    Parameters
    ----------
    net : Sequential
        The network.
    loss_fn : Loss
        Its loss.
    batch : Batch
        Prepared samples; dropout is not active, and batch norm uses its running statistics.

    Returns
    -------
    dict of str to array
        The arrays by name, the output first: ``z2``, ``p``, ``loss`` and others.
    """
    outputs = net.forward(batch.x, training=False, lengths=batch.lengths)[0]
    made = [formula.target.array for formula in _formulas(loss_fn, batch, outputs).forward]
    arrays = _arrays(loss_fn, batch, outputs)
    return {name_layers(net.layers)[-1].output: outputs, **{name: arrays[name] for name in made}}


class AskedNumber:
    """A cell of a network's outputs, or of what its loss makes of them, for one sample; or the difference of two.

    Parameters
    ----------
    training : Training
        The training of the network, whose preprocessing and loss are taken.
    sample : Samples
        The sample, before preprocessing.
    cells : sequence of (str, tuple of int)
        One cell, such as ``("z2", (0, 7))``, ``("p", (0, 7))`` or ``("loss", ())``, or two.

    Raises
    ------
    ArgumentError
        If there are more samples or cells, or one of these is no such cell.
    """

    def __init__(self, training: Training, sample: Samples, cells: Sequence[Source]) -> None:
        if len(sample) != 1:
            raise ArgumentError(f"sample has {counted(len(sample), 'row')}; a prediction is that of one, so give one")
        if len(cells) not in (1, 2):
            raise ArgumentError(f"{counted(len(cells), 'cell')} were given; give one, or two for their difference")
        net = training.net
        batches = Batches(sample, training.preprocessing, 1, rng=None, dtype=net.dtype, input_dtype=net.input_dtype)
        self.batch = batches.take(np.array([0]))
        self.loss_fn = training.loss_fn
        self.output = name_layers(net.layers)[-1].output
        self.cells = [*cells]
        self._derived: dict[str, Sequence[Formula]] = {}
        known = numbers_of(net, self.loss_fn, self.batch)
        for name, index in self.cells:
            if name not in known:
                raise ArgumentError(
                    f"{name} is no output of the network and nothing that the loss makes of it, so that no training "
                    f"samples can be named for it; ask for {listed(known)}"
                )
            check_index(name, np.shape(known[name]), index)

    @property
    def name(self) -> str:
        """The number as text: ``z2[0,7] − z2[0,9]``."""
        return " − ".join(cell_name(*cell) for cell in self.cells)

    def __call__(self, net: Sequential) -> tuple[float, Array]:
        """Return the number for a network, and its gradient with respect to all parameters.

        Returns
        -------
        value : float
        gradient : array, shape (P,)
        """
        outputs, tape = net.forward(self.batch.x, training=False, lengths=self.batch.lengths)
        parts = [self._of_cell(name, index, outputs) for name, index in self.cells]
        signs = (1, -1)[: len(parts)]
        value = sum(sign * part for sign, (part, _) in zip(signs, parts, strict=True))
        delta = sum(sign * slope for sign, (_, slope) in zip(signs, parts, strict=True))
        return value, net.backward(np.asarray(delta, net.dtype), tape)

    def _of_cell(self, name: str, index: tuple[int, ...], outputs: Array) -> tuple[float, Array]:
        """Return a cell, and its derivative with respect to the outputs."""
        if name == self.output:
            return float(outputs[index]), _one_at(index, outputs)
        wanted = f"d{self.loss_fn.input_symbol}"
        arrays = _arrays(self.loss_fn, self.batch, outputs)
        slope = arrays.pop(wanted)
        if name == LOSS:
            return float(arrays[LOSS]), slope
        if name not in self._derived:
            stated = _formulas(self.loss_fn, self.batch, outputs)
            self._derived[name] = with_backward(stated, name, [self.loss_fn.input_symbol]).backward
        given = {**arrays, f"d{name}": _one_at(index, arrays[name])}
        made = compute(self._derived[name], given, shapes={wanted: outputs.shape})
        return float(arrays[name][index]), made[wanted]


def _formulas(loss_fn: Loss, batch: Batch, outputs: Array) -> Formulas:
    return loss_fn.formulas_for(batch.y, weights_in_time(outputs, None, batch.lengths))


def _arrays(loss_fn: Loss, batch: Batch, outputs: Array) -> dict[str, Array]:
    weights = weights_in_time(outputs, None, batch.lengths)
    return loss_fn.arrays(outputs, batch.y, weights, loss_fn.evaluate(outputs, batch.y, weights))


def _one_at(index: tuple[int, ...], array: Array) -> Array:
    """Return zeros of the shape of an array with a one at an index."""
    ones = np.zeros_like(array)
    ones[index] = 1
    return ones
