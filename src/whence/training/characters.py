"""How well a network foresees text: nats, bits and perplexity for each character."""

from __future__ import annotations

import math

import numpy as np

from whence.data import Preprocessing, Samples
from whence.nn import Loss, Sequential
from whence.training.carry import last_states

_STREAMS = 64
_WARM_UP = 64
_LEAST_SHARE = 8


def evaluate_text(net: Sequential, loss_fn: Loss, samples: Samples, preprocessing: Preprocessing) -> dict[str, float]:
    """Measure a network on a text, with the states of its recurrent layers carried through.

    So that it does not take one step for each character, the text is read at several places at once. Each reader but
    the first begins at least 64 characters before its place, and what it says on them does not count; every character
    counts once.

    Parameters
    ----------
    net : Sequential
        The network.
    loss_fn : Loss
        The cross-entropy.
    samples : Samples
        The text in sequences of T characters, each of which goes on where the one before ends.
    preprocessing : Preprocessing
        That of the text.

    Returns
    -------
    dict of str to float
        ``loss`` in nats, ``bits`` = loss / ln 2 and ``perplexity`` = exp(loss), all for a character, and ``accuracy``.
    """
    count, window = samples.inputs.shape
    warm_up = -(-_WARM_UP // window)
    streams = max(1, min(_STREAMS, count // (_LEAST_SHARE * warm_up)))
    share = -(-count // streams)
    starts = np.arange(streams) * share
    nats = hits = 0.0
    after = None
    for step in range(-warm_up, share):
        rows = starts + step
        x = preprocessing(samples.inputs[rows.clip(0, count - 1)])  # (S, T)
        outputs, tape = net.forward(x, training=False, after=after)  # (S, T, V)
        after = last_states(net, tape)
        if step < 0:
            for cache in after:
                for state in cache.values():
                    state[0] = 0  # there is no text before the first reader's
            continue
        known = rows < count
        targets = samples.targets[rows[known]]
        loss, _ = loss_fn(outputs[known], targets)
        nats += loss * targets.size
        hits += float(loss_fn.correct(outputs[known], targets).sum())
    loss = nats / samples.targets.size
    return {
        "loss": loss,
        "bits": loss / math.log(2),
        "perplexity": math.exp(min(loss, 700.0)),
        "accuracy": hits / samples.targets.size,
    }
