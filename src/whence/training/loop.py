"""The training loop: five lines for each batch, a measurement after each epoch, and callbacks around them."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from itertools import islice
from typing import Any, NoReturn

import numpy as np

from whence.arrays import Array
from whence.data import Batches, Preprocessing, Samples
from whence.data.images.augmentation import Augmentation
from whence.errors import ArgumentError, NonFiniteError
from whence.nn import Loss, Sequential
from whence.nn.context import State
from whence.nn.layer import TimeDependence
from whence.nn.sequential import Tape
from whence.optim import Optimizer, Schedule
from whence.training.callbacks import Callback, EarlyStopping
from whence.training.checkpoint import Checkpoint
from whence.training.diagnosis import first_not_finite
from whence.training.interrupt import Interruption
from whence.training.memory import keep_freed_memory
from whence.training.metrics import evaluate

Record = dict[str, Any]


class Training:
    """One training, from its first batch to its last; made by `fit`, seen by callbacks.

    Attributes
    ----------
    net, loss_fn, optimizer, schedule, train, validation, preprocessing
        What `fit` was given.
    epochs : int
        How many epochs there are to be.
    epoch, step : int
        How many epochs and steps have been made.
    position : int
        How many batches of the present epoch have been made.
    steps_per_epoch, total_steps : int
        How many batches an epoch has, and how many steps there are to be.
    batch_loss : float
        The loss of the last batch, before its step.
    loss_sum : float
        The losses of the present epoch's batches, each times its samples.
    samples_seen : int
        How many samples these are.
    clipped : int
        In how many steps of the present epoch the gradient was longer than the optimizer's ``clip_norm``.
    state : dict of str to array, or None
        What the network carried away from the last batch, where the next one goes on from it.
    history : list of dict
        A record for each epoch: ``epoch, step, learning_rate, train_loss, …, validation_loss, …, clipped, seconds``.
    best_epoch : int
        The epoch with the best validation, or the last one where there is none; 0 before the first.
    best_state : dict of str to array
        The network's state after that epoch.
    stop : bool
        Set to end the training after the present epoch.
    """

    def __init__(
        self,
        net: Sequential,
        loss_fn: Loss,
        optimizer: Optimizer,
        schedule: Schedule | None,
        batches: Batches,
        validation: Samples | None,
        total_steps: int,
        callbacks: Sequence[Callback],
        *,
        measure_train: bool = True,
    ) -> None:
        self.net, self.loss_fn, self.optimizer, self.schedule = net, loss_fn, optimizer, schedule
        self.batches, self.validation, self.callbacks = batches, validation, callbacks
        self.train, self.preprocessing = batches.samples, batches.preprocessing
        self.steps_per_epoch, self.total_steps = len(batches), total_steps
        self.epochs = math.ceil(total_steps / len(batches))
        self.epoch = self.step = self.position = self.best_epoch = 0
        self.measure_train = measure_train
        self.batch_loss = math.nan
        self.loss_sum, self.samples_seen, self.clipped = 0.0, 0, 0
        self.state: State | None = None
        self.history: list[Record] = []
        self.best_state: dict[str, Array] = net.state_dict()
        self.stop = False
        self.seconds_before = 0.0
        self._started = time.perf_counter()
        if batches.rng is None:
            raise ArgumentError("training shuffles its batches and needs a random generator for it")
        self.rng = batches.rng
        self.epoch_rng_state = self.rng.bit_generator.state

    @property
    def seconds(self) -> float:
        """How long the training has run, in seconds, earlier sessions of a resumed one included."""
        return self.seconds_before + time.perf_counter() - self._started

    def run(self) -> None:
        """Train to the end.

        Raises
        ------
        NonFiniteError
            At the first batch whose loss or gradient is not finite, before its step; or after the step that spoiled the
            network, if that is the last one of an epoch.
        KeyboardInterrupt
            After the batch in which Ctrl-C was pressed.
        """
        try:
            with Interruption() as interruption:
                self._tell("on_start")
                while self.position or (self.step < self.total_steps and not self.stop):
                    self._run_epoch(interruption)
                    self._end_epoch()
                self._tell("on_end")
        finally:
            if self.schedule:
                self.optimizer.learning_rate = self.schedule.base_rate
        if self.validation is not None:
            self.net.load_state_dict(self.best_state)

    @np.errstate(all="ignore")  # what overflows is found by its loss, and told with more than a warning says
    def _run_epoch(self, interruption: Interruption) -> None:
        net, loss_fn, optimizer = self.net, self.loss_fn, self.optimizer
        for x, y in islice(self.batches.epoch(skip=self.position), self.total_steps - self.step):
            self._begin_batch()
            logits, tape = net.forward(x, state=self.state)
            loss, delta = loss_fn(logits, y)
            if not math.isfinite(loss):
                self._fail(f"the loss is {loss} at step {self.step + 1} (epoch {self.epoch + 1})", x)
            gradient = net.backward(delta, tape)
            if not np.isfinite(gradient).all():
                self._fail(f"the gradient is not finite at step {self.step + 1} (epoch {self.epoch + 1})", x, gradient)
            optimizer.step(net.theta, gradient)
            self._end_batch(loss, len(x), tape, interruption)

    def _begin_batch(self) -> None:
        if self.schedule:
            self.optimizer.learning_rate = self.schedule.rate(self.step)

    def _end_batch(self, loss: float, count: int, tape: Tape, interruption: Interruption) -> None:
        self.batch_loss = loss
        self.loss_sum += loss * count
        self.samples_seen += count
        self.clipped += self.optimizer.clip < 1
        if self.batches.streams and self.net.time_dependence <= TimeDependence.STATE:
            self.state = self.net.state_after(tape)
        self.step += 1
        self.position += 1
        self._tell("on_batch_end")
        if interruption.requested:
            self._check_network()
            self._tell("on_interrupt")
            raise KeyboardInterrupt

    def _end_epoch(self) -> None:
        self._check_network()
        self.epoch += 1
        self.position = 0
        self.epoch_rng_state = self.rng.bit_generator.state
        record = self._measured()
        self.loss_sum, self.samples_seen, self.clipped, self.state = 0.0, 0, 0, None
        self.history.append(record)
        loss = record["train_loss"] if self.validation is None else record["validation_loss"]
        if not math.isfinite(loss):
            self._fail(f"the loss is {loss} after step {self.step} (epoch {self.epoch})", self._first_input())
        if (
            self.validation is None
            or self.best_epoch == 0
            or _score(record) > _score(self.history[self.best_epoch - 1])
        ):
            self.best_epoch = self.epoch
            self.best_state = self.net.state_dict()
        if self.schedule:
            self.schedule.observe(loss)
        self._tell("on_epoch_end")

    @np.errstate(all="ignore")
    def _measured(self) -> Record:
        record: Record = {"epoch": self.epoch, "step": self.step, "learning_rate": self.optimizer.learning_rate}
        if not self.measure_train:
            record["train_loss"] = self.loss_sum / self.samples_seen
        for name, samples in (("train", self.train if self.measure_train else None), ("validation", self.validation)):
            if samples is not None:
                measures = evaluate(self.net, self.loss_fn, samples, self.preprocessing)
                record.update({f"{name}_{measure}": value for measure, value in measures.items()})
        if self.optimizer.clip_norm is not None:
            record["clipped"] = self.clipped
        return {**record, "seconds": round(self.seconds, 3)}

    def _check_network(self) -> None:
        """Stop if the last step left a network that is not finite, before it becomes a checkpoint."""
        if not all(np.isfinite(array).all() for array in self.net.state_dict().values()):
            self._fail(f"step {self.step} (epoch {self.epoch + 1}) spoiled the network", self._first_input())

    def _fail(self, what: str, x: Array, gradient: Array | None = None) -> NoReturn:
        array = first_not_finite(self.net, x, gradient) or "the loss itself"
        scaled = "the inputs"
        if self.train.targets.dtype.kind == "f":
            scaled = f"the targets (they reach {np.abs(self.train.targets).max():.3g}) or the inputs"
        clipping = ", clip the gradient's norm,"
        if self.optimizer.clip_norm is not None:
            what += f", although gradients longer than {self.optimizer.clip_norm:g} are clipped"
            clipping = ""
        raise NonFiniteError(
            f"{what}, and the first array that is not finite is {array}; try a learning rate below "
            f"{self.optimizer.learning_rate:g}{clipping} or scale {scaled}"
        )

    def _first_input(self) -> Array:
        return self.preprocessing(self.train.inputs[:1], self.net.input_dtype)

    def _tell(self, event: str) -> None:
        for callback in self.callbacks:
            getattr(callback, event)(self)


def fit(
    net: Sequential,
    loss_fn: Loss,
    optimizer: Optimizer,
    train: Samples | tuple[Array, Array],
    *,
    validation: Samples | tuple[Array, Array] | None = None,
    epochs: int | None = None,
    max_steps: int | None = None,
    batch_size: int | None = 32,
    replacement: bool = False,
    streams: bool = False,
    augmentation: Augmentation | None = None,
    measure_train: bool = True,
    preprocessing: Preprocessing | None = None,
    schedule: Schedule | None = None,
    patience: int | None = None,
    callbacks: Sequence[Callback] = (),
    seed: int = 0,
    resume: Checkpoint | None = None,
) -> Training:
    """Train a network, in place.

    Parameters
    ----------
    net : Sequential
        The network. With validation samples, it ends with the weights of the best epoch: the one with the highest
        accuracy, and among those the lowest loss, for classes; the one with the lowest loss for numbers and text.
    loss_fn : Loss
        What is to become small.
    optimizer : Optimizer
        What moves θ; if it decays weights and does not know which, it is told to spare biases and norms.
    train : Samples or (inputs, targets)
        What to learn from; never written to.
    validation : Samples or (inputs, targets), optional
        What each epoch is measured on besides the training samples.
    epochs : int, optional
        How often to go through the training samples.
    max_steps : int, optional
        How many batches to take at most. At least one of both limits is needed.
    batch_size : int or None
        Samples in a batch; None takes all of them as one.
    replacement : bool
        Whether each batch is drawn anew from all samples, instead of every sample once in an epoch.
    streams : bool
        Whether the samples, in their order, are the parts of one long sequence: each batch then goes on from the state
        after the one before, as `Batches` says, unless the network has layers that no state lets go on.
    augmentation : Augmentation, optional
        What changes the inputs of training batches.
    measure_train : bool
        Whether all training samples are measured after each epoch; otherwise ``train_loss`` is the mean over its
        batches as they were trained.
    preprocessing : Preprocessing, optional
        What makes raw inputs the network's inputs; by default nothing.
    schedule : Schedule, optional
        How the learning rate changes; by default it stays the optimizer's.
    patience : int, optional
        Stop when the validation has not improved for this many epochs.
    callbacks : sequence of Callback
        What else is to happen.
    seed : int
        Decides how samples are shuffled or drawn.
    resume : Checkpoint, optional
        Where an earlier training with the same arguments stood; this one goes on from there as if there had been no
        stop, to the bit.

    Returns
    -------
    Training
        With the history, the best epoch and the time taken.

    Raises
    ------
    ArgumentError
        If a limit is missing or not positive.
    NonFiniteError
        If the loss or the gradient becomes NaN or infinite.

    Examples
    --------
    >>> from whence.data import load
    >>> from whence.nn import CrossEntropy, mlp
    >>> from whence.optim import SGD
    >>> data = load("digits")
    >>> net = mlp(data.input_shape, [32], data.outputs, seed=1)
    >>> training = fit(net, CrossEntropy(), SGD(0.1), data.train, epochs=3, preprocessing=data.preprocessing)
    >>> len(training.history)
    3
    """
    for name, limit in (("epochs", epochs), ("max_steps", max_steps)):
        if limit is not None and limit < 1:
            raise ArgumentError(f"{name} is {limit}; it must be at least 1")
    if epochs is None and max_steps is None:
        raise ArgumentError("nothing says when training ends; give epochs or max_steps")
    samples = train if isinstance(train, Samples) else Samples(*train)
    held_out = validation if isinstance(validation, Samples | None) else Samples(*validation)
    batches = Batches(
        samples,
        preprocessing or Preprocessing(),
        len(samples) if batch_size is None else batch_size,
        rng=np.random.default_rng(seed),
        dtype=net.dtype,
        input_dtype=net.input_dtype,
        replacement=replacement,
        streams=streams,
        augmentation=augmentation,
    )
    steps = [limit for limit in (epochs and epochs * len(batches), max_steps) if limit is not None]
    if optimizer.decays is None:
        optimizer.decays = net.decays
    if schedule:
        schedule.start(optimizer.learning_rate, len(batches), min(steps))
    stopping = [EarlyStopping(patience)] if patience is not None else []
    training = Training(
        net,
        loss_fn,
        optimizer,
        schedule,
        batches,
        held_out,
        min(steps),
        [*stopping, *callbacks],
        measure_train=measure_train,
    )
    if resume:
        resume.restore(training)
    keep_freed_memory()
    training.run()
    return training


def _score(record: Record) -> tuple[float, float]:
    """Return what makes one epoch better than another: accuracy first, but not for text, then a small loss."""
    accuracy = 0.0 if "validation_bits" in record else record.get("validation_accuracy", 0.0)
    return accuracy, -record["validation_loss"]
