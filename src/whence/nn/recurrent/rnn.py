"""The simple recurrent layer of Elman: each hidden state is a function of the input and of the hidden state before."""

from __future__ import annotations

from typing import Literal

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError
from whence.formula import Formulas, max0, tanh
from whence.nn.layer import layers
from whence.nn.recurrent.base import Named, Recurrent
from whence.nn.recurrent.direction import weighted_sums
from whence.nn.recurrent.formulas import RunFormulas


@layers.register("rnn")
class RNN(Recurrent):
    """``h[t] = tanh(x[t] W + h[t − 1] U + b)`` over the time steps t of sequences.

    Parameters
    ----------
    input_size, hidden_size, num_layers, bias, bidirectional, dropout
        As for `Recurrent`.
    nonlinearity : {"tanh", "relu"}
        The function of the weighted sum.

    Attributes
    ----------
    views : dict of str to array
        For each layer k, and with the suffix ``_reverse`` for its second run: ``weight_ih_lk`` W, (F, H);
        ``weight_hh_lk`` U, (H, H); ``bias_lk`` b, (H,). In PyTorch the weights are transposed, and b is the sum of
        ``bias_ih`` and ``bias_hh``.

    Notes
    -----
    Forward, h[n, t] = f(x[n, t] W + h[n, t−1] U + b). Backward, through time: δ[n, t] = dh[n, t] f′ and
    dh[n, t] = dy[n, t] + δ[n, t+1] Uᵀ; dW = Σ_n Σ_t x[n, t] δ[n, t], dU = Σ_n Σ_t h[n, t−1] δ[n, t] (Elman, 1990;
    Werbos, 1990).

    Raises
    ------
    ArgumentError
        If an argument is outside what it may be.
    """

    gates = 1
    kept = ("h",)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        nonlinearity: Literal["tanh", "relu"] = "tanh",
        bias: bool = True,
        bidirectional: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(input_size, hidden_size, num_layers, bias=bias, bidirectional=bidirectional, dropout=dropout)
        if nonlinearity not in ("tanh", "relu"):
            raise ArgumentError(f"RNN was given nonlinearity = {nonlinearity!r}; it must be 'tanh' or 'relu'")
        self.nonlinearity = nonlinearity

    def run_forward(self, x: Array, first: Named, weights: Named, m: Array | None) -> Named:
        """Return h."""
        h = weighted_sums(x, weights["weight_ih"], weights.get("bias"))  # (T, N, H)
        before = first["h"]
        for t, h_t in enumerate(h):
            h_t += before @ weights["weight_hh"]
            if self.nonlinearity == "tanh":
                np.tanh(h_t, out=h_t)
            else:
                np.maximum(h_t, 0, out=h_t)
            if m is not None:
                np.copyto(h_t, before, where=m[t] == 0)
            before = h_t
        return {"h": h}

    def run_backward(
        self, dh: Array, arrays: Named, first: Named, weights: Named, m: Array | None
    ) -> tuple[Named, Named]:
        """Return dh and δ, and dh0."""
        h, transposed = arrays["h"], np.ascontiguousarray(weights["weight_hh"].T)
        delta = (1 - h * h) if self.nonlinearity == "tanh" else (h > 0).astype(h.dtype)  # the slopes at first
        if m is not None:
            delta *= m
        handed_back = np.zeros_like(first["h"])  # (N, H)
        for t in reversed(range(len(h))):
            dh[t] += handed_back
            delta[t] *= dh[t]
            np.matmul(delta[t], transposed, out=handed_back)
            if m is not None:
                handed_back += (1 - m[t]) * dh[t]
        return {"dh": dh, "δ": delta}, {"dh0": handed_back}

    def run_formulas(self, run: RunFormulas) -> Formulas:
        """Return h, then dh and δ."""
        h, dh = run.at("h"), run.at("dh")
        activation, slope = (tanh, 1 - h**2) if self.nonlinearity == "tanh" else (max0, h > 0)
        value = activation(run.weighted_sum(0))
        return Formulas(
            forward=[h << run.plus_ended(run.valid(value), run.at_before("h"))],
            backward=[
                dh << run.delta_of_output() + run.handed_back(run.after),
                run.at("δ") << run.valid(dh * slope),
                *run.first_delta("h", run.handed_back(run.t)),
            ],
        )
