"""Cross-entropy of a softmax over logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from whence.arguments import Fraction, Positive
from whence.arrays import Array, Shape
from whence.errors import ArgumentError, DataError, ShapeError
from whence.formula import Constant, Expression, Formulas, Max, Size, Sum, equals, exp, indices, log, scalar, tensors
from whence.nn.activations.softmax import Softmax
from whence.nn.axes import count, element, split_axes
from whence.nn.losses.base import Evaluation, Loss, checked_labels, checked_weights, losses, place_text


@losses.register("cross_entropy", "softmax_cross_entropy")
@dataclass(eq=False, repr=False)
class CrossEntropy(Loss):
    """Mean of −log p[n, y[n]], in nats, where p is the softmax of the logits z.

    Outputs are (N, C), or have more axes before that of the classes, such as (N, T, C). Targets of an integer dtype are
    labels, (N,) or (N, T); of any other dtype they are distributions over the classes in the outputs' shape.

    Parameters
    ----------
    class_weights : sequence of C floats, optional
        The weight of each class; positive. The mean is then weighted with the weights of the targets' classes.
    label_smoothing : float
        ε, in [0, 1): the fraction of each target that is spread evenly over the classes (Szegedy et al., 2016).

    Notes
    -----
    ``ℓ[n] = log Σ_k exp(z[n, k]) − z[n, y[n]]`` and ``dz[n, j] = (p[n, j] − [j = y[n]]) / N`` (Bishop, 2006, §4.3.4).
    For labels the results are those of PyTorch with all options. For soft targets with class weights, PyTorch divides
    by N instead of the sum of the weights, so that one-hot targets and labels differ there.
    """

    classifies = True

    class_weights: Sequence[Positive] | None = None
    label_smoothing: Fraction = 0.0

    def evaluate(self, outputs: Array, targets: Array, weights: Array | None = None) -> Evaluation:
        """Return the loss, its delta, and M, S, p and ℓ, depending on settings also ρ, q, ψ and the total weight."""
        *places, classes = outputs.shape
        z = outputs.reshape(-1, classes)  # (P, C), P = N or N · T
        y = _checked_targets(outputs, np.asarray(targets))  # (P,) or (P, C)
        rows = np.arange(len(z))
        largest = z.max(axis=1)  # (P,)
        p = np.exp(z - largest[:, np.newaxis])  # (P, C)
        sums = p.sum(axis=1)  # (P,)
        p /= sums[:, np.newaxis]
        log_sum = np.log(sums) + largest
        between: dict[str, Array] = {}
        class_weight = None
        if y.ndim == 1 and self.class_weights is None and not self.label_smoothing:
            position_losses = log_sum - z[rows, y]
            delta = p.copy()
            delta[rows, y] -= 1
        else:
            known = (y if y.ndim == 2 else y[:, np.newaxis] == np.arange(classes)).astype(z.dtype)
            q, pulled = known, p
            if self.label_smoothing:
                q = (1 - self.label_smoothing) * q + self.label_smoothing / classes
            if self.class_weights is not None:
                if len(self.class_weights) != classes:
                    raise ShapeError(
                        f"there are {len(self.class_weights)} class_weights, but the outputs have {classes} classes; "
                        "give one for each"
                    )
                c = np.asarray(self.class_weights).astype(z.dtype)
                class_weight = known @ c  # (P,)
                q = c * q
                u = q.sum(axis=1)  # (P,)
                pulled = u[:, np.newaxis] * p
                between = {"ρ": c, "ψ": u.reshape(places)}
            if q is not known:
                between["q"] = q.reshape(outputs.shape)
            position_losses = (q * (log_sum[:, np.newaxis] - z)).sum(axis=1)
            delta = pulled - q
        loss, scale, total = _mean(position_losses, class_weight, weights, outputs)
        delta *= scale
        if total is not None:
            between["total"] = np.asarray(total)
        of_places = {"M": largest, "S": sums, "ℓ": position_losses}
        between |= {name: array.reshape(places) for name, array in of_places.items()}
        return loss, delta.reshape(outputs.shape), {**between, "p": p.reshape(outputs.shape)}

    def predictions(self, outputs: Array) -> Array:
        return Softmax().forward(outputs)[0]

    def correct(self, outputs: Array, targets: Array) -> Array:
        """Return where the largest logit is that of the label, or of the most probable class of a distribution."""
        labels = targets if _are_labels(targets) else targets.argmax(axis=-1)
        return np.asarray(outputs.argmax(axis=-1) == labels)

    def takes_distributions(self, targets: Array) -> bool:
        return not _are_labels(targets)

    def output_shape(self, targets: Shape, classes: int | None) -> Shape:
        """Return one logit for each class; without ``classes``, targets are distributions, and the shape is theirs."""
        if classes is None and not targets:
            raise ArgumentError("cross-entropy needs classes, but these targets are plain numbers; use mse for them")
        return targets if classes is None else (*targets, classes)

    def formulas(self, targets: Array, weights: Array | None = None) -> Formulas:
        targets = np.asarray(targets)
        labels = _are_labels(targets)
        at = element(targets.ndim + labels)[:-1]
        own, shared = split_axes(at, weights)
        j, k = indices("j k")
        z, y, M, S, p, ell, dz = tensors("z y M S p ℓ dz")
        rho, q, pull, omega = tensors("ρ q ψ ω")
        known: Expression = equals(j, y[at]) if labels else y[(*at, j)]
        aim, aims = known, y  # what p is pulled to, and the array that holds it
        if self.label_smoothing:
            epsilon = Constant("ε", self.label_smoothing)
            aim = (1 - epsilon) * known + epsilon / Size(j)
        if self.class_weights is not None:
            aim = rho[j] * aim
        forward = [
            M[at] << Max(k, z[(*at, k)]),
            S[at] << Sum(k, exp(z[(*at, k)] - M[at])),
            p[(*at, j)] << exp(z[(*at, j)] - M[at]) / S[at],
        ]
        if aim is not known:
            forward.append(q[(*at, j)] << aim)
            aim, aims = q[(*at, j)], q
        log_sum = log(S[at]) + M[at]
        if labels and aims is y:
            forward.append(ell[at] << log_sum - z[(*at, y[at])])
        else:
            forward.append(ell[at] << Sum(k, aims[(*at, k)] * (log_sum - z[(*at, k)])))
        p_now: Expression = p[(*at, j)]
        divisor = count(at)
        if self.class_weights is not None:
            forward.append(pull[at] << Sum(j, q[(*at, j)]))
            p_now = pull[at] * p_now
            class_weight: Expression = rho[y[at]] if labels else Sum(j, rho[j] * y[(*at, j)])
            forward.append(scalar("total") << Sum(at, omega[own] * class_weight if own else class_weight))
            divisor = scalar("total")
        elif own:
            forward.append(scalar("total") << Sum(own, omega[own]))
            divisor = scalar("total") * count(shared) if shared else scalar("total")
        slope = p_now - aim
        forward.append(scalar("loss") << Sum(at, omega[own] * ell[at] if own else ell[at]) / divisor)
        return Formulas(forward, [dz[(*at, j)] << (omega[own] * slope if own else slope) / divisor])


def _mean(
    position_losses: Array, class_weight: Array | None, weights: Array | None, outputs: Array
) -> tuple[float, Array | float, float | None]:
    """Return the weighted mean, the factor of each position's slope in it, and the total weight if any."""
    if weights is None:
        if class_weight is None:
            return float(position_losses.sum()) / len(position_losses), 1 / len(position_losses), None
        total = float(class_weight.sum())
        return float(position_losses.sum()) / total, 1 / total, total
    w = checked_weights(weights, outputs).ravel()
    repeats = len(position_losses) // len(w)
    weight = np.repeat(w, repeats)  # (P,)
    total = float(w.sum() if class_weight is None else weight @ class_weight)
    divisor = total * repeats if class_weight is None else total
    return float(weight @ position_losses) / divisor, (weight / divisor)[:, np.newaxis], total


