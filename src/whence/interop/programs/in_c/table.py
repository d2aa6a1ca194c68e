"""How a program in C reads the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whence.data.tables.columns import CategoryColumn, Column, DateColumn, NumberColumn
from whence.data.tables.roles.dates import CYCLES
from whence.interop.programs.comments import harmless
from whence.interop.programs.dates import forms_of
from whence.interop.programs.in_c.dates import reading_of_dates
from whence.interop.programs.program import TableRows
from whence.interop.programs.table_cells import category_codes, missing_code

STOP = """static long row_number; // 0 before the first
static const char *column_name; // NULL if it is not about a column

static void stop(const char *message)
{
    if (row_number > 0) fprintf(stderr, "row %ld", row_number);
    if (row_number > 0 && column_name) fprintf(stderr, ", column %s", column_name);
    fprintf(stderr, "%s%s\\n", row_number > 0 ? ": " : "", message);
    exit(1);
}"""
_CELLS = """static const char *const missing_texts[] = {{{missing}}};

// Read the next cell of a table, and return what ends it: a comma, the end of the line, or of the file.
static int read_cell(char *cell, size_t size)
{{
    size_t length = 0;
    int quoted = 0, sign;
    while ((sign = getchar()) != EOF) {{
        if (sign == '"') {{
            int next = quoted ? getchar() : 0;
            if (quoted && next == '"') {{
                if (length < size - 1) cell[length++] = '"';
                continue;
            }}
            if (quoted) ungetc(next, stdin);
            quoted = !quoted;
            continue;
        }}
        if (!quoted && (sign == ',' || sign == '\\n')) break;
        if (!quoted && sign == '\\r') continue;
        if (length >= size - 1) stop("a cell is too long");
        if (length > 0 || sign != ' ') cell[length++] = (char)sign;
    }}
    while (length > 0 && cell[length - 1] == ' ') length--;
    cell[length] = '\\0';
    return sign;
}}

static int is_one_of(const char *cell, const char *const *texts, size_t count)
{{
    for (size_t i = 0; i < count; i++)
        if (strcmp(cell, texts[i]) == 0) return 1;
    return 0;
}}

