"""Long short-term memory: gates control what a cell forgets, stores and outputs."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.formula import Formulas, sigmoid, tanh
from whence.nn.layer import Layer, layers
from whence.nn.recurrent.base import Arrays, Recurrent
from whence.nn.recurrent.direction import weighted_sums
from whence.nn.recurrent.formulas import FormulasOverTime


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
        For each layer k, and with the suffix ``_reverse`` backward in time: ``weight_ih_lk`` W, (F, 4H);
        ``weight_hh_lk`` U, (H, 4H); ``bias_lk`` b, (4H,), whose part for f is one at first. The order of the gates is
        i, f, g, o. In PyTorch the weights are transposed, and b is the sum of ``bias_ih`` and ``bias_hh``.

    Notes
    -----
    Forward, with z = x[n, t] W + h[n, t−1] U + b split into four: i = σ(z_i), f = σ(z_f), g = tanh(z_g), o = σ(z_o),
    c[n, t] = f c[n, t−1] + i g, h[n, t] = o tanh(c[n, t]). Backward, δ is the delta at z:
    dh[n, t] = dy[n, t] + δ[n, t+1] Uᵀ, dc[n, t] = dh o (1 − tanh² c) + dc[n, t+1] f[n, t+1], δi = dc g i (1 − i),
    δf = dc c[n, t−1] f (1 − f), δg = dc i (1 − g²), δo = dh tanh(c) o (1 − o) (Hochreiter and Schmidhuber, 1997;
    Gers, Schmidhuber and Cummins, 2000). A bias of one for f makes a cell remember at first (Jozefowicz, Zaremba and
    Sutskever, 2015).
    """

    gates = 4
    states = ("h", "c")
    kept = ("i", "f", "g", "o", "c", "tanh_c", "h")

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        """Draw the weights as `Recurrent` does; the biases are one for f and zero elsewhere."""
        super().initialise(rng, following)
        for name, view in self.views.items():
            if name.startswith("bias"):
                np.split(view, 4)[1][...] = 1

    def forward_through_time(self, x: Array, initial: Arrays, parameters: Arrays, m: Array | None) -> Arrays:
        # Since σ(z) = ½ tanh(½ z) + ½, every gate is s · tanh(s · z) + (1 − s), with s = ½ for i, f and o and s = 1 for
        # g: one tanh makes all four, and s · z comes from parameters that are multiplied by s.
        s = np.repeat(np.array([0.5, 0.5, 1, 0.5], x.dtype), self.hidden_size)  # (4H,)
        W, U = s * parameters["W"], s * parameters["U"]
        b = s * parameters["b"] if self.bias else None
        gates = weighted_sums(x, W, b)  # (T, N, 4H)
        i, f, g, o = np.split(gates, 4, axis=2)
        c, tanh_c, h = (np.empty((*x.shape[:2], self.hidden_size), x.dtype) for _ in range(3))  # (T, N, H)
        h_before, c_before = initial["h"], initial["c"]
        h_U, one_minus_s = np.empty_like(gates[0]), 1 - s
        for t, gates_t in enumerate(gates):
            gates_t += np.matmul(h_before, U, out=h_U)
            np.tanh(gates_t, out=gates_t)
            gates_t *= s
            gates_t += one_minus_s
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

    def backward_through_time(
        self, dh: Array, arrays: Arrays, initial: Arrays, parameters: Arrays, m: Array | None
    ) -> tuple[Arrays, Arrays]:
        i, f, g, o, c, tanh_c, _ = (arrays[name] for name in self.kept)
        U_transposed = np.ascontiguousarray(parameters["U"].T)  # (4H, H)
        delta = np.empty((*dh.shape[:2], 4 * self.hidden_size), dh.dtype)  # (T, N, 4H)
        delta_i, delta_f, delta_g, delta_o = np.split(delta, 4, axis=2)
        dc = np.empty_like(dh)
        dh_later, dc_later = (np.zeros_like(initial["h"]) for _ in range(2))  # (N, H), from the time steps after t
        for t in reversed(range(len(dh))):
            dh[t] += dh_later
            dh_o = dh[t] * o[t]
            dh_o_tanh = dh_o * tanh_c[t]
            np.subtract(dh_o_tanh, dh_o_tanh * o[t], out=delta_o[t])  # dh tanh(c) o (1 − o)
            np.subtract(dh_o, dh_o_tanh * tanh_c[t], out=dc[t])  # dh o (1 − tanh² c)
            dc[t] += dc_later
            dc_i = dc[t] * i[t]
            dc_i_g = dc_i * g[t]
            np.subtract(dc_i_g, dc_i_g * i[t], out=delta_i[t])  # dc g i (1 − i)
            np.subtract(dc_i, dc_i_g * g[t], out=delta_g[t])  # dc i (1 − g²)
            np.multiply(dc[t], f[t], out=dc_later)
            dc_f_c = dc_later * (c[t - 1] if t else initial["c"])
            np.subtract(dc_f_c, dc_f_c * f[t], out=delta_f[t])  # dc c[t−1] f (1 − f)
            np.matmul(delta[t], U_transposed, out=dh_later)
            if m is not None:
                dh_later += (1 - m[t]) * dh[t]
        parts = {"δi": delta_i, "δf": delta_f, "δg": delta_g, "δo": delta_o}
        return {"dh": dh, "dc": dc, **parts, "δ": delta}, {"dh0": dh_later, "dc0": dc_later}

    def formulas_through_time(self, time: FormulasOverTime) -> Formulas:
        i, f, g, o, c, tanh_c, h, dh, dc = (time.at(name) for name in (*self.kept, "dh", "dc"))
        z_i, z_f, z_g, z_o = (time.weighted_sum(gate) for gate in range(4))
        return Formulas(
            forward=[
                i << time.valid(sigmoid(z_i)),
                f << time.valid_or_one(sigmoid(z_f)),
                g << tanh(z_g),
                o << time.valid(sigmoid(z_o)),
                c << f * time.at_before("c") + i * g,
                tanh_c << tanh(c),
                h << time.plus_ended(o * tanh_c, time.at_before("h")),
            ],
            backward=[
                dh << time.delta_of_output() + time.handed_back(time.after),
                dc << dh * o * (1 - tanh_c**2) + time.at("dc", time.after) * time.at("f", time.after),
                time.at("δi") << dc * g * i * (1 - i),
                time.at("δf") << dc * time.at_before("c") * f * (1 - f),
                time.at("δg") << dc * i * (1 - g**2),
                time.at("δo") << dh * tanh_c * o * (1 - o),
                time.side_by_side("δ", ["δi", "δf", "δg", "δo"]),
                *time.initial_delta("h", time.handed_back(time.t)),
                *time.initial_delta("c", dc * f),
            ],
            recurrences=time.recurrences("dh", "dc", "δi", "δf", "δg", "δo", "δ"),
        )
