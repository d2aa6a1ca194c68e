"""What is known of texts: the characters that a network has seen, and how files of them are read and told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from whence.data.preprocessing import Preprocessing
from whence.data.texts.text_file import find_text, read_text, whole_text
from whence.data.texts.vocabulary import Vocabulary
from whence.errors import DataError
from whence.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whence.arrays import Array, DTypeLike, Shape
    from whence.data.samples import Samples

_CHARACTERS_SHOWN = 400


@dataclass(frozen=True, eq=False, kw_only=True)
class TextPreprocessing(Preprocessing):
    """Characters as numbers, which the network sees as they are.

    Parameters
    ----------
    vocabulary : Vocabulary
        The characters, each of which stands for its number.
    window : int or None
        How many of them made a training sample; None where a model file of an older version does not say.
    """

    vocabulary: Vocabulary
    window: int | None = None

    unit = "character"
    streams = True

    @property
    def symbols(self) -> int:
        """How many different characters there are."""
        return len(self.vocabulary)

    def __call__(self, inputs: Array, dtype: DTypeLike = np.float32) -> Array:
        return inputs.copy()

    def read_samples(self, source: str, classes: tuple[str, ...] | None) -> Samples:
        try:
            path = find_text(Path(source.removeprefix("text:")))
        except DataError as error:
            raise DataError(f"the network was trained on text, and {error}") from error
        return whole_text(read_text(path), self.vocabulary, path.name)

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
        raise DataError("this network generates text; let it, with: whence sample RUN --prompt TEXT")
