"""What each sample of a batch adds to some cells of a parameter's gradient, from step to step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whence.arrays import Array
from whence.formula.evaluate import CellEvaluation
from whence.history.layer_arrays import arrays_of_layer
from whence.history.sample_shares import sample_term
from whence.nn import Sequential
from whence.nn.context import Context
from whence.nn.parameter import Slot
from whence.training import BackwardPass, Training


class CellTerms:
    """Computes the terms of a parameter's gradient, by the formulas of its layer at one value of the batch index.

    Parameters
    ----------
    net : Sequential
        The network.
    slot : Slot
        The parameter.
    cells : sequence of tuple of int
        The indices of C cells.

    Attributes
    ----------
    columns : int array, shape (C,)
        The column of each cell in what `into` writes.
    leaves_inputs : bool
        Whether the terms are still to be multiplied by `inputs`, which are the same for a sample in all steps.
    position_shape : list of int
        The axes of the positions, such as those of an image, at which the layer uses the parameter.
    """

    leaves_inputs = False

    def __init__(self, net: Sequential, slot: Slot, cells: Sequence[tuple[int, ...]]) -> None:
        layer = self._layer = net.layers[slot.layer]
        self._slot, self._cells, self._dtype = slot, cells, net.dtype
        self._uses = [position for position, each in enumerate(net.layers) if each is layer]
        self._evaluations: dict[tuple[bool, bool], CellEvaluation] = {}
        self.columns: Array = np.arange(len(cells))
        self.position_shape: list[int] = []

    def into(self, out: Array, training: Training, backward: BackwardPass) -> Array | None:
        """Write the terms of the gradient of a step into an array.

        Parameters
        ----------
        out : array, shape (B, K)
            What each of B samples adds to the cells: a column for each of them, or for all those that share it.
        training, backward
            The training before the optimizer's step.

        Returns
        -------
        float64 array, shape (P, C), or None
            What was added at each of P positions, if there are any.
        """
        evaluation = self._evaluation(training, backward)
        arrays = (arrays_of_layer(training.net, use, backward, evaluation.names) for use in self._uses)
        first, *others = map(evaluation, arrays)
        found = sum(others, start=first)
        samples, *self.position_shape, cells = found.shape
        if not self.position_shape:
            out[...] = found
            return None
        out[...] = found.reshape(samples, -1, cells).sum(1, np.float64)
        return np.asarray(found.sum(0, np.float64).reshape(-1, cells))

    def inputs(self, x: Array) -> Array:
        """Return what the terms of B samples are to be multiplied by, of their prepared inputs: (B, C), or (B, 1)."""
        return np.ones((len(x), 1))

    def _evaluation(self, training: Training, backward: BackwardPass) -> CellEvaluation:
        """Return what computes terms, which depends on whether there are a state and lengths."""
        state, lengths = training.state, backward.batch.lengths
        kind = state is not None, lengths is not None
        if kind not in self._evaluations:
            context = Context(training=True, state=state, lengths=lengths).within(self._uses[0])
            self._evaluations[kind] = self.evaluation_in(context)
        return self._evaluations[kind]

    def evaluation_in(self, context: Context) -> CellEvaluation:
        """Return the terms of the cells in the formulas of a pass with a context."""
        symbols = {name: parameter.symbol for name, parameter in self._layer.declared_parameters().items()}
        formulas = self._layer.formulas_in(context).backward
        (gradient,) = [each for each in formulas if each.target.array == f"d{symbols[self._slot.name]}"]
        term = sample_term(gradient, {*symbols.values()})
        places = dict(zip(gradient.indices, np.array(self._cells, np.intp).T, strict=True))
        return CellEvaluation(term, places, self._dtype)
