"""Vocabulary: the characters of a text and their indices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.errors import DataError
from whence.wording import listed

_MOST_SHOWN = 5


@dataclass(frozen=True)
class Vocabulary:
    """The characters that a network knows.

    Parameters
    ----------
    characters : str
        Each of them once, in the order of their code points; the position of a character is its index.
    """

    characters: str

    def __len__(self) -> int:
        return len(self.characters)

    @classmethod
    def of(cls, text: str) -> Vocabulary:
        """Return the vocabulary of all characters in a text."""
        return cls("".join(sorted(set(text))))

    def unknown(self, text: str) -> str:
        """Return the characters of a text that are not in the vocabulary, each once."""
        return "".join(sorted(set(text) - set(self.characters)))

    def name_unknown(self, text: str) -> str:
        """Return the characters of a text that are not in the vocabulary for a message: ``'ü' and 'ß'``."""
        unknown = [repr(character) for character in self.unknown(text)]
        others = len(unknown) - _MOST_SHOWN
        return listed([*unknown[:_MOST_SHOWN], f"{others} others"] if others > 0 else unknown)

    def without_unknown(self, text: str) -> str:
        """Return a text without the characters that are not in the vocabulary."""
        return text.translate(dict.fromkeys(map(ord, self.unknown(text))))

    def encode(self, text: str) -> Array:
        """Return the index of each character.

        Parameters
        ----------
        text : str
            Characters of the vocabulary.

        Returns
        -------
        int64 array, shape (len(text),)

        Raises
        ------
        DataError
            If a character is not in the vocabulary.
        """
        if self.unknown(text):
            raise DataError(
                f"the network does not know {self.name_unknown(text)}; use only characters of its training text"
            )
        return np.searchsorted(_code_points(self.characters), _code_points(text)).astype(np.int64)

    def decode(self, numbers: Array) -> str:
        """Return the text of indices; the inverse of `encode`."""
        return "".join(self.characters[number] for number in numbers.tolist())


def _code_points(text: str) -> Array:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
