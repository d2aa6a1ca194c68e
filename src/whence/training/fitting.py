"""`fit`: train a network on samples or batches."""

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
from whence.optim import Optimizer, Schedule, optimizers
from whence.optim.schedules import schedule as read_schedule
from whence.training.callbacks import Callback, EarlyStopping
from whence.training.checkpoint import Checkpoint
from whence.training.loop import Training
from whence.training.memory import keep_freed_memory
from whence.training.parallel import Division


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
    parallel: Any = None,
) -> Training:
    """Train a network, in place.

    Parameters
    ----------
    net : Sequential
        The network. With validation samples, it ends with the weights of the best epoch, the one with the lowest loss
        on them; if they have fewer than 1,000 targets, the lowest mean loss over as many of the last epochs as have
        1,000 together, for a single loss is then low by chance. That is the rule for classes too: of a few samples,
        the accuracy is a coarse count that many epochs share by chance, while every probability moves the loss.
    loss_fn : Loss or str
        The loss to minimise, or its name, such as ``"mse"``.
    optimizer : Optimizer or str
        The optimizer, or a text such as ``"adam(0.001)"``; its weight decay spares biases and norms unless its
        ``decays`` is set.
    train : Samples or (inputs, targets), Batches, or iterable of pairs (x, y)
        Samples to make batches of; or `whence.data.Batches`, or an iterable of preprocessed pairs ``(x, y)`` or
        `whence.data.Batch`, iterated over at each epoch. One without a length, such as a generator, is used once, for
        ``max_steps`` batches. None is modified.
    validation : Samples or (inputs, targets), optional
        Samples to evaluate each epoch on.
    epochs : int, optional
        Number of epochs.
    max_steps : int, optional
        Largest number of steps. At least one of both limits is needed.
    batch_size : int or None
        Samples per batch; None for all.
    replacement : bool
        Whether to draw each batch from all samples, rather than use every sample once per epoch.
    streams : bool
        Whether the samples are consecutive parts of one long sequence, as for `whence.data.Batches`: the state of the
        network is then carried from batch to batch, if all layers can continue from a state.
    augmentation : Augmentation, optional
        Applied to the inputs of training batches.
    measure_train : bool
        Whether to evaluate all training samples after each epoch; otherwise, and if only batches are given,
        ``train_loss`` is the mean loss of the epoch's batches during training.
    preprocessing : Preprocessing, optional
        The map from raw inputs to the network's inputs; by default the identity.
    schedule : Schedule or str, optional
        Schedule of the learning rate, or a text such as ``"warmup(500) * cosine"``; constant by default.
    patience : int, optional
        Stop when no epoch has been the best one for this many epochs.
    callbacks : sequence of Callback
        Callbacks.
    seed : int
        Seed of shuffling and augmentation. This, ``batch_size``, ``replacement``, ``streams``, ``augmentation`` and
        ``preprocessing`` apply only to samples.
    resume : Checkpoint, optional
        The checkpoint of a training with the same arguments to continue, with the same bits as without the stop.
    parallel : mpi4py.MPI.Intracomm or Division, optional
        The processes that share the training, such as ``MPI.COMM_WORLD``, or a `whence.training.parallel.Division`,
        which has settings besides. All of them call ``fit`` with the same arguments, and get the same network. Of the
        callbacks, those that write, such as `Checkpointing`, are called in the first process alone.

    Returns
    -------
    Training
        The history, the best epoch and the time taken.

    Raises
    ------
    ArgumentError
        If a limit is missing or not positive, batches end too early, a callback is not a `Callback`, or the processes
        are too many or do not have the same data, network or versions.
    NonFiniteError
        If the loss or the gradient becomes NaN or infinite; its ``training`` has the history up to there.
    TrainingInterrupted
        After Ctrl-C, SIGTERM or SIGHUP; its ``training`` has the history up to there.
    TrainingAborted
        At a second signal, before the step was complete.
    EndedElsewhere
        If the training failed in another process alone, such as for want of space on its disk.

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
        raise ArgumentError("neither epochs nor max_steps was given; give at least one of them")
    loss_fn, optimizer = losses.read(loss_fn), optimizers.read(optimizer)
    schedule = None if schedule is None else read_schedule(schedule)
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
                "batch_size, replacement, streams, augmentation and preprocessing are for samples, but batches were "
                "given; leave them out"
            )
        batches = train if isinstance(train, Batches) else PreparedBatches(train, max_steps)
    division = parallel if isinstance(parallel, Division | None) else Division(parallel)
    steps = planned_steps(epochs, max_steps, len(batches))
    if optimizer.decays is None:
        optimizer.decays = net.decays
    if schedule:
        schedule.start(optimizer.learning_rate, len(batches), steps)
    stopping = [EarlyStopping(patience)] if patience is not None else []
    training = Training(
        net,
        loss_fn,
        optimizer,
        schedule,
        batches,
        held_out,
        steps,
        [*stopping, *callbacks],
        measure_train=measure_train,
        division=division,
    )
    if resume:
        resume.restore(training)
    keep_freed_memory()
    training.run()
    return training


def planned_steps(epochs: int | None, max_steps: int | None, steps_per_epoch: int) -> int:
    """Return the number of steps after which a training ends: the smaller of its limits, of which it has one or two."""
    return min(limit for limit in (epochs and epochs * steps_per_epoch, max_steps) if limit is not None)
