"""Text: a file becomes sequences of characters, and for each character the next one is to be predicted."""

from __future__ import annotations

from pathlib import Path

from whence.data.dataset import Dataset
from whence.data.load_options import LoadOptions
from whence.data.texts.preprocessing import TextPreprocessing
from whence.data.texts.text_file import WINDOW, find_text, read_text, sequences
from whence.data.texts.vocabulary import Vocabulary
from whence.wording import counted

VALIDATION_FRACTION = 0.1


def load_text(path: Path, options: LoadOptions) -> Dataset:
    """Return the text in a file as sequences of characters.

    The first part of the text is for training and the last 10 %, or the share that was asked for, for validation. The
    vocabulary is that of the training part; characters that only the validation has are left out there, and a remark
    says how many. Each sample is a sequence of ``window`` characters, (N, T) numbers in the vocabulary, and its targets
    are the characters that follow each of them; every sequence goes on where the one before it ends.

    Parameters
    ----------
    path : Path
        A UTF-8 file, as it is or in the folder that ``WHENCE_DATA`` names, or in its folder ``text``.
    options : LoadOptions
        As in `whence.data.load`.

    Raises
    ------
    DataError
        If the file cannot be read, or a part of it is shorter than one sequence.
    """
    path, window = find_text(path), options.window or WINDOW
    text = read_text(path)
    share = VALIDATION_FRACTION if options.validation is None else options.validation
    end = len(text) - round(len(text) * share)
    vocabulary = Vocabulary.of(text[:end])
    train = sequences(text[:end], vocabulary, window, f"the training part of {path.name}")
    classes, preprocessing = tuple(vocabulary.characters), TextPreprocessing(vocabulary=vocabulary, window=window)
    if not share:
        return Dataset(path.stem, train, None, None, classes, preprocessing)
    rest = text[end:]
    known = vocabulary.without_unknown(rest)
    remarks: tuple[str, ...] = ()
    if left_out := len(rest) - len(known):
        shown = vocabulary.name_unknown(rest)
        lacking = f"{counted(left_out, 'character')} that the training part lacks"
        remarks = (f"left out of the validation: {lacking}, {shown}",)
    validation = sequences(known, vocabulary, window, f"the validation part of {path.name}")
    return Dataset(path.stem, train, validation, None, classes, preprocessing, remarks)
