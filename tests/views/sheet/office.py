"""Workbooks recomputed by LibreOffice, and cells of them changed beforehand."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

SOFFICE = shutil.which("soffice")
MISSING = "LibreOffice is not installed; on Debian: apt-get install libreoffice-calc-nogui"

_ALL_SHEETS_UNROUNDED = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>{mode}</value></prop></item>
</oor:items>
"""
_ALWAYS, _NEVER = 0, 1

Sheets = dict[str, list[list[str]]]


def computed(workbooks: Iterable[Path], folder: Path, *, recalculate: bool = True) -> dict[str, Sheets]:
    """Return the cells of workbooks as LibreOffice shows them, by the stem of the file and the name of the sheet."""
    assert SOFFICE is not None
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    mode = _ALWAYS if recalculate else _NEVER
    (profile / "user" / "registrymodifications.xcu").write_text(_RECALCULATE.format(mode=mode))
    files = list(workbooks)
    out = folder / "csv"
    how = [f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", _ALL_SHEETS_UNROUNDED]
    subprocess.run(
        [SOFFICE, *how, "--outdir", str(out), *map(str, files)],
        check=True,
        capture_output=True,
        timeout=240,
    )
    return {file.stem: {sheet: _read(path) for sheet, path in _exported(out, file.stem)} for file in files}


def changed(source: Path, target: Path, cells: Mapping[tuple[int, str], float]) -> None:
    """Copy a workbook with other numbers in cells, given by the number of their sheet and their name; nothing else."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            for (sheet, cell), value in cells.items():
                if name == f"xl/worksheets/sheet{sheet}.xml":
                    number = re.compile(rf'(<c r="{cell}"[^>]*><v>)[^<]*(</v>)'.encode())
                    text, found = number.subn(rb"\g<1>%r\g<2>" % value, text)
                    assert found == 1, f"{cell} of {name} is no cell with a number"
            new.writestr(name, text)


def spoilt(source: Path, target: Path, value: float) -> None:
    """Copy a workbook with a wrong number stored beside every formula."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"(</f><v>)[^<]*(</v>)", rb"\g<1>%r\g<2>" % value, old.read(name)))


def _exported(folder: Path, stem: str) -> list[tuple[str, Path]]:
    return [(path.stem.removeprefix(f"{stem}-"), path) for path in sorted(folder.glob(f"{stem}-*.csv"))]


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
