"""The preprocessing of texts: the characters that a network knows, and how files of text are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from whence.arrays import Array, DTypeLike, Shape
from whence.data.preprocessing import Preprocessing
from whence.data.samples import Samples
from whence.data.texts.text_file import WINDOW, find_text, read_text, sequences, whole_text
from whence.data.texts.vocabulary import Vocabulary
from whence.errors import DataError
from whence.wording import counted

_CHARACTERS_SHOWN = 400


@dataclass(frozen=True, eq=False, kw_only=True)
class TextPreprocessing(Preprocessing):
    """Characters as indices, which are the network's inputs.

    Parameters
    ----------
    vocabulary : Vocabulary
        The characters and their indices.
    window : int or None
        Characters in a training sample; None from a model file of an older version.
    """

    vocabulary: Vocabulary
    window: int | None = None

    unit = "character"
    streams = True

    @property
    def symbols(self) -> int:
        """The number of different characters."""
        return len(self.vocabulary)

    def __call__(self, inputs: Array, dtype: DTypeLike = np.float32) -> Array:
        return inputs.copy()

    def read_samples(self, source: str, classes: tuple[str, ...] | None) -> Samples:
        try:
            path = find_text(Path(source.removeprefix("text:")))
        except DataError as error:
            raise DataError(f"the network was trained on text, and {error}") from error
        return whole_text(read_text(path), self.vocabulary, path.name)

    def read_part(self, source: str, classes: tuple[str, ...] | None) -> Samples:
        path = find_text(Path(source.removeprefix("text:")))
        return sequences(read_text(path), self.vocabulary, self.window or WINDOW, path.name)

    def introduction(self, input_shape: Shape, outputs: str) -> str:
        return f"in sequences of {input_shape[0]}, {self.symbols} of them different"

    def preview(self, samples: Samples, classes: Sequence[str] | None) -> str:
        beginning = self.vocabulary.decode(samples.inputs.ravel()[:_CHARACTERS_SHOWN])
        return f"{counted(self.symbols, 'character')}: {self.vocabulary.characters!r}\n\n{beginning}"

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "characters": self.vocabulary.characters}

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "text": self.vocabulary.characters, "window": self.window}

    def _read(self, path: Path, input_shape: Shape) -> Array:
        raise DataError(
            "this network generates text and does not predict for files; use: whence sample RUN --prompt TEXT"
        )
