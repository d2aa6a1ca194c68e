"""What a file holds, told by its first bytes rather than by its name; unpacked, and if it is a text, as UTF-8."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from whence.data.damage import damage_told
from whence.data.unpacking import read_unpacked, require_honest_members
from whence.errors import DataError
from whence.wording import listed

STANDARD_INPUT = Path("-")

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_BINARY = {"xlsx": (b"PK\x03\x04", "an Excel workbook"), "parquet": (b"PAR1", "a Parquet file")}
_NO_TABLES = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (xls), which whence does not read; save it as xlsx or csv",
    b"%PDF": "a PDF document; export the table in it as csv",
    b"\x89PNG": "a picture (png); give a table, or a folder with pictures",
    b"\xff\xd8\xff": "a picture (jpg); give a table, or a folder with pictures",
    b"SQLite format 3": "an SQLite database; export the table in it as csv",
    b"\x89HDF": "an HDF5 file; save the table in it as csv or parquet",
    b"\x93NUMPY": "a NumPy array; rename it so that it ends in .npy",
    b"BZh": "packed by bzip2; unpack it, or pack it as gz or zip",
    b"\xfd7zXZ": "packed by xz; unpack it, or pack it as gz or zip",
    b"7z\xbc\xaf": "a 7z archive; unpack it, or pack it as gz or zip",
    b"Rar!": "a RAR archive; unpack it, or pack it as gz or zip",
    b"(\xb5/\xfd": "packed by zstd; unpack it, or pack it as gz or zip",
}
_NO_TABLE_TEXTS = {
    "<!doctype html": "a web page, not a table; download the file itself",
    "<html": "a web page, not a table; download the file itself",
    "<?xml": "an XML document, not a table; save it as csv",
    "version https://git-lfs": "a pointer to a file kept by Git LFS; fetch the file itself with git lfs pull",
    "@relation": "an ARFF file, which whence does not read; save it as csv",
}

_LIST_OF_OBJECTS = re.compile(r"\[\s*\{")


@dataclass(frozen=True)
class FileContent:
    """What a file holds.

    Parameters
    ----------
    kind : str
        ``"text"``, ``"json"``, ``"xlsx"`` or ``"parquet"``.
    content : bytes
        The unpacked bytes; those of a text in UTF-8.
    name : str
        The name of the file, or of the one in an archive.
    remarks : tuple of str
        What was surprising about it.
    """

    kind: str
    content: bytes
    name: str
    remarks: tuple[str, ...] = ()


def file_content(path: Path) -> FileContent:
    """Return what a file holds, or standard input for ``-``.

    Raises
    ------
    DataError
        If the file cannot be read, is empty, holds no table, or is an archive of several files.
    """
    try:
        content = sys.stdin.buffer.read() if path == STANDARD_INPUT else path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}; check the path") from error
    name = "standard input" if path == STANDARD_INPUT else path.name
    return _known(_unpacked(content, path), name)


def _unpacked(content: bytes, path: Path) -> bytes:
    with damage_told(path, "check the file, or unpack it"):
        if content.startswith(b"\x1f\x8b"):
            return read_unpacked(gzip.GzipFile(fileobj=io.BytesIO(content)), len(content), path)
        if content.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                require_honest_members(archive, len(content), path)
                member = _only_member(archive, path)
                return content if member is None else archive.read(member)
    return content


def _only_member(archive: zipfile.ZipFile, path: Path) -> str | None:
    """Return the name of the only file in a zip archive, or None for a workbook."""
    names = [one.filename for one in archive.infolist() if not one.is_dir() and "__MACOSX" not in one.filename]
    if "xl/workbook.xml" in names:
        return None
    if "[Content_Types].xml" in names or "mimetype" in names:
        raise DataError(f"{path} is a document, not an Excel workbook (xlsx); save the table in it as csv")
    if len(names) != 1:
        found = f"{len(names)} files ({listed(names[:8])}{' …' if len(names) > 8 else ''})" if names else "no file"
        raise DataError(f"{path} is an archive of {found}; unpack it and give one of them")
    return names[0]


def _known(content: bytes, name: str) -> FileContent:
    for mark, kind in _NO_TABLES.items():
        if content.startswith(mark):
            raise DataError(f"{name} is {kind}")
    suffix = Path(name.lower().removesuffix(".gz").removesuffix(".zip")).suffix
    for kind, (mark, what) in _BINARY.items():
        if content.startswith(mark):
            misnamed = suffix not in ("", f".{kind}")
            return FileContent(kind, content, name, (f"{name} is {what} in spite of its name",) if misnamed else ())
    if suffix[1:] in _BINARY:
        what = _BINARY[suffix[1:]][1]
        raise DataError(f"{name} is not {what}, or it is damaged; if it is a text, rename it so that it ends in .csv")
    return _text(content, name, suffix)


def _text(content: bytes, name: str, suffix: str) -> FileContent:
    if not content or content.isspace():
        raise DataError(f"{name} is empty; expected a table with a row per sample")
    remarks: tuple[str, ...] = ()
    encoding = next((kind for mark, kind in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)
    if encoding is None and 2 * content[1:200:2].count(0) > len(content[1:200:2]):
        encoding = "utf-16-le"
    elif encoding is None and 2 * content[:200:2].count(0) > len(content[:200:2]):
        encoding = "utf-16-be"
    try:
        if encoding is None or encoding == "utf-8-sig":
            content = content.removeprefix(codecs.BOM_UTF8)
            if not content.isascii():
                content.decode("utf-8")
        else:
            content = content.decode(encoding).encode()
            remarks += (f"{name} is encoded as {encoding.upper()}",)
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise DataError(f"{name} is neither a table nor a text (byte {error.start}); check the file") from error
        content = content.decode("cp1252", errors="replace").encode()
        remarks += (
            f"{name} is not UTF-8 (byte {error.start}), so it is read in the Windows encoding cp1252; "
            "if letters look wrong, save it as UTF-8",
        )
    if 0 in content:
        line = content[: content.index(0)].count(b"\n") + 1
        raise DataError(f"{name} holds a NUL character (line {line}), so it is not a text with a table; check the file")
    if b"\r" in content and b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    start = content[:300].decode(errors="ignore").lstrip().lower()
    for mark, kind in _NO_TABLE_TEXTS.items():
        if start.startswith(mark):
            raise DataError(f"{name} is {kind}")
    if not start:
        raise DataError(f"{name} is empty; expected a table with a row per sample")
    if not start.startswith("{") and not _LIST_OF_OBJECTS.match(start):
        return FileContent("json" if suffix == ".json" else "text", content, name, remarks)
    if suffix not in ("", ".json", ".jsonl", ".ndjson"):
        remarks += (f"{name} is JSON in spite of its name",)
    return FileContent("json", content, name, remarks)
