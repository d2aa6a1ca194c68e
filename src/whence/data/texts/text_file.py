"""Text files, and their division into sequences of characters."""

from __future__ import annotations

import os
from pathlib import Path

from whence.data.samples import Samples
from whence.data.texts.vocabulary import Vocabulary
from whence.errors import DataError
from whence.wording import counted

WINDOW = 64
_LONGEST_SEQUENCE = 4096


def sequences(text: str, vocabulary: Vocabulary, window: int, name: str) -> Samples:
    """Return a text as consecutive sequences; characters that do not fill the last one are left out.

    Parameters
    ----------
    text : str
        Characters of the vocabulary.
    vocabulary : Vocabulary
        Their indices.
    window : int
        Characters in a sequence, T.
    name : str
        The name of the text for messages.

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
            f"character after it need {window + 1}; give more text{', or a smaller window' if window > 1 else ''}"
        )
    numbers = vocabulary.encode(text[: count * window + 1])
    return Samples(numbers[:-1].reshape(count, window), numbers[1:].reshape(count, window))


def whole_text(text: str, vocabulary: Vocabulary, name: str) -> Samples:
    """Return a text as sequences of a length that leaves out the fewest characters, none of up to 4,097.

    Parameters
    ----------
    text, vocabulary, name
        As for `sequences`.

    Raises
    ------
    DataError
        If there are fewer than two characters.
    """
    count = max(1, len(text) - 1)
    lengths = [count] if count <= _LONGEST_SEQUENCE else range(WINDOW, 2 * WINDOW)
    return sequences(text, vocabulary, min(lengths, key=lambda length: count % length), name)


def read_text(path: Path) -> str:
    """Return the text in a UTF-8 file, with line feeds at the ends of lines.

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
    """Return the path of a text, as given or in the folder ``WHENCE_DATA``.

    Raises
    ------
    DataError
        If it does not exist.
    """
    shared = os.environ.get("WHENCE_DATA")
    folders = [Path(), *([Path(shared), Path(shared) / "text"] if shared else [])]
    for folder in folders:
        if (folder / path).exists():
            return folder / path
    raise DataError(f"there is no file {path}{', nor is it in WHENCE_DATA' if shared else ''}; check the path")