static int is_missing(const char *cell)
{{
    return is_one_of(cell, missing_texts, sizeof missing_texts / sizeof *missing_texts);
}}"""
NUMBER = """// Return the number in a cell, which is in decimal digits and finite.
static double number(const char *cell)
{
    char *end;
    double value = strtod(cell, &end);
    if (end == cell || *end || cell[strspn(cell, "+-.0123456789eE")] || !isfinite(value)) {
        char message[300];
        snprintf(message, sizeof message, "the cell %s is no number", cell);
        stop(message);
    }
    return value;
}"""
_CATEGORY = """// Return the number of the category that a cell names, also in capital letters; -1 for none.
static int category(const char *cell, const char *const *texts, const int *codes, size_t count)
{
    char lower[256];
    size_t length = 0;
    for (; cell[length]; length++)
        lower[length] = (char)(cell[length] >= 'A' && cell[length] <= 'Z' ? cell[length] + 32 : cell[length]);
    lower[length] = '\\0';
    for (size_t i = 0; i < count; i++)
        if (strcmp(cell, texts[i]) == 0) return codes[i];
    for (size_t i = 0; i < count; i++)
        if (strcmp(lower, texts[i]) == 0) return codes[i];
    return -1;
}"""
_FINISHED = """// End the program, once it has read so many rows.
static int finished(long rows)
{{
    row_number = 0;
    if (rows < {window}) stop("the table has fewer rows than a window of {window}");
    return 0;
}}"""
_SHIFT = "        memmove(model_input, model_input + 1, sizeof model_input - sizeof *model_input);\n"
_IN_ORDER = """static double before = -INFINITY;
double days = {day};
if (days < before) stop("the rows are not in the order of their dates; sort them");
before = days;"""
_TABLE = """int main(void)
{{
    char cell[256];
    int place_of[1024], count = 0, end, seen = 0;
    do {{
        end = read_cell(cell, sizeof cell);
        if (count == 1024) stop("the table has more than 1024 columns");
        place_of[count] = -1;
        const char *name = strncmp(cell, "\\357\\273\\277", 3) == 0 ? cell + 3 : cell; // after a byte order mark
        for (int i = 0; i < {columns}; i++)
            if (strcmp(name, columns[i]) == 0) {{
                place_of[count] = i;
                seen++;
            }}
        count++;
    }} while (end == ',');
    if (seen != {columns}) stop("the header must name every column once");
{header}    while (end != EOF) {{
        int column = 0;
        row_number++;
{shift}        do {{
            column_name = NULL;
            end = read_cell(cell, sizeof cell);
            if (end == EOF && column == 0 && cell[0] == '\\0') return {finished_before};
            if (column == count) stop("it has more cells than the header");
            if (place_of[column] >= 0) {{
                column_name = columns[place_of[column]];
                encode(place_of[column], cell);
            }}
            column++;
        }} while (end == ',');
        column_name = NULL;
        if (column != count) stop("it has fewer cells than the header");
{wait}        model_predict();
        print_answer();
    }}
    return {finished};
}}"""


def reading_of_table(table: TableRows, header: str) -> Iterator[str]:
    """Yield the functions that read a table, ``main`` last; ``header`` is the code that prints that of the answers."""
    kinds = [type(column) for column in table.columns]
    yield STOP
    yield _CELLS.format(missing=_list(table.missing))
    if NumberColumn in kinds:
        yield NUMBER
    if CategoryColumn in kinds:
        yield _CATEGORY
    yield from reading_of_dates(table)
    yield _encode(table)
    yield f"static const char *const columns[] = {texts_in_c(table.names)};"
    window = table.window
    if window is not None:
        yield _FINISHED.format(window=window)
    yield _TABLE.format(
        columns=len(table.names),
        header=header,
        shift="" if window is None else _SHIFT,
        wait="" if window is None else f"        if (row_number < {window}) continue;\n",
        finished_before="0" if window is None else "finished(row_number - 1)",
        finished="0" if window is None else "finished(row_number)",
    )


def _encode(table: TableRows) -> str:
    """Return the function that writes the inputs of a cell."""
    lines, start = [], 0
    for place, column in enumerate(table.columns):
        lines += _case(place, column.name, _encoded(column, start))
        start += len(column.inputs)
    if table.time is not None:
        lines += _case(len(table.columns), table.time.name, _in_order(table.time))
    row = "model_input" if table.window is None else f"model_input[{table.window - 1}]"
    body = "\n".join([f"    double *row = {row};", "    switch (column) {", *lines, "    }"])
    said = "// Write the inputs that the cell of a column is encoded by."
    return f"{said}\nstatic void encode(int column, const char *cell)\n{{\n{body}\n}}"


def _case(place: int, name: str, lines: Iterable[str]) -> list[str]:
    inside = (f"        {line}" for line in (*lines, "break;"))
    return [f"    case {place}: {{ // {harmless(name)}", *inside, "    }"]


def _encoded(column: Column, start: int) -> list[str]:
    """Return the statements that write the inputs of a column, of which the first is at ``start``."""
    if isinstance(column, CategoryColumn):
        filled, lines = missing_code(column) is not None, _of_category(column, start)
    else:
        filled, lines = column.fill is not None, _of_number(column, start)
    refused = [] if filled else ['if (missing) stop("the cell has no value; fill it in");']
    end = start + len(column.inputs) - 1
    indicator = [f"row[{end}] = (double)missing;"] if column.indicator else []
    return [*_missing(column), *refused, *lines, *indicator]


def _missing(column: Column) -> list[str]:
    """Return the statements that tell whether a cell counts as missing."""
    if not column.strays:
        return ["int missing = is_missing(cell);"]
    strays = f"static const char *const strays[] = {texts_in_c(column.strays)};"
    return [strays, f"int missing = is_missing(cell) || is_one_of(cell, strays, {len(column.strays)});"]


def _of_category(column: CategoryColumn, start: int) -> list[str]:
    codes, fill = category_codes(column), missing_code(column)
    return [
        f"static const char *const texts[] = {texts_in_c(codes)};",
        f"static const int codes[] = {{{', '.join(map(str, codes.values()))}}};",
        f"int code = missing ? {-1 if fill is None else fill} : category(cell, texts, codes, {len(codes)});",
        f"for (int j = 0; j < {len(column.categories)}; j++) row[{start} + j] = (double)(code == j);",
    ]


def _of_number(column: Column, start: int) -> list[str]:
    """Return the statements for a number, or for a date with its cycles."""
    forms, read = _forms(column) if isinstance(column, DateColumn) else ([], "number(cell)")
    value = read if column.fill is None else f"missing ? {float(column.fill)!r} : {read}"
    lines = [*forms, f"row[{start}] = {value};"]
    for i, cycle in enumerate(column.cycles if isinstance(column, DateColumn) else ()):
        turn = f"6.283185307179586 * row[{start}] / {CYCLES[cycle]!r}"
        lines += [f"row[{start + 1 + 2 * i + k}] = {part}({turn});" for k, part in enumerate(("sin", "cos"))]
    return lines


def _in_order(time: DateColumn) -> list[str]:
    """Return the statements for the column of dates in whose order the rows have to be."""
    forms, read = _forms(time)
    refused = 'if (missing) stop("the cell has no value; fill it in");'
    return [*_missing(time), refused, *forms, *_IN_ORDER.format(day=read).splitlines()]


def _forms(column: DateColumn) -> tuple[list[str], str]:
    """Return the declaration of the forms of dates, and the code that reads one."""
    forms = forms_of(column)
    return [f"static const char *const forms[] = {texts_in_c(forms)};"], f"day(cell, forms, {len(forms)})"


def texts_in_c(texts: Iterable[str]) -> str:
    """Return texts as an array of C."""
    return f"{{{_list(texts)}}}"


def _list(texts: Iterable[str]) -> str:
    return ", ".join(map(_literal, texts))


def _literal(text: str) -> str:
    """Return a text as a string of C; of what is not ASCII, the bytes in UTF-8."""
    shown = (chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}" for byte in text.encode())
    return '"' + "".join(shown) + '"'
