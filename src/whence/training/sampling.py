"""Text generation: characters drawn one by one from the network's distribution of the next character."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from whence.arguments import NotNegative, PositiveInt, checks_arguments
from whence.arrays import Array
from whence.data.texts.preprocessing import TextPreprocessing
from whence.errors import ArgumentError
from whence.nn import Sequential, TimeDependence
from whence.nn.axes import ANY_LENGTH
from whence.nn.context import State
from whence.training.model_file import Model

_Reader: TypeAlias = Callable[[Array], Array]

_READ_AT_ONCE = 64
"""Characters of a prompt in one forward pass, so that memory stays bounded."""


@checks_arguments
def sample_text(
    model: Model, prompt: str, length: PositiveInt, *, temperature: NotNegative = 1.0, rng: np.random.Generator
) -> Iterator[str]:
    """Generate the characters that continue a text, one by one.

    Parameters
    ----------
    model : Model
        A network that was trained on text.
    prompt : str
        The text to continue, of characters that the network knows; if empty, generation starts at a new line.
    length : int
        Number of characters to generate.
    temperature : float
        Divisor of the logits before the softmax: below 1, likely characters become likelier; 0 always takes the
        likeliest.
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
        If the prompt has a character that the network does not know.
    """
    if not isinstance(model.preprocessing, TextPreprocessing):
        raise ArgumentError(f"the network was trained on {model.data}, not on text; use a network trained on text")
    vocabulary = model.preprocessing.vocabulary
    if not prompt:
        prompt = "\n" if "\n" in vocabulary.characters else vocabulary.characters[0]
    numbers = vocabulary.encode(prompt)
    if model.net.time_dependence <= TimeDependence.STATE:
        reader: _Reader = _StateReader(model.net)
    else:
        reader = _WindowReader(model.net, model.preprocessing.window, len(numbers))
    return _characters(reader, numbers, vocabulary.characters, length, temperature, rng)


def _characters(
    reader: _Reader, numbers: Array, characters: str, length: int, temperature: float, rng: np.random.Generator
) -> Iterator[str]:
    for _ in range(length):
        chosen = _drawn(reader(numbers).astype(np.float64), temperature, rng)
        yield characters[chosen]
        numbers = np.array([chosen])


class _StateReader:
    """Reads each character once, with a network that continues from its state."""

    def __init__(self, net: Sequential) -> None:
        self.net = net
        self.state: State | None = None

    def __call__(self, numbers: Array) -> Array:
        """Return the logits (V,) after the given characters."""
        for start in range(0, len(numbers), _READ_AT_ONCE):
            piece = numbers[np.newaxis, start : start + _READ_AT_ONCE]
            logits, tape = self.net.forward(piece, training=False, state=self.state)  # (1, T, V)
            self.state = self.net.state_after(tape)
        return np.asarray(logits[0, -1])


class _WindowReader:
    """Reads the last ``window`` characters again for each new one, the number the network was trained on.

    Raises
    ------
    ArgumentError
        If that number is unknown, or the network needs exactly that number and the prompt is shorter.
    """

    def __init__(self, net: Sequential, window: int | None, given: int) -> None:
        self.net, (steps,) = net, net.input_shape
        if steps != ANY_LENGTH:
            window = steps
        if window is None:
            raise ArgumentError(
                "the file does not say how many characters the network was trained on at once, which it needs to "
                "generate text; train it again"
            )
        if given < steps:
            raise ArgumentError(
                f"the prompt has {given} characters, but the network reads exactly {steps} at once; give {steps}"
            )
        self.window = window
        self.read = np.empty(0, np.intp)

    def __call__(self, numbers: Array) -> Array:
        """Return the logits (V,) after the given characters."""
        self.read = np.concatenate([self.read, numbers])[-self.window :]
        return np.asarray(self.net(self.read[np.newaxis])[0, -1])


def _drawn(logits: Array, temperature: float, rng: np.random.Generator) -> int:
    """Return the index of a logit, drawn from their softmax."""
    if temperature == 0:
        return int(logits.argmax())
    with np.errstate(over="ignore"):
        likely = np.exp((logits - logits.max()) / temperature).cumsum()
    return int(np.searchsorted(likely, rng.random() * likely[-1], side="right"))