def _are_labels(targets: Array) -> bool:
    return targets.dtype.kind in "iu"


def _checked_targets(outputs: Array, targets: Array) -> Array:
    """Return targets with all axes before that of the classes merged: labels (P,) or distributions (P, C)."""
    if outputs.ndim < 2:
        raise ShapeError(f"the outputs have the shape {outputs.shape}, but cross-entropy takes logits (N, classes)")
    classes = outputs.shape[-1]
    labels = _are_labels(targets)
    if targets.shape != (outputs.shape[:-1] if labels else outputs.shape):
        raise ShapeError(_misfit(outputs, targets))
    if not labels:
        return _checked_distributions(targets.reshape(-1, classes), targets)
    return checked_labels(targets, classes).reshape(-1)


def _checked_distributions(rows: Array, targets: Array) -> Array:
    wrong = ~(np.abs(rows.sum(axis=1) - 1) <= 1e-4)
    if not wrong.any() and rows.min() >= 0:
        return rows
    wrong |= rows.min(axis=1) < 0
    worst = np.argmax(wrong)
    shown = np.array2string(rows[worst], precision=3, threshold=6)
    raise DataError(
        f"the target of sample {place_text(worst, targets.shape[:-1])} is {shown}, which is not a distribution; "
        "its entries must not be negative and must sum to 1"
    )


def _misfit(outputs: Array, targets: Array) -> str:
    found = f"the targets are {targets.dtype} of shape {targets.shape} and the outputs have the shape {outputs.shape}"
    if targets.shape == outputs.shape:
        return f"{found}; one-hot targets must be floating, as targets.astype(float) gives them"
    if targets.shape == outputs.shape[:-1]:
        return f"{found}; labels must be integers, as targets.astype(int) gives them"
    return f"{found}; targets must be integer labels {outputs.shape[:-1]} or distributions {outputs.shape}"
