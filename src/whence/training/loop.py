"""The training loop: five lines for each batch, a measurement after each epoch, and callbacks around them."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Sequence
from itertools import islice
from signal import SIGINT
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.data import Batch, Batches, Samples
from whence.data.batches import PreparedBatches
from whence.drawings import drawings
from whence.errors import ArgumentError, NonFiniteError, ShapeError, TrainingInterrupted
from whence.nn import Loss, Sequential
from whence.nn.context import State
from whence.nn.layer import TimeDependence
from whence.nn.losses.base import weights_in_time
from whence.nn.sequential import Watch
from whence.optim import Optimizer, Schedule
from whence.training.callbacks import BackwardPass, Callback, Passing, Record
from whence.training.diagnosis import first_not_finite
from whence.training.interrupt import Interruption
from whence.training.metrics import measured
from whence.training.parallel import Division
from whence.training.parallel.batches import DividedBatches
from whence.training.parallel.passes import ChunkedPasses
from whence.training.parallel.ranks import Ranks
from whence.training.parallel.sameness import Sameness
from whence.training.passes import Passes
from whence.training.verdict import Verdict

if TYPE_CHECKING:
    from whence.training.profile import Profile

_TARGETS_IN_RECENT_LOSS = 1000


class Training:
    """One training, from its first batch to its last; made by `fit`, seen by callbacks.

    Attributes
    ----------
    net, loss_fn, optimizer, schedule, train, validation, preprocessing
        What `fit` was given; ``train`` is None where it was given batches of unknown samples.
    epochs, steps_per_epoch, total_steps : int
        Planned numbers of epochs, of steps in an epoch, and of all steps.
    epoch, step, position : int
        Completed epochs, steps, and steps of the current epoch.
    batch : Batch or None
        The last batch.
    batch_loss : float
        The loss of the last batch, before its step.
    loss_sum, weight_seen : float
        Sums over the batches of the current epoch of loss × weight and of the weight: the number of samples, or the sum
        of their weights.
    clipped : int
        Steps of the current epoch whose gradient was longer than the optimizer's ``clip_norm``.
    state : dict of str to array, or None
        The network's state after the last batch, if the next one continues from it.
    history : list of dict
        A record for each epoch: ``epoch, step, learning_rate, train_loss, …, validation_loss, …, clipped, seconds``.
    best_epoch : int
        The epoch with the lowest `recent_loss`, or without validation the last; 0 before the first.
    best_state : dict of str to array
        The network's state after that epoch.
    best_optimizer : Optimizer or None
        The optimizer as it was then; None if the training went on from a checkpoint of version 0.1, which lacks it.
    stop : bool
        Set to end the training after the current epoch.
    profile : Profile or None
        What measures the parts of the loop, if a callback does.
    """

    @checks_arguments
    def __init__(
        self,
        net: Sequential,
        loss_fn: Loss,
        optimizer: Optimizer,
        schedule: Schedule | None,
        batches: Batches | PreparedBatches,
        validation: Samples | None,
        total_steps: int,
        callbacks: Sequence[Callback],
        *,
        measure_train: bool = True,
        division: Division | None = None,
    ) -> None:
        self.net, self.loss_fn, self.optimizer, self.schedule = net, loss_fn, optimizer, schedule
        self.batches: Batches | PreparedBatches | DividedBatches = batches
        self.validation, self.callbacks = validation, callbacks
        self.division, self.ranks = division, Ranks() if division is None else division.ranks
        if division is not None:
            self.batches = DividedBatches(batches, division)
            self.callbacks = _divided(callbacks, self.ranks)
        self.train, self.preprocessing, self.rng = batches.samples, batches.preprocessing, batches.rng
        self.steps_per_epoch, self.total_steps = len(batches), total_steps
        self.epochs = math.ceil(total_steps / len(batches))
        self.epoch = self.step = self.position = self.best_epoch = 0
        self.measured = {"train": self.train if measure_train else None, "validation": validation}
        self.batch: Batch | None = None
        self.batch_loss = math.nan
        self.loss_sum, self.weight_seen, self.clipped = 0.0, 0.0, 0
        self.state: State | None = None
        self.history: list[Record] = []
        self.best_state: dict[str, Array] = net.state_dict()
        self.best_optimizer: Optimizer | None = copy.deepcopy(optimizer)
        self.stop = False
        self.profile: Profile | None = None
        self.seconds_before = 0.0
        self.epoch_rng_state = self._rng_state()
        self._started = time.perf_counter()
        self._interruption = Interruption()
        targets = 0 if validation is None else validation.targets[validation.counted].size
        self._recent_epochs = math.ceil(_TARGETS_IN_RECENT_LOSS / max(targets, 1))

    @property
    def passes(self) -> Passes:
        """The passes of the network over batches."""
        return Passes(self.net) if self.division is None else ChunkedPasses(self.net, self.division)

    @property
    def seconds(self) -> float:
        """The duration of the training in seconds, including the time before it was resumed."""
        return self.seconds_before + time.perf_counter() - self._started

    def run(self) -> None:
        """Train to the end.

        Raises
        ------
        NonFiniteError
            At the first batch whose loss or gradient is not finite, before its step; or after the last step of an epoch
            if that makes parameters or loss not finite.
        TrainingInterrupted
            After the batch in which Ctrl-C was pressed, or SIGTERM or SIGHUP came.
        TrainingAborted
            At a second signal before that.
        """
        try:
            with self._interruption:
                self._call("on_start")
                while self.position or (self.step < self.total_steps and not self.stop):
                    self._run_epoch()
                    self._end_epoch()
                self._call("on_end")
                if self._interruption.signal is not None:
                    raise TrainingInterrupted(self, self._interruption.signal)
        except BaseException as error:
            if isinstance(error, NonFiniteError):
                error.training = self
            self.ranks.end_with(error)
            raise
        finally:
            if self.schedule:
                self.optimizer.learning_rate = self.schedule.base_rate
        if self.validation is not None:
            self.net.load_state_dict(self.best_state)

    @np.errstate(all="ignore")  # overflow shows in the loss, whose error message says more than a warning
    def _run_epoch(self) -> None:
        watched = any(callback.watches for callback in self.callbacks)
        for batch in islice(self.batches.epoch(skip=self.position), self.total_steps - self.step):
            self._train_on(batch, watched)
            if self._decide() is Verdict.INTERRUPT:
                self._interrupt()
            self._end_lap("callbacks")

    def _train_on(self, batch: Batch, watched: bool) -> None:
        """Train on a batch; what it computes is freed at the end, so that the next step finds its memory."""
        net, lap = self.passes, self._end_lap
        self._begin_batch(batch)
        lap("data")
        passing = Passing(batch.x) if watched else None
        after_layer, after_delta = self._watch(passing)
        logits, tape = net.forward(batch, state=self.state, watch=after_layer, whole=watched)
        loss, delta = self.loss_fn(logits, batch.y, batch.weights, batch.lengths)
        lap("loss")
        gradient = net.backward(delta, tape, watch=after_delta)
        lap("backward")
        if passing:
            passing.backward(len(self.net), delta)
        self._decide(*self._not_finite(loss, gradient))
        lap("rest")
        backward = self._after_callbacks(BackwardPass(batch, logits, tape, loss, gradient, passing))
        lap("callbacks")
        self.optimizer.step(self.net.theta, backward.gradient)
        lap("update")
        self._end_batch(backward)

    def _end_lap(self, part: str) -> None:
        if self.profile is not None:
            self.profile.end(part)

    def _watch(self, passing: Passing | None) -> tuple[Watch | None, Watch | None]:
        """Return what is called after each layer, forward and backward."""
        watching = [each for each in (self.profile, passing) if each is not None]
        if not watching:
            return None, None

        def after_layer(position: int, output: Array) -> None:
            for each in watching:
                each.forward(position, output)

        def after_delta(position: int, delta: Array) -> None:
            for each in watching:
                each.backward(position, delta)

        return after_layer, after_delta

    def _begin_batch(self, batch: Batch) -> None:
        self.batch = batch
        if self.schedule:
            self.optimizer.learning_rate = self.schedule.rate(self.step)

    def _after_callbacks(self, backward: BackwardPass) -> BackwardPass:
        """Return the backward pass with the gradient as replaced by callbacks."""
        with self.ranks.together():
            for callback in self.callbacks:
                gradient = callback.on_gradient(self, backward)
                if gradient is not None:
                    _check_replaced(gradient, backward.gradient, callback)
                    backward = backward._replace(gradient=gradient)
        return backward

    def _end_batch(self, backward: BackwardPass) -> None:
        batch = backward.batch
        counted = weights_in_time(backward.logits, batch.weights, batch.lengths)
        weight = len(batch) if counted is None else float(counted.sum())
        self.batch_loss = backward.loss
        self.loss_sum += backward.loss * weight
        self.weight_seen += weight
        self.clipped += self.optimizer.clip < 1
        if self.batches.streams and self.net.time_dependence <= TimeDependence.STATE:
            self.state = self.passes.state_after(backward.tape)
        self.step += 1
        self.position += 1
        self._call("on_batch_end")

    def _end_epoch(self) -> None:
        spoiled = self.spoiled()
        self.epoch += 1
        self.position = 0
        self.epoch_rng_state = self._rng_state()
        self._end_lap("rest")
        record = self._measured()
        self._end_lap("measuring")
        self.loss_sum, self.weight_seen, self.clipped, self.state = 0.0, 0.0, 0, None
        self.history.append(record)
        loss = record["train_loss"] if self.validation is None else record["validation_loss"]
        if not (spoiled or math.isfinite(loss)):
            spoiled = f"the loss is {loss} after step {self.step} (epoch {self.epoch})"
        self._decide(spoiled)
        first = self.validation is None or not self.best_epoch
        if first or self.recent_loss(self.epoch) < self.recent_loss(self.best_epoch):
            self.best_epoch = self.epoch
            self.best_state = self.net.state_dict()
            self.best_optimizer = copy.deepcopy(self.optimizer)
        if self.schedule:
            self.schedule.observe(loss)
        self._end_lap("rest")
        self._call("on_epoch_end")
        self._end_lap("callbacks")
        verdict = self._decide()
        if verdict is Verdict.INTERRUPT:
            self._interrupt()
        self.stop = verdict is Verdict.STOP

    def __repr__(self) -> str:
        return f"Training({self.net!r}, epoch {self.epoch} of {self.epochs}, step {self.step} of {self.total_steps})"

    def _repr_html_(self) -> str:
        return drawings["training"](self)

    def recent_loss(self, epoch: int) -> float:
        """Return the mean validation loss of the last epochs up to one, of as many as predict 1,000 targets together.

        With few samples, the loss of some early epoch is low by chance; its mean over many epochs hardly is.
        """
        recent = self.history[max(0, epoch - self._recent_epochs) : epoch]
        return math.fsum(record["validation_loss"] for record in recent) / len(recent)

    def _decide(self, problem: str | None = None, gradient: Array | None = None) -> Verdict:
        """Decide whether training continues; the only place where this is decided, and all processes agree on it.

        Every process calls it at the same moments: before and after each step, after each epoch was measured and after
        its callbacks, and before the checkpoint of an interruption.
        """
        own = Verdict.STOP if self.stop else Verdict.CONTINUE
        if self._interruption.signal is not None:
            own = Verdict.INTERRUPT
        verdict = self.ranks.agreed(Verdict.FAIL if problem else own)
        if verdict is Verdict.FAIL:
            elsewhere = f"what another process computed is not finite at step {self.step + 1}"
            raise NonFiniteError(self._explained(problem or elsewhere, gradient))
        return verdict

    def _interrupt(self) -> NoReturn:
        self._decide(self.spoiled())
        with self._interruption.saving():
            self._call("on_interrupt")
        raise TrainingInterrupted(self, self._interruption.signal or SIGINT)

    @np.errstate(all="ignore")
    def _measured(self) -> Record:
        record: Record = {"epoch": self.epoch, "step": self.step, "learning_rate": self.optimizer.learning_rate}
        if self.measured["train"] is None:
            record["train_loss"] = self.loss_sum / self.weight_seen
        for name, samples in self.measured.items():
            if samples is not None:
                measures = measured(self.passes, self.loss_fn, samples, self.preprocessing)
                record.update({f"{name}_{measure}": value for measure, value in measures.items()})
        if self.optimizer.clip_norm is not None:
            record["clipped"] = self.clipped
        return {**record, "seconds": round(self.seconds, 3)}

    def _not_finite(self, loss: float, gradient: Array) -> tuple[str | None, Array | None]:
        """Return a sentence on a loss or gradient that is not finite, and the gradient if that is it."""
        if math.isfinite(loss) and np.isfinite(gradient).all():
            return None, None
        where = f"at step {self.step + 1} (epoch {self.epoch + 1})"
        if math.isfinite(loss):
            return f"the gradient is not finite {where}", gradient
        return f"the loss is {loss} {where}", None

    def spoiled(self) -> str | None:
        """Return a sentence if the last step made parameters not finite, so that no checkpoint may be written."""
        if all(np.isfinite(array).all() for array in self.net.state_dict().values()):
            return None
        return f"step {self.step} (epoch {self.epoch + 1}) made the network's parameters not finite"

    def _explained(self, problem: str, gradient: Array | None) -> str:
        """Return the message: what is not finite, where that appeared first, and what to do."""
        batch = self.batch or next(self.batches.epoch())
        array = self.ranks.first(first_not_finite(self.net, batch.x, gradient)) or "the loss itself"
        scaled = "the inputs"
        if batch.y.dtype.kind == "f":
            scaled = f"the targets (they reach {np.abs(batch.y).max():.3g}) or the inputs"
        clipping = ", clip the gradient's norm,"
        if self.optimizer.clip_norm is not None:
            problem += f", although gradients longer than {self.optimizer.clip_norm:g} are clipped"
            clipping = ""
        return (
            f"{problem}, and the first array that is not finite is {array}; try a learning rate below "
            f"{self.optimizer.learning_rate:g}{clipping} or scale {scaled}"
        )

    def _rng_state(self) -> Any:
        return None if self.rng is None else self.rng.bit_generator.state

    def _call(self, event: str) -> None:
        with self.ranks.together():
            for callback in self.callbacks:
                getattr(callback, event)(self)


def _divided(callbacks: Sequence[Callback], ranks: Ranks) -> list[Callback]:
    """Return the callbacks of one process of several."""
    if ranks.size > 1 and (watching := next((each for each in callbacks if each.watches), None)):
        raise ArgumentError(
            f"{type(watching).__name__} needs what passes between the layers for whole batches, which no process has; "
            "leave it out, or train in one process"
        )
    return [Sameness(ranks), *(each for each in callbacks if ranks.leads or not each.leader_only)]


def _check_replaced(gradient: Array, given: Array, callback: Callback) -> None:
    """Raise if a gradient that a callback returned cannot replace the given one."""
    name = f"the gradient that {type(callback).__name__} returned"
    found = np.asarray(gradient)
    if not isinstance(gradient, np.ndarray) or (found.shape, found.dtype) != (given.shape, given.dtype):
        raise ShapeError(
            f"{name} is {found.dtype} of shape {found.shape}; expected {given.dtype} of shape {given.shape}"
        )
    if not np.isfinite(gradient).all():
        raise NonFiniteError(f"{name} is not finite; return a finite one")
