"""Records in files: JSON or TOML that is decoded as its declared schema says, or refused in one sentence.

A record is a `msgspec.Struct` or a dataclass, declared beside the code that writes it. Keys that it does not declare
are ignored, for files of other versions may have them, and keys that earlier versions did not write have defaults.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec

from whence.errors import ModelFileError

T = TypeVar("T")

Scale = Annotated[float, msgspec.Meta(gt=0)]
"""A factor of standardised numbers."""


def decoded(text: str | bytes, record: type[T], name: str, *, advice: str) -> T:
    """Return JSON as a record.

    Parameters
    ----------
    text : str or bytes
        The JSON.
    record : type
        The declared type.
    name : str
        What holds it, for messages: the path of a file.
    advice : str
        What to do if it is none, for messages.

    Raises
    ------
    ModelFileError
        If it is no JSON, or not of that type; the message names the key.
    """
    try:
        return msgspec.json.decode(text, type=record)
    except INVALID as error:
        raise ModelFileError(f"{name} is damaged: {explained(error)}; {advice}") from error


def converted(data: Any, record: type[T], name: str, *, advice: str) -> T:
    """Return texts, numbers, lists and dicts, such as TOML's, as a record; otherwise as `decoded`."""
    try:
        return msgspec.convert(data, record)
    except INVALID as error:
        raise ModelFileError(f"{name} is damaged: {explained(error)}; {advice}") from error


INVALID = (msgspec.MsgspecError, ValueError, RecursionError)
"""What decoding raises."""


def explained(error: Exception) -> str:
    """Return why a record cannot be decoded, with the key: ``training.epoch: expected `int`, got `str```."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    said, _, key = str(error).partition(" - at `$")
    key = key.rstrip("`").removeprefix(".")
    said = said[:1].lower() + said[1:] if said.startswith(("Expected", "Object", "Invalid", "Number")) else said
    return f"{key}: {said}" if key else said
