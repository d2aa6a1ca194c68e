"""The function ``main`` of a program in C, which reads samples from standard input and prints the answers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from whence.data.tables.columns import CategoryColumn, Column
from whence.interop.programs.comments import harmless
from whence.interop.programs.in_c.dialect import CDialect
from whence.interop.programs.program import Program
from whence.interop.programs.sizes import Length
from whence.interop.programs.table_cells import category_codes, missing_code

_PRINT = """static void print_answer(void)
{{
    const {real} *answer = (const {real} *)model_output;
    for (int row = 0; row < {rows}; row++, answer += {columns}) {{{best}
        for (int j = 0; j < {columns}; j++) printf("{form}", {comma}(double)answer[j]);
        putchar('\\n');
    }}
}}"""
_BEST = """
        int best = 0;
        for (int j = 1; j < {columns}; j++)
            if (answer[j] > answer[best]) best = j;
        fputs(names[best], stdout);"""
_NUMBERS = """int main(void)
{{
    char cell[256];
    int count = 0, found;
    row_number = 1;
{header}    while ((found = scanf(" %255[^, \\t\\r\\n]%*[, \\t\\r]", cell)) == 1) {{
        double value = number(cell);
{check}        (({kind} *)model_input)[count++] = ({kind})value;
        int next = ungetc(getchar(), stdin), ended = next == '\\n' || next == EOF;
        if (ended != (count == {size})) stop("a line has another number of cells than a sample");
        if (ended) {{
            model_predict();
            print_answer();
            count = 0;
            row_number++;
        }}
    }}
    if (found == 0) stop("a cell is no number");
    return 0;
}}"""
_CHECK = """        if (!(value >= 0 && value <= {last} && floor(value) >= value)) {{
            stop("inputs must be whole numbers from 0 to {last}");
        }}
"""
_STOP = """static long row_number; // 0 before the first
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
_NUMBER = """// Return the number in a cell, which is in decimal digits and finite.
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
        do {{
            column_name = NULL;
            end = read_cell(cell, sizeof cell);
            if (end == EOF && column == 0 && cell[0] == '\\0') return 0;
            if (column == count) stop("it has more cells than the header");
            if (place_of[column] >= 0) {{
                column_name = columns[place_of[column]];
                encode(place_of[column], cell);
            }}
            column++;
        }} while (end == ',');
        column_name = NULL;
        if (column != count) stop("it has fewer cells than the header");
        model_predict();
        print_answer();
    }}
    return 0;
}}"""


def main_function(program: Program, dialect: CDialect, sizes: Sequence[Length]) -> str:
    """Return ``main`` with the functions that it calls, which another program may leave out.

    Parameters
    ----------
    program : Program
        The program.
    dialect : CDialect
        The type of its numbers.
    sizes : sequence of int
        The lengths of the axes of an answer.
    """
    *before, columns = (int(size) for size in sizes or (1,))
    rows = math.prod(before)
    names = f"static const char *const names[] = {_texts(map(_csv, program.names))};\n\n" if program.names else ""
    answer = _PRINT.format(
        real=dialect.real,
        rows=rows,
        columns=columns,
        best=_BEST.format(columns=columns) if program.classes else "",
        form=f"{',' if program.classes else '%s'}%.{17 if dialect.real == 'double' else 9}g",
        comma="" if program.classes else 'j ? "," : "", ',
    )
    header = ""
    if program.names:
        first = 'fputs("class", stdout);' if program.classes else "fputs(names[0], stdout);"
        start = 0 if program.classes else 1
        rest = f'for (int j = {start}; j < {columns}; j++) printf(",%s", names[j]);'
        header = "".join(f"    {line}\n" for line in (first, rest, "putchar('\\n');"))
    if program.columns is None:
        last = None if program.symbols is None else program.symbols - 1
        check = "" if last is None else _CHECK.format(last=last)
        size = math.prod(program.shapes[program.input][1:])
        kind = dialect.real if last is None else "int"
        main = f"{_STOP}\n\n{_NUMBER}\n\n{_NUMBERS.format(header=header, check=check, kind=kind, size=size)}"
    else:
        main = "\n\n".join(_of_table(program, program.columns.columns, dialect, header))
    return f"#ifndef WITHOUT_MAIN\n\n{names}{answer}\n\n{main}\n\n#endif"


def _of_table(program: Program, columns: Sequence[Column], dialect: CDialect, header: str) -> Iterator[str]:
    """Yield the functions that read a table, ``main`` last."""
    categories = [isinstance(column, CategoryColumn) for column in columns]
    yield _STOP
    yield _CELLS.format(missing=_list(program.missing))
    if not all(categories):
        yield _NUMBER
    if any(categories):
        yield _CATEGORY
    yield _encode(columns, dialect)
    yield f"static const char *const columns[] = {_texts(column.name for column in columns)};"
    yield _TABLE.format(columns=len(columns), header=header)


def _encode(columns: Sequence[Column], dialect: CDialect) -> str:
    """Return the function that writes the inputs of a cell."""
    lines, start = [], 0
    for place, column in enumerate(columns):
        lines.append(f"    case {place}: {{ // {harmless(column.name)}")
        lines += [f"        {line}" for line in _encoded(column, start, dialect)]
        lines += ["        break;", "    }"]
        start += len(column.inputs)
    body = "\n".join(lines)
    said = "// Write the inputs that the cell of a column is encoded by."
    return f"{said}\nstatic void encode(int column, const char *cell)\n{{\n    switch (column) {{\n{body}\n    }}\n}}"


def _encoded(column: Column, start: int, dialect: CDialect) -> list[str]:
    """Return the statements that write the inputs of a column, of which the first is at ``start``."""
    lines, missing = [], "is_missing(cell)"
    if column.strays:
        lines.append(f"static const char *const strays[] = {_texts(column.strays)};")
        missing = f"({missing} || is_one_of(cell, strays, {len(column.strays)}))"
    lines.append(f"int missing = {missing};")
    if isinstance(column, CategoryColumn):
        codes, fill, count = category_codes(column), missing_code(column), len(column.categories)
        lines += [
            f"static const char *const texts[] = {_texts(codes)};",
            f"static const int codes[] = {{{', '.join(map(str, codes.values()))}}};",
            f"int code = missing ? {-1 if fill is None else fill} : category(cell, texts, codes, {len(codes)});",
            f"for (int j = 0; j < {count}; j++) model_input[{start} + j] = {dialect.as_number('(code == j)')};",
        ]
        start += count
    else:
        fill = None if column.fill is None else 0
        value = dialect.as_number("number(cell)")
        filled = value if column.fill is None else f"missing ? {dialect.number(float(column.fill))} : {value}"
        lines.append(f"model_input[{start}] = {filled};")
        start += 1
    if fill is None:
        lines.insert(-1, 'if (missing) stop("the cell has no value; fill it in");')
    if column.indicator:
        lines.append(f"model_input[{start}] = {dialect.as_number('missing')};")
    return lines


def _texts(texts: Iterable[str]) -> str:
    return f"{{{_list(texts)}}}"


def _list(texts: Iterable[str]) -> str:
    return ", ".join(map(_literal, texts))


def _literal(text: str) -> str:
    """Return a text as a string of C; of what is not ASCII, the bytes in UTF-8."""
    shown = (chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}" for byte in text.encode())
    return '"' + "".join(shown) + '"'


def _csv(text: str) -> str:
    """Return a text as a cell of a CSV file."""
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\r\n]', text) else text
