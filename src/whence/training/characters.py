"""Evaluation on text: nats, bits and perplexity per character."""

from __future__ import annotations

import math

import numpy as np

from whence.data import Batch, Preprocessing, Samples
from whence.errors import ArgumentError
from whence.nn import Loss, TimeDependence
from whence.training.passes import Passes

_STREAMS = 64
_WARM_UP = 64
_LEAST_SHARE = 8


def evaluate_text(passes: Passes, loss_fn: Loss, samples: Samples, preprocessing: Preprocessing) -> dict[str, float]:
    """Evaluate a network on a text, with its state carried along if it has one.

    For speed, up to 64 streams of the text are read in parallel. Each stream but the first starts at least 64
    characters early, and these outputs are discarded; every character counts once. A network without a state to carry
    reads each sequence separately, as in training.

    Parameters
    ----------
    passes : Passes
        The passes of the network.
    loss_fn : Loss
        The cross-entropy.
    samples : Samples
        The text in consecutive sequences of T characters.
    preprocessing : Preprocessing
        The preprocessing of the text.

    Returns
    -------
    dict of str to float
        ``loss`` in nats, ``bits`` = loss / ln 2 and ``perplexity`` = exp(loss), all per character, and ``accuracy``.
    """
    if len(samples.arrays) > 2:
        raise ArgumentError("a text is one stream, in which samples have no weights or lengths; leave them out")
    count, window = samples.inputs.shape
    carrying = passes.net.time_dependence <= TimeDependence.STATE
    warm_up = -(-_WARM_UP // window) if carrying else 0
    streams = max(1, min(_STREAMS, count // (_LEAST_SHARE * max(warm_up, 1))))
    share = -(-max(count - warm_up, 1) // streams)
    starts = np.arange(streams) * share
    nats = hits = 0.0
    state = None
    for step in range(min(count, warm_up + share)):
        rows = starts + step
        read = rows.clip(0, count - 1)
        x = preprocessing(samples.inputs[read[passes.rows(streams)]])  # (S, T)
        outputs, tape = passes.forward(Batch(x, samples.targets[read]), training=False, state=state)  # (S, T, V)
        if carrying:
            state = passes.state_after(tape)
        counted = rows < count
        if step < warm_up:
            counted[1:] = False  # the stream before counts these
        targets = samples.targets[rows[counted]]
        loss, _ = loss_fn(outputs[counted], targets)
        nats += loss * targets.size
        hits += float((outputs[counted].argmax(axis=-1) == targets).sum())
    loss = nats / samples.targets.size
    return {
        "loss": loss,
        "bits": loss / math.log(2),
        "perplexity": math.exp(min(loss, 700.0)),
        "accuracy": hits / samples.targets.size,
    }
