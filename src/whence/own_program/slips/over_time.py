"""The states of a simple recurrent layer and their derivatives, made again with a part of them changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.own_program.reference import Reference


@dataclass(frozen=True, eq=False)
class Recurrence:
    """A layer of ``h[t] = tanh(x[t] W + h[t − 1] U + b)``, by the names of its arrays.

    Parameters
    ----------
    step : Reference
        The step.
    input, weight, recurrent, bias : str
        What it reads, W, U and b; the bias is empty if it has none.
    state, delta : str
        h, and the derivative with respect to its weighted sum.
    """

    step: Reference
    input: str
    weight: str
    recurrent: str
    bias: str
    state: str
    delta: str

    def states(self, *, recurrent: Array | None = None, bias: bool = True) -> Array:
        """Return the states (N, T, H), with other recurrent weights or without the bias."""
        arrays = self.step.arrays
        through = arrays[self.recurrent] if recurrent is None else recurrent
        sums = arrays[self.input] @ arrays[self.weight]
        if bias and self.bias:
            sums = sums + arrays[self.bias]
        h = np.zeros((len(sums), sums.shape[-1]))
        found = np.empty_like(sums)
        for t in range(sums.shape[1]):
            found[:, t] = h = np.tanh(sums[:, t] + h @ through)
        return found

    def deltas(self, *, slope: Callable[[Array], Array] = lambda h: 1 - h**2, recurrent: Array | None = None) -> Array:
        """Return the deltas (N, T, H), with another derivative of tanh or other recurrent weights."""
        arrays = self.step.arrays
        h, through = arrays[self.state], arrays[self.recurrent] if recurrent is None else recurrent
        handed = arrays[self.delta.replace("δ", "ds")]
        found, later = np.empty_like(h), np.zeros_like(h[:, 0])
        for t in reversed(range(h.shape[1])):
            found[:, t] = (handed[:, t] + later) * slope(h[:, t])
            later = found[:, t] @ through.T
        return found


def recurrences(step: Reference) -> Iterator[Recurrence]:
    """Yield the simple recurrent layers of a step that begin with states of zero and keep to whole sequences."""
    for layer in step.trace.layers:
        number, names = layer.number, layer.parameters
        needed = {f"h{number}", f"δ{number}", f"ds{number}", f"U{number}"}
        if layer.kind == "RNN" and needed <= step.arrays.keys():
            bias = f"b{number}" if f"b{number}" in names else ""
            found = Recurrence(step, layer.input, f"W{number}", f"U{number}", bias, f"h{number}", f"δ{number}")
            if np.allclose(found.states(), step.arrays[found.state]):
                yield found
