"""The gated recurrent unit: gates control how much of the preceding state is used, and how much is kept."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array, Shape
from whence.formula import Formulas, Sum, sigmoid, tanh
from whence.nn.layer import layers
from whence.nn.recurrent.base import Arrays, Recurrent
from whence.nn.recurrent.direction import weighted_sums
from whence.nn.recurrent.formulas import FormulasOverTime


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
        For each layer k, and with the suffix ``_reverse`` backward in time: ``weight_ih_lk`` W, (F, 3H);
        ``weight_hh_lk`` U, (H, 3H); ``bias_lk`` b, (3H,); ``bias_hn_lk`` bq, (H,). The order of the gates is r, z,
        g; PyTorch calls the last one n, transposes the weights and has two biases of 3H: the parts of b for r and z are
        the sums of both, its part for g is that of ``bias_ih``, and bq is that of ``bias_hh``.

    Notes
    -----
    Forward, r = σ(x W_r + h U_r + b_r), z = σ(x W_z + h U_z + b_z), q = h U_g + bq, g = tanh(x W_g + b_g + r q) and
    h[n, t] = (1 − z) g + z h, where h is h[n, t−1] (Cho et al., 2014, with r applied after the product). Backward, δ is
    the delta at the sums of x W and ε at those of h U: δg = dh (1 − z) (1 − g²), δz = dh (h − g) z (1 − z),
    δr = δg q r (1 − r), δq = δg r, dh[n, t] = dy[n, t] + ε[n, t+1] Uᵀ + dh[n, t+1] z[n, t+1].
    """

    gates = 3
    kept = ("r", "z", "q", "g", "h")
    recurrent_delta = "ε"

    def direction_parameters(self, layer: int) -> dict[str, tuple[str, Shape]]:
        parameters = super().direction_parameters(layer)
        return {**parameters, "bias_hn": ("bq", (self.hidden_size,))} if self.bias else parameters

    def forward_through_time(self, x: Array, initial: Arrays, parameters: Arrays, m: Array | None) -> Arrays:
        units = self.hidden_size
        gates = weighted_sums(x, parameters["W"], parameters.get("b"))  # (T, N, 3H)
        r, z, g = np.split(gates, 3, axis=2)
        q, h = (np.empty((*x.shape[:2], units), x.dtype) for _ in range(2))  # (T, N, H)
        h_U = np.empty_like(gates[0])  # (N, 3H)
        h_before = initial["h"]
        for t, gates_t in enumerate(gates):
            np.matmul(h_before, parameters["U"], out=h_U)
            r_and_z = gates_t[:, : 2 * units]
            r_and_z += h_U[:, : 2 * units]
            r_and_z *= 0.5  # σ(a) = ½ tanh(½ a) + ½, which cannot overflow
            np.tanh(r_and_z, out=r_and_z)
            r_and_z *= 0.5
            r_and_z += 0.5
            if m is not None:  # where a sequence has ended, z = 1
                z[t] = m[t] * z[t] + (1 - m[t])
            q[t] = h_U[:, 2 * units :]
            if self.bias:
                q[t] += parameters["bq"]
            g[t] += r[t] * q[t]
            np.tanh(g[t], out=g[t])
            h[t] = (1 - z[t]) * g[t] + z[t] * h_before
            h_before = h[t]
        return {"r": r, "z": z, "g": g, "q": q, "h": h}

    def backward_through_time(
        self, dh: Array, arrays: Arrays, initial: Arrays, parameters: Arrays, m: Array | None
    ) -> tuple[Arrays, Arrays]:
        r, z, q, g, h = (arrays[name] for name in self.kept)
        units = self.hidden_size
        U_transposed = np.ascontiguousarray(parameters["U"].T)  # (3H, H)
        delta, epsilon = (np.empty((*dh.shape[:2], 3 * units), dh.dtype) for _ in range(2))  # (T, N, 3H)
        delta_r, delta_z, delta_g = np.split(delta, 3, axis=2)
        delta_q = epsilon[:, :, 2 * units :]
        dh_later = np.zeros_like(initial["h"])  # (N, H), from the time steps after t
        for t in reversed(range(len(dh))):
            dh[t] += dh_later
            dh_z = dh[t] * z[t]
            dg = dh[t] - dh_z  # dh (1 − z)
            np.subtract(dg, dg * g[t] * g[t], out=delta_g[t])  # dh (1 − z) (1 − g²)
            dz_z = dh_z * ((h[t - 1] if t else initial["h"]) - g[t])
            np.subtract(dz_z, dz_z * z[t], out=delta_z[t])  # dh (h[t−1] − g) z (1 − z)
            np.multiply(delta_g[t], r[t], out=delta_q[t])
            dr_r = delta_q[t] * q[t]
            np.subtract(dr_r, dr_r * r[t], out=delta_r[t])  # δg q r (1 − r)
            epsilon[t, :, : 2 * units] = delta[t, :, : 2 * units]
            np.matmul(epsilon[t], U_transposed, out=dh_later)
            dh_later += dh_z
        parts = {"δr": delta_r, "δz": delta_z, "δg": delta_g, "δq": delta_q}
        return {"dh": dh, **parts, "δ": delta, "ε": epsilon}, {"dh0": dh_later}

    def write_gradients(self, x: Array, h: Array, h0: Array | None, deltas: Arrays, gradients: Arrays) -> None:
        super().write_gradients(x, h, h0, deltas, gradients)
        if self.bias:
            delta_q = deltas["ε"][:, :, 2 * self.hidden_size :]  # (T, N, H)
            gradients["bq"][...] = delta_q.sum(axis=(0, 1))

    def formulas_through_time(self, time: FormulasOverTime) -> Formulas:
        r, z, q, g, h, dh = (time.at(name) for name in (*self.kept, "dh"))
        h_before = time.at_before("h")
        return Formulas(
            forward=[
                r << sigmoid(time.weighted_sum(0)),
                z << time.valid_or_one(sigmoid(time.weighted_sum(1))),
                q << time.plus_bias(time.from_state(2), "bq", 0),
                g << tanh(time.plus_bias(time.from_input(2), "b", 2) + r * q),
                h << (1 - z) * g + z * h_before,
            ],
            backward=[
                dh
                << time.delta_of_output()
                + time.from_recurrence(time.after)
                + time.at("dh", time.after) * time.at("z", time.after),
                time.at("δg") << dh * (1 - z) * (1 - g**2),
                time.at("δz") << dh * (h_before - g) * z * (1 - z),
                time.at("δr") << time.at("δg") * q * r * (1 - r),
                time.at("δq") << time.at("δg") * r,
                time.side_by_side("δ", ["δr", "δz", "δg"]),
                time.side_by_side("ε", ["δr", "δz", "δq"]),
                *time.initial_delta("h", time.from_recurrence(time.t) + dh * z),
                *([time.tensor("dbq")[time.j] << Sum((time.n, time.t), time.at("δq"))] if self.bias else []),
            ],
            recurrences=time.recurrences("dh", "δg", "δz", "δr", "δq", "ε"),
        )
