"""How a program in JavaScript reads dates."""

from __future__ import annotations

import json

from whence.data.tables.columns import DateColumn
from whence.interop.programs.dates import ANY_CASE, MONTHS, forms_of, letters_of, pattern_of
from whence.interop.programs.loops import indented
from whence.interop.programs.program import TableRows

FUNCTIONS = ("day", "daysOf", "dayOf", "withCycles", "forms", "months", "Date", "RegExp")
"""The names that the code defines or calls."""

_DAY = """// Return the days since 1970 began of the date in the cell of a column, or what stands for a missing one.
function day(row, name, form, missing, strays) {
    const cell = row[name];
    if (isMissing(cell, strays)) return required(name, missing);
    for (const [pattern, letters] of forms[form]) {
        const days = daysOf(cell, pattern, letters);
        if (days !== null) return days;
    }
    throw new Error(`the cell ${cell} of column ${name} is no date in the format ${form}`);
}
"""
_CYCLES = """// Return days, and the sine and the cosine of the place in cycles of so many days.
function withCycles(days, ...lengths) {
    const turns = lengths.map((length) => (2 * Math.PI * days) / length);
    return [days, ...turns.flatMap((turn) => [Math.sin(turn), Math.cos(turn)])];
}
"""
_DAY_OF = """// Return the days from 1970 to a day of a month, null if there is no such day.
function dayOf(year, month, day) {
    const pad = (number, size) => String(Number(number)).padStart(size, "0");
    const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
    const date = new Date(`${text}T00:00:00Z`);
    return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? date.getTime() / 86400000 : null;
}
"""
_DAYS_OF = """// Return the days since 1970 began of a date, null if it is none.
// The groups of its pattern are parts of the date, with the letters of strftime.
function daysOf(cell, pattern, letters) {
    const found = cell.match(pattern);
    if (found === null) return null;
    const part = Object.fromEntries([...letters].map((letter, i) => [letter, found[i + 1]]));
"""
_PARTS = {  # by the letters of which one has to be there
    "x": "if (part.x) return Number(part.x) - 25569;",
    "s": "if (part.s) return Number(part.s) / 86400;",
    "Q": "if (part.Q) return Number(part.Q) / 86400000;",
    "y": "if (part.y) part.Y = Number(part.y) + (Number(part.y) < 69 ? 2000 : 1900);",
    "q": "if (part.q) part.m = 3 * Number(part.q) - 2;",
    "bB": "if (part.b) part.m = months.indexOf(part.b.slice(0, 3).toLowerCase()) + 1;",
    "p": 'if (part.p) part.H = (Number(part.I) % 12) + (part.p.toLowerCase() === "pm" ? 12 : 0);',
}
_DATE = """let days = dayOf(part.Y, part.m ?? 1, part.d ?? 1);
if (days === null) return null;"""
_WEEK = """if (part.V) { // weeks begin on Mondays, the first with the fourth of January
    const monday = (day) => day - ((((day + 3) % 7) + 7) % 7);
    days = monday(dayOf(part.Y, 1, 4)) + 7 * (part.V - 1) + Number(part.u ?? 1) - 1;
    if (part.V === "53" && monday(days) + 3 >= dayOf(Number(part.Y) + 1, 1, 1)) return null;
}"""
_TIME = "let seconds = 3600 * (part.H ?? 0) + 60 * (part.M ?? 0) + Number(part.S ?? 0);"
_ZONE = """if (part.z) seconds -= 3600 * part.z + 60 * (part.z[0] + (part.o ?? 0));"""


def reading_of_dates(table: TableRows) -> list[str]:
    """Return the functions that read the dates of a table, if it has any."""
    if not table.dated:
        return []
    letters = letters_of(table.dated)
    code = [lines for those, lines in _PARTS.items() if letters & {*those}]
    dates = letters & {"Y", "y"}
    if dates:
        code.append(_DATE if "V" in letters else _DATE.replace("let", "const"))
        code += [_WEEK] if "V" in letters else []
        code += [_TIME if "z" in letters else _TIME.replace("let", "const")] if letters & {*"HI"} else []
        code += [_ZONE] if "z" in letters else []
        code.append("return days + seconds / 86400;" if letters & {*"HI"} else "return days;")
    body = "\n".join(indented(line for part in code for line in part.splitlines()))
    lines = ["// The patterns of dates, and the letters of their groups.", "const forms = {"]
    for name, patterns in {column.format: map(pattern_of, forms_of(column)) for column in table.dated}.items():
        each = [f'        [{_expression(pattern)}, "{own}"],' for pattern, own in patterns]
        lines += [f"    {json.dumps(name)}: [", *each, "    ],"]
    lines.append("};\n")
    months = [f"const months = {json.dumps([month[:3] for month in MONTHS])};\n"] if letters & {*"bB"} else []
    cycles = [_CYCLES] if any(isinstance(column, DateColumn) for column in table.columns) else []
    return [_DAY, *cycles, f"{_DAYS_OF}{body}\n}}\n", *([_DAY_OF] if dates else []), "\n".join(lines), *months]


def _expression(pattern: str) -> str:
    """Return a pattern as a regular expression of JavaScript."""
    code = pattern.removeprefix(ANY_CASE).replace("/", "\\/")
    return f"/^{code}$/{'i' if pattern.startswith(ANY_CASE) else ''}"
