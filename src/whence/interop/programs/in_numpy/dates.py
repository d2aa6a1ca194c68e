"""How a program in Python reads dates."""

from __future__ import annotations

from whence.data.tables.columns import DateColumn
from whence.interop.programs.dates import MONTHS, forms_of, letters_of, pattern_of
from whence.interop.programs.program import TableRows

FUNCTIONS = ("day", "days_of", "with_cycles", "FORMS", "MONTHS")
"""The names that the code defines."""

_DAY = '''def day(row, name, form, missing, strays=()):
    """Return the days since 1970 began of the date in the cell of a column, or what stands for a missing one."""
    cell = row[name].strip()
    if is_missing(cell, strays):
        return required(name, missing)
    for pattern, letters in FORMS[form]:
        days = days_of(cell, pattern, letters)
        if days is not None:
            return days
    raise ValueError(f"the cell {cell} of column {name} is no date in the format {form}")


def days_of(cell, pattern, letters):
    """Return the days since 1970 began of a date; the groups of its pattern have the letters of strftime."""
    found = re.fullmatch(pattern, cell, re.ASCII)
    if found is None:
        return None
    part = {letter: text for letter, text in zip(letters, found.groups()) if text}
'''
_CYCLES = '''def with_cycles(days, *lengths):
    """Return days, and the sine and the cosine of the place in cycles of so many days."""
    turns = [2 * np.pi * days / length for length in lengths]
    return [days, *(part(turn) for turn in turns for part in (np.sin, np.cos))]'''
_PARTS = {  # by the letters of which one has to be there
    "x": 'if "x" in part:\n    return float(part["x"]) - 25569',
    "s": 'if "s" in part:\n    return float(part["s"]) / 86400',
    "Q": 'if "Q" in part:\n    return float(part["Q"]) / 86400000',
    "y": 'if "y" in part:\n    part["Y"] = int(part["y"]) + (2000 if int(part["y"]) < 69 else 1900)',
    "q": 'if "q" in part:\n    part["m"] = 3 * int(part["q"]) - 2',
    "bB": 'if "b" in part:\n    part["m"] = MONTHS.index(part["b"][:3].lower()) + 1',
    "p": 'if "p" in part:\n    part["H"] = int(part["I"]) % 12 + (12 if part["p"].lower() == "pm" else 0)',
}
_DATE = "date = datetime.date(int(part['Y']), int(part.get('m', 1)), int(part.get('d', 1)))".replace("'", '"')
_WEEK = """if "V" in part:
    date = datetime.date.fromisocalendar(int(part["Y"]), int(part["V"]), int(part.get("u", 1)))
else:
    """
_TIME = """seconds = 3600 * int(part.get("H", 0)) + 60 * int(part.get("M", 0)) + float(part.get("S", 0))
"""
_ZONE = """if "z" in part:
    seconds -= 3600 * int(part["z"]) + 60 * int(part["z"][0] + part.get("o", "0"))
"""


def reading_of_dates(table: TableRows) -> list[str]:
    """Return the functions that read the dates of a table, if it has any."""
    if not table.dated:
        return []
    letters = letters_of(table.dated)
    code = [lines for those, lines in _PARTS.items() if letters & {*those}]
    if letters & {"Y", "y"}:
        date = _WEEK + _DATE if "V" in letters else _DATE
        tried = "\n".join(f"    {line}" for line in date.splitlines())
        code.append(f"try:\n{tried}\nexcept ValueError:\n    return None")
        code += [_TIME.rstrip()] if letters & {*"HI"} else []
        code += [_ZONE.rstrip()] if "z" in letters else []
        code.append(f"return date.toordinal() - 719163{' + seconds / 86400' if letters & {*'HI'} else ''}")
    body = "\n".join(f"    {line}" for part in code for line in part.splitlines())
    forms = {column.format: map(pattern_of, forms_of(column)) for column in table.dated}
    lines = ["# The patterns of dates, and the letters of their groups.", "FORMS = {"]
    for name, patterns in forms.items():
        lines += [f"    {name!r}: [", *(f'        (r"{code}", {own!r}),' for code, own in patterns), "    ],"]
    lines.append("}")
    lines += [f"MONTHS = {[month[:3] for month in MONTHS]!r}"] if letters & {*"bB"} else []
    cycles = [_CYCLES] if any(isinstance(column, DateColumn) for column in table.columns) else []
    return [f"{_DAY}{body}", *cycles, "\n".join(lines)]
