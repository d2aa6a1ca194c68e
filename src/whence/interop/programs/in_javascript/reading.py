"""How a program in JavaScript reads samples: lines of numbers, the rows of a table, or a text."""

from __future__ import annotations

import json
import re

from whence.data.tables.columns import CategoryColumn, Column, DateColumn
from whence.data.tables.roles.dates import CYCLES
from whence.interop.programs.comments import lines_of
from whence.interop.programs.in_javascript import dates
from whence.interop.programs.in_javascript.dates import reading_of_dates
from whence.interop.programs.loops import indented
from whence.interop.programs.program import Program, TableRows
from whence.interop.programs.table_cells import category_codes, missing_code
from whence.nn.axes import ANY_LENGTH

FUNCTIONS = (
    *("read", "rowsOf", "encode", "number", "category", "required", "decimal", "eachOf", "isMissing", "missingTexts"),
    *("parsed", "characters", "JSON"),
    *dates.FUNCTIONS,
)
"""The names that the code defines or calls."""

_LINES = """// Return the samples in the lines of a text: numbers with commas or spaces between them.
export function read(text) {
    const lines = text.split("\\n").filter((line) => line.trim() !== "");
    return eachOf(lines, (line) => line.trim().split(/[\\s,]+/).map((cell) => decimal(cell)));
}
"""
_DECIMAL = """
// Return what is made of each row; an error tells which row it is.
function eachOf(rows, make) {
    return rows.map((row, i) => {
        try {
            return make(row);
        } catch (error) {
            throw new Error(`row ${i + 1}: ${error.message}`);
        }
    });
}

// Return the number in a cell, which is in decimal digits and finite.
function decimal(cell, of = "") {
    const value = /^[-+.0-9eE]+$/.test(cell) ? Number(cell) : NaN;
    if (!Number.isFinite(value)) throw new Error(`the cell ${cell}${of} is no number`);
    return value;
}"""
_TEXT = """// Return the {what} as the places of its characters among those of the network.
export function read(text) {{
    const places = [...text.replace(/^\\uFEFF/, "").replace(/\\r\\n?/g, "\\n")].map((character) => {{
        const place = characters.indexOf(character);
        if (place < 0) throw new Error(`the network does not know ${{JSON.stringify(character)}}`);
        return place;
    }});
    if (places.length === 0) throw new Error("there is no text");
{pieces}
}}

// The characters that the network knows.
const characters = [
{characters}
];"""
_PIECES = """    if (places.length % {length} !== 0) {{
        throw new Error(`the text has ${{places.length}} characters, which are no sequences of {length}`);
    }}
    const starts = Array.from({{ length: places.length / {length} }}, (_, i) => i * {length});
    return starts.map((start) => places.slice(start, start + {length}));"""
_ROWS = """// Return the samples in the rows of a table with a header.
export function read(text) {
    return rowsOf(text, encode);
}
"""
_WINDOWS = """// Return all windows of {window} consecutive rows of a table with a header{in_order}.
export function read(text) {{
    const rows = {rows};
    if (rows.length < {window}) {{
        throw new Error(`the table has ${{rows.length}} rows, fewer than a window of {window}`);
    }}
    return rows.slice({window} - 1).map((_, start) => rows.slice(start, start + {window}));
}}
"""
_IN_ORDER = """rowsOf(text, (row) => [{time}, encode(row)])
        .sort((one, other) => one[0] - other[0])
        .map(([, row]) => row)"""
