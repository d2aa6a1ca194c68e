"""`fit`: from samples or batches and what limits it to a training that runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from whence.arguments import NotNegativeInt, PositiveInt, checks_arguments
from whence.arrays import Array
from whence.data import Batches, Preprocessing, Samples
from whence.data.batches import PreparedBatches
from whence.data.images.augmentation import Augmentation
from whence.errors import ArgumentError
from whence.nn import Loss, Sequential, losses
from whence.optim import Optimizer, Schedule, optimizers, schedules
from whence.training.callbacks import Callback, EarlyStopping
from whence.training.checkpoint import Checkpoint
from whence.training.loop import Training
from whence.training.memory import keep_freed_memory
from whence.training.verdict import Agreement


@checks_arguments
def fit(
    net: Sequential,
    loss_fn: Loss | str,
    optimizer: Optimizer | str,
    train: Samples | Batches | Iterable[Any],
    *,
    validation: Samples | tuple[Array, ...] | None = None,
    epochs: PositiveInt | None = None,
    max_steps: PositiveInt | None = None,
    batch_size: PositiveInt | None = 32,
    replacement: bool = False,
    streams: bool = False,
    augmentation: Augmentation | None = None,
    measure_train: bool = True,
    preprocessing: Preprocessing | None = None,
    schedule: Schedule | str | None = None,
    patience: PositiveInt | None = None,
    callbacks: Sequence[Callback] = (),
    seed: NotNegativeInt = 0,
    resume: Checkpoint | None = None,
    agree: Agreement | None = None,
) -> Training:
    """Train a network, in place.

    Parameters
    ----------
    net : Sequential
        The network. With validation samples, it ends with the weights of the best epoch: the one with the highest
        accuracy, and among those the lowest loss, for classes; the one with the lowest loss for numbers and text.
    loss_fn : Loss or str
        The loss to minimise, or its name, such as ``"mse"``.
    optimizer : Optimizer or str
        What moves θ, or a text such as ``"adam(0.001)"``; if it decays weights and does not know which, it is told to
        spare biases and norms.
    train : Samples or (inputs, targets), Batches, or iterable of pairs (x, y)
        The samples, from which batches are made; or batches: `whence.data.Batches`, or a list or another object that
        gives pairs ``(x, y)`` or `whence.data.Batch` at each epoch, as the network takes them. Without a length, as a
        generator, it is taken once, for ``max_steps`` batches. Nothing is written to.
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
        Whether all training samples are measured after each epoch; otherwise, and where only batches are known,
        ``train_loss`` is the mean over its batches as they were trained.
    preprocessing : Preprocessing, optional
        What makes raw inputs the network's inputs; by default nothing.
    schedule : Schedule, optional
        How the learning rate changes; by default it stays the optimizer's.
    patience : int, optional
        Stop when the validation has not improved for this many epochs.
    callbacks : sequence of Callback
        What else is to happen.
    seed : int
        Decides how samples are shuffled or drawn. This, ``batch_size``, ``replacement``, ``streams``,
        ``augmentation`` and ``preprocessing`` are for samples; batches have their own.
    resume : Checkpoint, optional
        Where an earlier training with the same arguments stood; this one goes on from there as if there had been no
        stop, to the bit.
    agree : callable, optional
        For several processes that train together: given what this one decides, returns what all of them do, such as
        the largest `whence.training.Verdict`. Each calls it at the same moments.

    Returns
    -------
    Training
        With the history, the best epoch and the time taken.

    Raises
    ------
    ArgumentError
        If a limit is missing or not positive, batches end too early, or a callback is none.
    NonFiniteError
        If the loss or the gradient becomes NaN or infinite; its ``training`` has the history up to there.
    TrainingInterrupted
        After Ctrl-C; its ``training`` has the history up to there.

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
    if epochs is None and max_steps is None:
        raise ArgumentError("nothing says when training ends; give epochs or max_steps")
    loss_fn, optimizer = losses.read(loss_fn), optimizers.read(optimizer)
    schedule = None if schedule is None else schedules.read(schedule)
    held_out = validation if isinstance(validation, Samples | None) else Samples(*validation)
    batches: Batches | PreparedBatches
    if isinstance(train, Samples | tuple):
        samples = train if isinstance(train, Samples) else Samples(*train)
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
    else:
        if (batch_size, replacement, streams, augmentation, preprocessing) != (32, False, False, None, None):
            raise ArgumentError(
                "batch_size, replacement, streams, augmentation and preprocessing make batches of samples, but batches "
                "were given; leave them out"
            )
        batches = train if isinstance(train, Batches) else PreparedBatches(train, max_steps)
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
        agree=agree,
    )
    if resume:
        resume.restore(training)
    keep_freed_memory()
    training.run()
    return training
