"""Elman's recurrent layer: the hidden state is a function of the input and of the preceding hidden state."""

from __future__ import annotations

from typing import Literal

import numpy as np

from whence.arguments import Fraction, PositiveInt
from whence.arrays import Array
from whence.formula import Formulas, max0, tanh
from whence.nn.layer import layers
from whence.nn.recurrent.base import Arrays, Recurrent
from whence.nn.recurrent.direction import weighted_sums
from whence.nn.recurrent.formulas import FormulasOverTime


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
        For each layer k, and with the suffix ``_reverse`` backward in time: ``weight_ih_lk`` W, (F, H);
        ``weight_hh_lk`` U, (H, H); ``bias_lk`` b, (H,). In PyTorch the weights are transposed, and b is the sum of
        ``bias_ih`` and ``bias_hh``.

    Notes
    -----
    Forward, h[n, t] = f(x[n, t] W + h[n, t−1] U + b). Backward, through time: δ[n, t] = dh[n, t] f′ and
    dh[n, t] = dy[n, t] + δ[n, t+1] Uᵀ; dW = Σ_n Σ_t x[n, t] δ[n, t], dU = Σ_n Σ_t h[n, t−1] δ[n, t] (Elman, 1990;
    Werbos, 1990).
    """

    gates = 1
    kept = ("h",)

    def __init__(
        self,
        input_size: PositiveInt,
        hidden_size: PositiveInt,
        num_layers: PositiveInt = 1,
        *,
        nonlinearity: Literal["tanh", "relu"] = "tanh",
        bias: bool = True,
        bidirectional: bool = False,
        dropout: Fraction = 0.0,
    ) -> None:
        super().__init__(input_size, hidden_size, num_layers, bias=bias, bidirectional=bidirectional, dropout=dropout)
        self.nonlinearity = nonlinearity

    def forward_through_time(self, x: Array, initial: Arrays, parameters: Arrays, m: Array | None) -> Arrays:
        h = weighted_sums(x, parameters["W"], parameters.get("b"))  # (T, N, H)
        h_before = initial["h"]
        for t, h_t in enumerate(h):
            h_t += h_before @ parameters["U"]
            if self.nonlinearity == "tanh":
                np.tanh(h_t, out=h_t)
            else:
                np.maximum(h_t, 0, out=h_t)
            if m is not None:
                np.copyto(h_t, h_before, where=m[t] == 0)
            h_before = h_t
        return {"h": h}

    def backward_through_time(
        self, dh: Array, arrays: Arrays, initial: Arrays, parameters: Arrays, m: Array | None
    ) -> tuple[Arrays, Arrays]:
        h, U_transposed = arrays["h"], np.ascontiguousarray(parameters["U"].T)
        delta = (1 - h * h) if self.nonlinearity == "tanh" else (h > 0).astype(h.dtype)  # f′, until dh multiplies it
        if m is not None:
            delta *= m
        dh_later = np.zeros_like(initial["h"])  # (N, H), from the time steps after t
        for t in reversed(range(len(h))):
            dh[t] += dh_later
            delta[t] *= dh[t]
            np.matmul(delta[t], U_transposed, out=dh_later)
            if m is not None:
                dh_later += (1 - m[t]) * dh[t]
        return {"dh": dh, "δ": delta}, {"dh0": dh_later}

    def formulas_through_time(self, time: FormulasOverTime) -> Formulas:
        h, dh = time.at("h"), time.at("dh")
        activation, slope = (tanh, 1 - h**2) if self.nonlinearity == "tanh" else (max0, h > 0)
        value = activation(time.weighted_sum(0))
        return Formulas(
            forward=[h << time.plus_ended(time.valid(value), time.at_before("h"))],
            backward=[
                dh << time.delta_of_output() + time.handed_back(time.after),
                time.at("δ") << time.valid(dh * slope),
                *time.initial_delta("h", time.handed_back(time.t)),
            ],
            recurrences=time.recurrences("dh", "δ"),
        )
