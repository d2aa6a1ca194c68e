"""Long short-term memory: gates decide what a cell forgets, takes in and shows."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.formula import Formulas, sigmoid, tanh
from whence.nn.layer import Layer, layers
from whence.nn.recurrent.base import Named, Recurrent
from whence.nn.recurrent.direction import blocks, weighted_sums
from whence.nn.recurrent.formulas import RunFormulas


@layers.register("lstm")
class LSTM(Recurrent):
    """``c[t] = f c[t − 1] + i g`` and ``h[t] = o tanh(c[t])`` over the time steps t of sequences.

    Parameters
    ----------
    input_size, hidden_size, num_layers, bias, bidirectional, dropout
        As for `Recurrent`.

    Attributes
    ----------
    views : dict of str to array
        For each layer k, and with the suffix ``_reverse`` for its second run: ``weight_ih_lk`` W, (F, 4H);
        ``weight_hh_lk`` U, (H, 4H); ``bias_lk`` b, (4H,), whose part for f starts as one. The gates stand in the order
        i, f, g, o. In PyTorch the weights are transposed, and b is the sum of ``bias_ih`` and ``bias_hh``.

    Notes
    -----
    Forward, with z = x[n, t] W + h[n, t−1] U + b cut into four: i = σ(z_i), f = σ(z_f), g = tanh(z_g), o = σ(z_o),
    c[n, t] = f c[n, t−1] + i g, h[n, t] = o tanh(c[n, t]). Backward, δ is the delta at z:
    dh[n, t] = dy[n, t] + δ[n, t+1] Uᵀ, dc[n, t] = dh o (1 − tanh² c) + dc[n, t+1] f[n, t+1], δi = dc g i (1 − i),
    δf = dc c[n, t−1] f (1 − f), δg = dc i (1 − g²), δo = dh tanh(c) o (1 − o) (Hochreiter and Schmidhuber, 1997;
    Gers, Schmidhuber and Cummins, 2000). A bias of one for f lets a cell remember at first (Jozefowicz, Zaremba and
    Sutskever, 2015).

    Raises
    ------
    ArgumentError
        If an argument is outside what it may be.
    """

    gates = 4
    states = ("h", "c")
    kept = ("i", "f", "g", "o", "c", "tanh_c", "h")

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        """Draw the weights as any recurrent layer does; the biases are one for f and zero elsewhere."""
        super().initialise(rng, following)
        for name, view in self.views.items():
            if name.startswith("bias"):
                blocks(view, 4)[1][...] = 1

    def run_forward(self, x: Array, first: Named, weights: Named, m: Array | None) -> Named:
        """Return the gates, c, tanh(c) and h."""
        # With s = ½ for i, f and o and s = 1 for g, every gate is s · tanh(s · z) + (1 − s).
        s = np.repeat(np.array([0.5, 0.5, 1, 0.5], x.dtype), self.hidden_size)  # (4H,)
        bias = s * weights["bias"] if self.bias else None
        gates = weighted_sums(x, s * weights["weight_ih"], bias)  # (T, N, 4H)
        recurrent, shift = s * weights["weight_hh"], 1 - s
        i, f, g, o = blocks(gates, 4)
        c, tanh_c, h = (np.empty((*x.shape[:2], self.hidden_size), x.dtype) for _ in range(3))  # (T, N, H)
        product = np.empty_like(gates[0])  # (N, 4H)
        h_before, c_before = first["h"], first["c"]
        for t, gates_t in enumerate(gates):
            gates_t += np.matmul(h_before, recurrent, out=product)
            np.tanh(gates_t, out=gates_t)
            gates_t *= s
            gates_t += shift
            if m is not None:  # where a sequence has ended, i = o = 0 and f = 1
                i[t] *= m[t]
                f[t] = m[t] * f[t] + (1 - m[t])
                o[t] *= m[t]
            np.multiply(f[t], c_before, out=c[t])
            c[t] += i[t] * g[t]
            np.tanh(c[t], out=tanh_c[t])
            np.multiply(o[t], tanh_c[t], out=h[t])
            if m is not None:
                h[t] += (1 - m[t]) * h_before
            h_before, c_before = h[t], c[t]
        return {"i": i, "f": f, "g": g, "o": o, "c": c, "tanh_c": tanh_c, "h": h}

    def run_backward(
        self, dh: Array, arrays: Named, first: Named, weights: Named, m: Array | None
    ) -> tuple[Named, Named]:
        """Return dh, dc and δ with its four parts, and dh0 and dc0."""
        i, f, g, o, c, tanh_c, _ = (arrays[name] for name in self.kept)
        transposed = np.ascontiguousarray(weights["weight_hh"].T)  # (4H, H)
        delta = np.empty((*dh.shape[:2], 4 * self.hidden_size), dh.dtype)  # (T, N, 4H)
        delta_i, delta_f, delta_g, delta_o = blocks(delta, 4)
        dc = np.empty_like(dh)
        dh_back, dc_back = (np.zeros_like(first["h"]) for _ in range(2))  # (N, H)
        for t in reversed(range(len(dh))):
            dh[t] += dh_back
            shown = dh[t] * o[t]
            squashed = shown * tanh_c[t]
            np.subtract(squashed, squashed * o[t], out=delta_o[t])
            np.subtract(shown, squashed * tanh_c[t], out=dc[t])
            dc[t] += dc_back
            taken = dc[t] * i[t]
            added = taken * g[t]
            np.subtract(added, added * i[t], out=delta_i[t])
            np.subtract(taken, added * g[t], out=delta_g[t])
            np.multiply(dc[t], f[t], out=dc_back)
            remembered = dc_back * (c[t - 1] if t else first["c"])
            np.subtract(remembered, remembered * f[t], out=delta_f[t])
            np.matmul(delta[t], transposed, out=dh_back)
            if m is not None:
                dh_back += (1 - m[t]) * dh[t]
        parts = {"δi": delta_i, "δf": delta_f, "δg": delta_g, "δo": delta_o}
        return {"dh": dh, "dc": dc, **parts, "δ": delta}, {"dh0": dh_back, "dc0": dc_back}

    def run_formulas(self, run: RunFormulas) -> Formulas:
        """Return the gates, c, tanh(c) and h, then dh, dc and δ with its parts."""
        i, f, g, o, c, tanh_c, h, dh, dc = (run.at(name) for name in (*self.kept, "dh", "dc"))
        z_i, z_f, z_g, z_o = (run.weighted_sum(gate) for gate in range(4))
        return Formulas(
            forward=[
                i << run.valid(sigmoid(z_i)),
                f << run.valid_or_one(sigmoid(z_f)),
                g << tanh(z_g),
                o << run.valid(sigmoid(z_o)),
                c << f * run.at_before("c") + i * g,
                tanh_c << tanh(c),
                h << run.plus_ended(o * tanh_c, run.at_before("h")),
            ],
            backward=[
                dh << run.delta_of_output() + run.handed_back(run.after),
                dc << dh * o * (1 - tanh_c**2) + run.at("dc", run.after) * run.at("f", run.after),
                run.at("δi") << dc * g * i * (1 - i),
                run.at("δf") << dc * run.at_before("c") * f * (1 - f),
                run.at("δg") << dc * i * (1 - g**2),
                run.at("δo") << dh * tanh_c * o * (1 - o),
                run.side_by_side("δ", ["δi", "δf", "δg", "δo"]),
                *run.first_delta("h", run.handed_back(run.t)),
                *run.first_delta("c", dc * f),
            ],
        )