_TABLE = """
// Return what is made of each row of a table with a header, an object with its cells.
function rowsOf(text, readRow) {{
    const [header = [], ...rows] = parsed(text);
    const missing = {columns}.filter((name) => !header.includes(name));
    if (missing.length > 0) throw new Error(`the table lacks the columns ${{missing.join(", ")}}`);
    if (rows.some((row) => row.length !== header.length)) {{
        throw new Error("a row has another number of cells than the header");
    }}
    return eachOf(rows, (row) => readRow(Object.fromEntries(header.map((name, i) => [name, row[i]]))));
}}

// Return the cells of all rows of a table, which may be in quotes.
function parsed(text) {{
    const rows = [[]];
    const cells = /(?:"((?:[^"]|"")*)"|([^",\\r\\n]*))(,|\\r?\\n|$)/g;
    for (const [, quoted, plain, end] of text.replace(/^\\uFEFF/, "").matchAll(cells)) {{
        if (quoted === undefined && plain.trim() === "" && end !== "," && rows.at(-1).length === 0) continue;
        rows.at(-1).push((quoted === undefined ? plain : quoted.replaceAll('""', '"')).trim());
        if (end !== ",") rows.push([]);
    }}
    return rows.filter((row) => row.length > 0);
}}

// Return the inputs of a row, an object with its cells.
export function encode(row) {{
    return [
{cells}
    ];
}}

const missingTexts = {missing};

function isMissing(cell, strays = []) {{
    return cell === undefined || missingTexts.includes(cell) || strays.includes(cell);
}}

function number(row, name, missing, strays) {{
    return isMissing(row[name], strays) ? required(name, missing) : decimal(row[name], ` of column ${{name}}`);
}}

// Return 1 for the category in the cell of a column and 0 for the others, of one that is not known 0 for all.
function category(row, name, codes, count, missing, strays) {{
    const cell = row[name];
    const known = () => codes.get(cell) ?? codes.get(cell.toLowerCase());
    const code = isMissing(cell, strays) ? required(name, missing) : known();
    return Array.from({{ length: count }}, (_, other) => Number(code === other));
}}

function required(name, missing) {{
    if (missing === null) throw new Error(`the cell of column ${{name}} has no value; fill it in`);
    return missing;
}}
"""


def reading(program: Program) -> str:
    """Return the functions that read samples from a text."""
    if program.table is not None:
        return _reading_of_table(program.table)
    if program.characters:
        length = program.shapes[program.input][1]
        whole = length == ANY_LENGTH
        return _TEXT.format(
            what="text" if whole else "sequences of a text",
            pieces="    return [places];" if whole else _PIECES.format(length=length),
            characters="\n".join(indented(f"{line}" for line in lines_of(map(json_text, program.characters)))),
        )
    return _LINES + _DECIMAL


def _reading_of_table(table: TableRows) -> str:
    read = _ROWS
    if table.window is not None:
        time = table.time
        read = _WINDOWS.format(
            window=table.window,
            rows="rowsOf(text, encode)" if time is None else _IN_ORDER.format(time=_day(time)),
            in_order="" if time is None else ", in the order of their dates",
        )
    cells = "\n".join(f"        {_encoded(column)}," for column in table.columns)
    rows = _TABLE.format(cells=cells, columns=json_text(table.names), missing=json_text(table.missing))
    return "\n".join([f"{read}{rows}", *reading_of_dates(table)]) + _DECIMAL


def _encoded(column: Column) -> str:
    """Return the code that encodes the cell of a column."""
    name = json_text(column.name)
    strays = f", {json_text(column.strays)}" if column.strays else ""
    indicator = f", Number(isMissing(row[{name}]{strays}))" if column.indicator else ""
    if isinstance(column, DateColumn):
        lengths = "".join(f", {CYCLES[cycle]!r}" for cycle in column.cycles)
        return f"...withCycles({_day(column)}{lengths}){indicator}"
    if not isinstance(column, CategoryColumn):
        return f"number(row, {name}, {json.dumps(column.fill)}{strays}){indicator}"
    codes = f"new Map({json_text([[text, code] for text, code in category_codes(column).items()])})"
    missing = json.dumps(missing_code(column))
    return f"...category(row, {name}, {codes}, {len(column.categories)}, {missing}{strays}){indicator}"


def _day(column: DateColumn) -> str:
    """Return the code that reads the date in the cell of a column."""
    strays = f", {json_text(column.strays)}" if column.strays else ""
    return f"day(row, {json_text(column.name)}, {json_text(column.format)}, {json.dumps(column.fill)}{strays})"


def json_text(value: object) -> str:
    """Return texts as JavaScript, which JSON is but for two signs."""
    return re.sub("[\u2028\u2029]", lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(value, ensure_ascii=False))
