"""Suspects: samples that had to lower their loss themselves, against the others, as those with wrong labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.drawings import drawings
from whence.errors import ArgumentError
from whence.history.gradient_terms import TermsOfSteps
from whence.history.known_samples import known_samples
from whence.history.loss_shares import LossShares
from whence.history.squared_gradients import SquaredGradients
from whence.history.update_recurrence import UpdateRecurrence
from whence.training import BackwardPass, Callback, Training, fit
from whence.training.outputs import outputs_for


@dataclass(frozen=True)
class Suspects:
    """The loss of each training sample, and who changed it: ``first + own + others`` is ``last``.

    Parameters
    ----------
    first : float64 array, shape (N,)
        The loss of each sample before the training, in inference.
    own : float64 array, shape (N,)
        What the sample's own gradients changed in it; never positive.
    others : float64 array, shape (N,)
        What the other samples changed in it, with all that is not linear in the steps.
    last : float64 array, shape (N,)
        The loss after the training.
    met : float64 array, shape (N,)
        How much the network contradicted the sample's target whenever it was in a batch, before it was learned from: a
        weighted mean, in nats for classes. NaN if it never was, as samples of weight 0.
    said : array, shape (N, ...)
        The mean of what the network predicted then; NaN if the sample never was in a batch.
    given_scales : bool
        Whether the optimizer divides by what it keeps of earlier gradients; ``own`` is given these scales as they were.
    """

    first: Array
    own: Array
    others: Array
    last: Array
    met: Array
    said: Array
    given_scales: bool

    @property
    def order(self) -> Array:
        """The numbers of the samples that were in batches, the most suspect first: those contradicted most."""
        seen = np.flatnonzero(~np.isnan(self.met))
        return seen[np.argsort(-self.met[seen], kind="stable")]

    def _repr_html_(self) -> str:
        return drawings["suspects"](self)


@checks_arguments
def suspects(training: Mapping[str, Any]) -> Suspects:
    """Train a network, in place, and return who changed the loss of each sample: the sample itself, or the others.

    What agrees with other samples is learned from them. A sample with a wrong label is learned from itself alone, and
    until a batch has it again, an epoch later, the others raise its loss. So the more the network contradicts its label
    then, the more suspect a sample is. Its last loss is no such sign once the network knows its label by heart.

    Parameters
    ----------
    training : mapping of str to object
        The arguments of `whence.training.fit`, as for `whence.history.replay_steps`.

    Returns
    -------
    Suspects

    Raises
    ------
    ArgumentError
        If the samples of batches are not known or are parts of one stream, or updates are not linear in the gradient.

    Notes
    -----
    With the probability p of the label, and q of the class with the highest one of the others, a network contradicts a
    label by ``−log(p / (p + q))``: its loss if there were only these two classes, since one right class speaks against
    a wrong label, and many against an image that is hard to read. Where targets are not one class for each sample, or
    the loss takes outputs for numbers, as the squared error does, it is the loss. The more often a sample was learned
    from, the less its loss says of the others, so the weights of the epochs fall linearly, from 1 at first to ``1 / E``
    in the last of E epochs.

    In a step, a sample's own part of the change of its loss ℓ is, to first order, ``Σ_p e[p] · g[p] · ∂ℓ/∂θ[p]``, where
    g is what it adds to the batch's gradient, and e the effect of a unit of gradient: −η with plain SGD, so that the
    part is ``−η / B · |∇ℓ|²`` for a mean over B samples. It is exact in every layer, from the terms of the gradient's
    formulas. Behind batch norm, which mixes samples, g is what the sample's row carried. Where it is more than ℓ, it
    counts as ℓ, below which, at zero, no loss falls however long the step is.

    With momentum or Adam a gradient has its effect over many steps. It is counted as a whole in its own step, as if the
    numbers and scales of that step went on, ``−η / (1 − μ)`` with momentum μ: the gradients of ℓ at later steps, in
    whose batches the sample is not, would each take a backward pass.

    ``first + others`` is a sum over the steps that were made, not the loss after a training without the sample, whose
    steps would be others. With plain SGD, ``−own`` is the self-influence of TracIn, at the steps themselves instead of
    at some checkpoints (Pruthi et al., 2020, *Estimating training data influence by tracing gradient descent*).
    """
    watcher = SuspectWatcher()
    fit(**{**training, "callbacks": [*training.get("callbacks", ()), watcher]})
    return watcher.suspects()


class SuspectWatcher(Callback):
    """Adds up what each sample changes in its own loss from the first step to the last, for `suspects`."""

    watches = True

    def on_start(self, training: Training) -> None:
        samples = known_samples(training)
        if training.batches.streams:
            raise ArgumentError("training reads its samples as one stream, of which no part has a label of its own")
        self._recurrence = UpdateRecurrence(training.optimizer, decays=False)
        self._terms, self._squares = TermsOfSteps(), SquaredGradients()
        self._shares = LossShares(training.loss_fn)
        self._read: dict[str, float] = {}
        outputs, targets = _outputs(training)
        self.first, alone = _own_losses(training, outputs, targets)
        together = _norms(training.loss_fn(outputs, targets, samples.weights, samples.lengths)[1])
        weights = np.divide(together, alone, out=np.full(len(samples), np.nan), where=alone > 0)
        self._weights = np.where(np.isnan(weights), np.nanmean(weights), weights)
        self.own, self._met, self._counted, self._visits = np.zeros((4, len(samples)))
        self._said = np.zeros(training.loss_fn.predictions(outputs).shape)

    def on_gradient(self, training: Training, backward: BackwardPass) -> None:
        optimizer = training.optimizer
        optimizer.prepare(training.net.theta)
        self._before = {
            name: state.copy() for name, state in optimizer.state.items() if name in self._recurrence.scales
        }
        self._step = backward, self._terms.of(training, backward)

    def on_batch_end(self, training: Training) -> None:
        backward, terms = self._step
        rows, parts = np.asarray(backward.batch.rows), self._parts_of_loss(training, backward)
        changes, losses = self._squares.of(terms, self._effect(training)), self._shares.of(backward)
        own = np.maximum(changes, -np.maximum(losses, 0))
        own, losses = (np.divide(each, parts, out=np.zeros(len(parts)), where=parts > 0) for each in (own, losses))
        said, targets = training.loss_fn.predictions(backward.logits), backward.batch.y
        met = losses
        if training.loss_fn.classifies and targets.dtype.kind != "f" and targets.ndim == 1:
            met = np.where(parts > 0, _contradictions(said, targets), 0)
        weight = 1 - training.epoch / training.epochs
        np.add.at(self.own, rows, own)
        np.add.at(self._met, rows, weight * met)
        np.add.at(self._counted, rows, weight)
        np.add.at(self._said, rows, said)
        np.add.at(self._visits, rows, 1)

    def on_end(self, training: Training) -> None:
        self.last, _ = _own_losses(training, *_outputs(training))

    def suspects(self) -> Suspects:
        """Return what was found."""
        met, said = _means(self._met, self._counted), _means(self._said, self._visits)
        others = self.last - self.first - self.own
        return Suspects(self.first, self.own, others, self.last, met, said, self._recurrence.given_scales)

    def _effect(self, training: Training) -> Array:
        """Return what becomes of each parameter for a unit of the step's gradient, shape (P,)."""
        optimizer, theta = training.optimizer, training.net.theta
        read = {name: float(number) for name, number in optimizer.numbers().items() if name in self._recurrence.read}
        if self._recurrence.given_scales or read != self._read:
            after = {f"{name}_new": state for name, state in optimizer.state.items()}
            effect = self._recurrence.lasting_effect({**self._before, **after, **read})
            self._last_effect = np.full_like(theta, effect)
            self._read = read
        return self._last_effect

    def _parts_of_loss(self, training: Training, backward: BackwardPass) -> Array:
        """Return the factor of each sample's own loss in that of the batch, float64 of shape (B,).

        It is found for one sample, by its own loss alone; those of the others are in proportion to their weights.
        """
        assert backward.passing is not None
        batch, slopes = backward.batch, _norms(backward.passing.deltas[len(training.net)])
        weights, one = self._weights[batch.rows], int(slopes.argmax())
        if not slopes[one]:
            return np.zeros(len(weights))
        own = slice(one, one + 1)
        lengths = None if batch.lengths is None else batch.lengths[own]
        _, delta = training.loss_fn(backward.logits[own], batch.y[own], None, lengths)
        return np.asarray(weights * (slopes[one] / _norms(delta) / weights[one]))


