"""Text: a file becomes sequences of characters, and for each character the next one is to be told."""

from __future__ import annotations

import os
from pathlib import Path

from whence.data.dataset import Dataset
from whence.data.preprocessing import Preprocessing
from whence.data.request import Request
from whence.data.samples import Samples
from whence.data.vocabulary import Vocabulary
from whence.errors import DataError
from whence.wording import counted

WINDOW = 64
VALIDATION_FRACTION = 0.1
_LONGEST_SEQUENCE = 4096


def load_text(path: Path, window: int, request: Request) -> Dataset:
    """Return the text in a file as sequences of characters.

    The first part of the text is for training and the last 10 %, or the share that was asked for, for validation. The
    vocabulary is that of the training part; characters that only the validation has are left out there, and a remark
    says how many. Each sample is a sequence of ``window`` characters, (N, T) numbers in the vocabulary, and its targets
    are the characters that follow each of them; every sequence goes on where the one before it ends.

    Parameters
    ----------
    path : Path
        A UTF-8 file, as it is or in the folder that ``WHENCE_DATA`` names, or in its folder ``text``.
    window : int
        Characters in a sequence, T.
    request : Request
        Holds the validation share.

    Raises
    ------
    DataError
        If the file cannot be read, or a part of it is shorter than one sequence.
    """
    path = find_text(path)
    text = read_text(path)
    share = VALIDATION_FRACTION if request.validation is None else request.validation
    end = len(text) - round(len(text) * share)
    vocabulary = Vocabulary.of(text[:end])
    train = sequences(text[:end], vocabulary, window, f"the training part of {path.name}")
    classes, preprocessing = tuple(vocabulary.characters), Preprocessing(text=vocabulary, window=window)
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


def sequences(text: str, vocabulary: Vocabulary, window: int, name: str) -> Samples:
    """Return a text as sequences one after the other; characters that do not fill the last one are left out.

    Parameters
    ----------
    text : str
        Characters of the vocabulary.
    vocabulary : Vocabulary
        Their numbers.
    window : int
        Characters in a sequence, T.
    name : str
        What to call the text in a message.

    Returns
    -------
    Samples
        Inputs and targets of shape (N, T), int64.

    Raises
    ------
    DataError
        If the text is not longer than one sequence.
    """
    count = (len(text) - 1) // window
    if count < 1:
        raise DataError(
            f"{name} has {counted(len(text), 'character')}, but a sequence of {window} and the "
            f"character after it take {window + 1}; give more text{', or a smaller window' if window > 1 else ''}"
        )
    numbers = vocabulary.encode(text[: count * window + 1])
    return Samples(numbers[:-1].reshape(count, window), numbers[1:].reshape(count, window))


def whole_text(text: str, vocabulary: Vocabulary, name: str) -> Samples:
    """Return a text as sequences that leave out as few characters as can be: none of a text up to 4,097 characters.

    Parameters
    ----------
    text, vocabulary, name
        As for `sequences`.

    Raises
    ------
    DataError
        If there are fewer than two characters.
    """
    told = max(1, len(text) - 1)
    lengths = [told] if told <= _LONGEST_SEQUENCE else range(WINDOW, 2 * WINDOW)
    return sequences(text, vocabulary, min(lengths, key=lambda length: told % length), name)


def read_text(path: Path) -> str:
    """Return the text in a UTF-8 file, every line of which ends in a line feed.

    Raises
    ------
    DataError
        If the file cannot be read or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; check the path") from error


def find_text(path: Path) -> Path:
    """Return where a text lies: at its path, or in the folder that ``WHENCE_DATA`` names.

    Raises
    ------
    DataError
        If it is nowhere.
    """
    shared = os.environ.get("WHENCE_DATA")
    folders = [Path(), *([Path(shared), Path(shared) / "text"] if shared else [])]
    for folder in folders:
        if (folder / path).exists():
            return folder / path
    raise DataError(f"there is no file {path}{', nor is it in WHENCE_DATA' if shared else ''}; check the path")
