"""What was timed as a table for people, as JSON, and in the documentation."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.speed.machine import described
from benchmarks.speed.rows import ROWS
from benchmarks.speed.turns import Timed, ratios

TITLES = {
    "torch": "PyTorch",
    "torch-channels-last": "channels last, fused",
    "torch-compiled": "compiled, fused",
    "sklearn": "scikit-learn",
    "jax": "JAX",
    "products": "bare products",
}


def record(row: str, threads: int, found: dict[str, Timed]) -> dict[str, Any]:
    """Return one row of the table: milliseconds of whence, and the quartiles of every other side's ratio to it."""
    ours = found["whence"]
    return {
        "row": row,
        "threads": threads,
        "milliseconds": round(1000 * statistics.median(ours.seconds), 4),
        "ratios": {
            side: [round(ratio, 3) for ratio in ratios(ours, one)] for side, one in found.items() if side != "whence"
        },
    }


def line(one: dict[str, Any]) -> str:
    """Return a record in a line."""
    times = ", ".join(
        f"{TITLES[side]} {middle:.2f} × ({low:.2f} to {high:.2f})"
        for side, (low, middle, high) in one["ratios"].items()
    )
    threads = f"{one['threads']} thread{'s' if one['threads'] > 1 else ''}"
    return f"{one['row']}, {threads}: {one['milliseconds']:.3f} ms; {times}"


def markdown(records: Sequence[dict[str, Any]]) -> str:
    """Return the records as a table in Markdown, with a line for each row and number of threads."""
    sides = [side for side in TITLES if any(side in one["ratios"] for one in records)]
    lines = [
        "| row | threads | whence, ms | " + " | ".join(TITLES[side] for side in sides) + " |",
        "| --- | --- | --- |" + " --- |" * len(sides),
    ]
    for one in records:
        cells = [f"{one['ratios'][side][1]:.2f}" if side in one["ratios"] else "" for side in sides]
        lines.append(f"| {one['row']} | {one['threads']} | {one['milliseconds']:.3g} | {' | '.join(cells)} |")
    named = [f"- **{name}**: {row.described()}" for name, row in ROWS.items() if any(o["row"] == name for o in records)]
    return "\n".join([*lines, "", *named])


def write_into(page: Path, name: str, text: str) -> None:
    """Replace what stands between the marks ``<!-- name -->`` and ``<!-- end of name -->`` of a page.

    Raises
    ------
    SystemExit
        If the page lacks the marks.
    """
    before, after = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    page_text = page.read_text(encoding="utf-8")
    if before not in page_text or after not in page_text:
        raise SystemExit(f"{page} has no place between {before.strip()} and {after}; add both lines where it belongs")
    head, rest = page_text.split(before, 1)
    page.write_text(f"{head}{before}{text}\n{after}{rest.split(after, 1)[1]}", encoding="utf-8")


def kept(path: Path, machine: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the records that a file has from runs before, none if there is no such file.

    Raises
    ------
    SystemExit
        If they are of another machine or of other versions, whose figures belong into no common table.
    """
    if not path.exists():
        return []
    written = json.loads(path.read_text(encoding="utf-8"))
    if written["machine"] != machine:
        raise SystemExit(f"{path} is of {described(written['machine'])}; give another file for this machine")
    records: list[dict[str, Any]] = written["records"]
    return records


def with_record(records: Sequence[dict[str, Any]], new: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the records in the order of the rows, with a new one in place of that of the same row and threads."""
    by_place = {(list(ROWS).index(one["row"]), one["threads"]): one for one in [*records, new]}
    return [by_place[place] for place in sorted(by_place)]


def write_json(path: Path, machine: dict[str, Any], records: Sequence[dict[str, Any]]) -> None:
    """Write the records with what is known of the machine."""
    path.write_text(json.dumps({"machine": machine, "records": list(records)}, indent=1) + "\n", encoding="utf-8")
