"""Text from a network: it tells how likely each next character is, one of them is drawn, and it reads on from there."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError
from whence.training.carry import last_states
from whence.training.model_file import Model

_READ_AT_ONCE = 64
"""How many characters of a prompt go through the network together, so that memory stays bounded."""


def sample_text(
    model: Model, prompt: str, length: int, *, temperature: float = 1.0, rng: np.random.Generator
) -> Iterator[str]:
    """Return characters that a network continues a text with, one after the other as they are made.

    Parameters
    ----------
    model : Model
        A network that was trained on text.
    prompt : str
        The text before them, of characters that the network knows; where it is empty, a line has just ended.
    length : int
        How many characters to make.
    temperature : float
        What logits are divided by before the softmax: below 1 likely characters become likelier, and at 0 the
        likeliest is always taken.
    rng : numpy.random.Generator
        Draws the characters.

    Yields
    ------
    str
        One character.

    Raises
    ------
    ArgumentError
        If the network was not trained on text, or the length or the temperature is out of range.
    DataError
        If the prompt holds a character that the network does not know; the message names it.
    """
    vocabulary = model.preprocessing.text
    if vocabulary is None:
        raise ArgumentError(f"the network was trained on {model.data}, not on text; it cannot go on with one")
    if length < 1:
        raise ArgumentError(f"the length is {length}; ask for at least 1 character")
    if not (math.isfinite(temperature) and temperature >= 0):
        raise ArgumentError(
            f"the temperature is {temperature:g}; it must be 0 (the likeliest character) or a finite number above"
        )
    if not prompt:
        prompt = "\n" if "\n" in vocabulary.characters else vocabulary.characters[0]
    return _characters(model, vocabulary.encode(prompt), length, temperature, rng)


def _characters(model: Model, read: Array, length: int, temperature: float, rng: np.random.Generator) -> Iterator[str]:
    net, vocabulary = model.net, model.preprocessing.text
    assert vocabulary is not None
    after = None
    for _ in range(length):
        for start in range(0, len(read), _READ_AT_ONCE):
            piece = read[np.newaxis, start : start + _READ_AT_ONCE]
            logits, tape = net.forward(piece, training=False, after=after)  # (1, T, V)
            after = last_states(net, tape)
        chosen = _drawn(logits[0, -1].astype(np.float64), temperature, rng)
        yield vocabulary.characters[chosen]
        read = np.array([chosen])


def _drawn(logits: Array, temperature: float, rng: np.random.Generator) -> int:
    """Return the place of one of the logits, drawn from their softmax."""
    if temperature == 0:
        return int(logits.argmax())
    with np.errstate(over="ignore"):
        likely = np.exp((logits - logits.max()) / temperature).cumsum()
    return int(np.searchsorted(likely, rng.random() * likely[-1], side="right"))
