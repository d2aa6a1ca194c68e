"""Text files as data sets: sequences of characters, whose targets are the next characters."""

from __future__ import annotations

from pathlib import Path

from whence.data.dataset import Dataset
from whence.data.load_options import LoadOptions
from whence.data.samples import Samples
from whence.data.splits import VALIDATION_FRACTION
from whence.data.texts.preprocessing import TextPreprocessing
from whence.data.texts.text_file import WINDOW, find_text, read_text, sequences
from whence.data.texts.vocabulary import Vocabulary
from whence.wording import counted


def load_text(path: Path, options: LoadOptions) -> Dataset:
    """Return the text in a file as sequences of characters.

    The last 10 % of the text, or the given fraction, are for validation, the rest for training; a part for testing, if
    asked for, is taken off the end before. The vocabulary is that of the training part; other characters in the parts
    after it are left out, with a remark. Each sample is a sequence
    of ``window`` characters, (N, T) indices in the vocabulary, and its targets are the characters after each of them;
    every sequence continues the one before it.

    Parameters
    ----------
    path : Path
        A UTF-8 file; also searched for in the folder ``WHENCE_DATA`` and its folder ``text``.
    options : LoadOptions
        As in `whence.data.load`.

    Raises
    ------
    DataError
        If the file cannot be read, or a part of it is shorter than one sequence.
    """
    path, window = find_text(path), options.window or WINDOW
    text = read_text(path)
    test_start = len(text) - round(len(text) * (options.test or 0.0))
    share = VALIDATION_FRACTION if options.validation is None else options.validation
    end = test_start - round(test_start * share)
    vocabulary = Vocabulary.of(text[:end])
    train = sequences(text[:end], vocabulary, window, f"the training part of {path.name}")
    parts: dict[str, Samples | None] = {"validation": None, "test": None}
    remarks = []
    for split, rest, wanted in (
        ("validation", text[end:test_start], share),
        ("test", text[test_start:], options.test),
    ):
        if wanted:
            known = vocabulary.without_unknown(rest)
            parts[split] = sequences(known, vocabulary, window, f"the {split} part of {path.name}")
            if left_out := len(rest) - len(known):
                unknown = f"{counted(left_out, 'character')} that the training part does not have"
                remarks.append(f"left out of the {split}: {unknown}, {vocabulary.name_unknown(rest)}")
    return Dataset(
        path.stem,
        train,
        parts["validation"],
        parts["test"],
        tuple(vocabulary.characters),
        TextPreprocessing(vocabulary=vocabulary, window=window),
        tuple(remarks),
    )
