"""The gated recurrent unit: gates decide what of the state before is used, and how much of it stays."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array, Shape
from whence.formula import Formulas, Sum, sigmoid, tanh
from whence.nn.layer import layers
from whence.nn.recurrent.base import Named, Recurrent
from whence.nn.recurrent.direction import blocks, weighted_sums
from whence.nn.recurrent.formulas import RunFormulas


@layers.register("gru")
class GRU(Recurrent):
    """``h[t] = (1 − z) g + z h[t − 1]`` over the time steps t of sequences.

    Parameters
    ----------
    input_size, hidden_size, num_layers, bias, bidirectional, dropout
        As for `Recurrent`.

    Attributes
    ----------
    views : dict of str to array
        For each layer k, and with the suffix ``_reverse`` for its second run: ``weight_ih_lk`` W, (F, 3H);
        ``weight_hh_lk`` U, (H, 3H); ``bias_lk`` b, (3H,); ``bias_hn_lk`` bq, (H,). The gates stand in the order r, z,
        g; PyTorch calls the last one n, transposes the weights and has two biases of 3H: the parts of b for r and z are
        the sums of both, its part for g is that of ``bias_ih``, and bq is that of ``bias_hh``.

    Notes
    -----
    Forward, r = σ(x W_r + h U_r + b_r), z = σ(x W_z + h U_z + b_z), q = h U_g + bq, g = tanh(x W_g + b_g + r q) and
    h[n, t] = (1 − z) g + z h, where h is h[n, t−1] (Cho et al., 2014, with r applied after the product). Backward, δ is
    the delta at the sums of x W and ε at those of h U: δg = dh (1 − z) (1 − g²), δz = dh (h − g) z (1 − z),
    δr = δg q r (1 − r), δq = δg r, dh[n, t] = dy[n, t] + ε[n, t+1] Uᵀ + dh[n, t+1] z[n, t+1].

    Raises
    ------
    ArgumentError
        If an argument is outside what it may be.
    """

    gates = 3
    kept = ("r", "z", "g", "q", "h")
    recurrent_delta = "ε"

    def run_parameters(self, layer: int) -> dict[str, tuple[str, Shape]]:
        """Return the parameters of any run, and the bias of q."""
        parameters = super().run_parameters(layer)
        return {**parameters, "bias_hn": ("bq", (self.hidden_size,))} if self.bias else parameters

    def run_forward(self, x: Array, first: Named, weights: Named, m: Array | None) -> Named:
        """Return the gates, q and h."""
        units = self.hidden_size
        gates = weighted_sums(x, weights["weight_ih"], weights.get("bias"))  # (T, N, 3H)
        r, z, g = blocks(gates, 3)
        q, h = (np.empty((*x.shape[:2], units), x.dtype) for _ in range(2))  # (T, N, H)
        recurrent = np.empty_like(gates[0])  # (N, 3H)
        before = first["h"]
        for t, gates_t in enumerate(gates):
            np.matmul(before, weights["weight_hh"], out=recurrent)
            r_and_z = gates_t[:, : 2 * units]
            r_and_z += recurrent[:, : 2 * units]
            r_and_z *= 0.5  # σ(a) = ½ tanh(½ a) + ½
            np.tanh(r_and_z, out=r_and_z)
            r_and_z *= 0.5
            r_and_z += 0.5
            if m is not None:  # where a sequence has ended, z = 1
                z[t] = m[t] * z[t] + (1 - m[t])
            q[t] = recurrent[:, 2 * units :]
            if self.bias:
                q[t] += weights["bias_hn"]
            g[t] += r[t] * q[t]
            np.tanh(g[t], out=g[t])
            h[t] = (1 - z[t]) * g[t] + z[t] * before
            before = h[t]
        return {"r": r, "z": z, "g": g, "q": q, "h": h}

    def run_backward(
        self, dh: Array, arrays: Named, first: Named, weights: Named, m: Array | None
    ) -> tuple[Named, Named]:
        """Return dh, δ with its three parts, ε and δq, and dh0."""
        r, z, g, q, h = (arrays[name] for name in self.kept)
        transposed = np.ascontiguousarray(weights["weight_hh"].T)  # (3H, H)
        delta, epsilon = (np.empty((*dh.shape[:2], 3 * self.hidden_size), dh.dtype) for _ in range(2))  # (T, N, 3H)
        delta_r, delta_z, delta_g = blocks(delta, 3)
        delta_q = blocks(epsilon, 3)[2]
        handed_back = np.zeros_like(first["h"])  # (N, H)
        for t in reversed(range(len(dh))):
            dh[t] += handed_back
            stayed = dh[t] * z[t]
            renewed = dh[t] - stayed
            np.subtract(renewed, renewed * g[t] * g[t], out=delta_g[t])
            replaced = stayed * ((h[t - 1] if t else first["h"]) - g[t])
            np.subtract(replaced, replaced * z[t], out=delta_z[t])
            np.multiply(delta_g[t], r[t], out=delta_q[t])
            admitted = delta_q[t] * q[t]
            np.subtract(admitted, admitted * r[t], out=delta_r[t])
            epsilon[t, :, : 2 * self.hidden_size] = delta[t, :, : 2 * self.hidden_size]
            np.matmul(epsilon[t], transposed, out=handed_back)
            handed_back += stayed
        parts = {"δr": delta_r, "δz": delta_z, "δg": delta_g, "δq": delta_q}
        return {"dh": dh, **parts, "δ": delta, "ε": epsilon}, {"dh0": handed_back}

    def write_gradient(self, x: Array, h: Array, h0: Array | None, deltas: Named, gradient: Named) -> None:
        """Write the gradients of any run, and that of the bias of q."""
        super().write_gradient(x, h, h0, deltas, gradient)
        if self.bias:
            delta_q = blocks(deltas["ε"], 3)[2]  # (T, N, H)
            gradient["bias_hn"][...] = delta_q.sum(axis=(0, 1))

    def run_formulas(self, run: RunFormulas) -> Formulas:
        """Return the gates, q and h, then dh, δ with its parts, ε and δq, and dbq."""
        r, z, g, q, h, dh = (run.at(name) for name in (*self.kept, "dh"))
        before = run.at_before("h")
        return Formulas(
            forward=[
                r << sigmoid(run.weighted_sum(0)),
                z << run.valid_or_one(sigmoid(run.weighted_sum(1))),
                q << run.plus_bias(run.from_state(2), "bq", 0),
                g << tanh(run.plus_bias(run.from_input(2), "b", 2) + r * q),
                h << (1 - z) * g + z * before,
            ],
            backward=[
                dh
                << run.delta_of_output()
                + run.from_recurrence(run.after)
                + run.at("dh", run.after) * run.at("z", run.after),
                run.at("δg") << dh * (1 - z) * (1 - g**2),
                run.at("δz") << dh * (before - g) * z * (1 - z),
                run.at("δr") << run.at("δg") * q * r * (1 - r),
                run.at("δq") << run.at("δg") * r,
                run.side_by_side("δ", ["δr", "δz", "δg"]),
                run.side_by_side("ε", ["δr", "δz", "δq"]),
                *run.first_delta("h", run.from_recurrence(run.t) + dh * z),
                *([run.tensor("dbq")[run.j] << Sum((run.n, run.t), run.at("δq"))] if self.bias else []),
            ],
        )