def _outputs(training: Training) -> tuple[Array, Array]:
    """Return the outputs for all training samples in inference, and their targets as the loss takes them."""
    net, samples, preprocessing = training.net, known_samples(training), training.preprocessing
    outputs = outputs_for(net, samples.inputs, preprocessing, samples.lengths)
    return outputs, preprocessing.targets(samples.targets, samples.inputs, net.dtype)


def _own_losses(training: Training, outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return the loss of each sample alone, and the norm of its delta: float64, shape (N,)."""
    lengths = known_samples(training).lengths
    found = [
        training.loss_fn(outputs[own], targets[own], None, None if lengths is None else lengths[own])
        for own in (slice(row, row + 1) for row in range(len(outputs)))
    ]
    return np.array([loss for loss, _ in found]), _norms(np.concatenate([delta for _, delta in found]))


def _contradictions(probabilities: Array, labels: Array) -> Array:
    """Return how much probabilities of classes, (B, K), contradict labels, (B,): in nats, at least 0."""
    least = np.finfo(np.float32).tiny
    probabilities, own = np.maximum(probabilities, least).astype(np.float64), np.arange(len(labels))
    of_label = probabilities[own, labels]
    probabilities[own, labels] = 0
    return np.asarray(np.log1p(probabilities.max(axis=1) / of_label))


def _means(sums: Array, counts: Array) -> Array:
    """Return sums, (N, ...), divided by how many numbers they are of, (N,); NaN where they are of none."""
    counts = counts.reshape(-1, *(1,) * (sums.ndim - 1))
    return np.asarray(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0))


def _norms(deltas: Array) -> Array:
    """Return the Euclidean norm of each sample's delta, float64 of shape (N,)."""
    return np.asarray(np.sqrt(np.square(deltas.reshape(len(deltas), -1), dtype=np.float64).sum(1)))
