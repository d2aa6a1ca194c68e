"""The function ``main`` of a program in C, which reads samples from standard input and prints the answers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from whence.interop.programs.comments import lines_of
from whence.interop.programs.in_c.dialect import CDialect
from whence.interop.programs.in_c.table import NUMBER, STOP, reading_of_table, texts_in_c
from whence.interop.programs.loops import indented
from whence.interop.programs.program import Program
from whence.interop.programs.sizes import Length

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
_TEXT = """// The characters that the network knows, by their numbers in Unicode.
static const int32_t characters[] = {{
{characters}
}};

// Read the next character of a text in UTF-8, a line feed for each end of a line; -1 at the end of the text.
static int32_t read_character(void)
{{
    int first = getchar();
    if (first == EOF) return -1;
    if (first == '\\r') {{
        int next = getchar();
        if (next != '\\n') ungetc(next, stdin);
        return '\\n';
    }}
    int more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    int32_t found = first & (more == 0 ? 0x7f : 0x3f >> more);
    for (; more > 0; more--) {{
        int next = getchar();
        if (next == EOF || (next & 0xc0) != 0x80) stop("the text is not UTF-8");
        found = found << 6 | (next & 0x3f);
    }}
    return found;
}}

int main(void)
{{
    const int known = (int)(sizeof characters / sizeof *characters);
    int count = 0;
    int32_t character;
{header}    for (long place = 0; (character = read_character()) >= 0; place++) {{
        if (place == 0 && character == 0xfeff) continue; // a byte order mark
        int found = 0;
        while (found < known && characters[found] != character) found++;
        if (found == known) {{
            char message[80];
            snprintf(message, sizeof message, "the network does not know the character U+%04lX", (long)character);
            stop(message);
        }}
        model_input[count++] = found;
        if (count == {length}) {{
            model_predict();
            print_answer();
            count = 0;
        }}
    }}
    if (count > 0) stop("the last characters are no sequence of {length}");
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
    names = f"static const char *const names[] = {texts_in_c(map(_csv, program.names))};\n\n" if program.names else ""
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
    if program.table is not None:
        main = "\n\n".join(reading_of_table(program.table, header))
    elif program.characters:
        main = _of_text(program, header)
    else:
        last = None if program.symbols is None else program.symbols - 1
        check = "" if last is None else _CHECK.format(last=last)
        size = math.prod(program.shapes[program.input][1:])
        kind = dialect.real if last is None else "int"
        main = f"{STOP}\n\n{NUMBER}\n\n{_NUMBERS.format(header=header, check=check, kind=kind, size=size)}"
    return f"#ifndef WITHOUT_MAIN\n\n{names}{answer}\n\n{main}\n\n#endif"


def _of_text(program: Program, header: str) -> str:
    """Return the functions that read a text, ``main`` last."""
    characters = "\n".join(indented(lines_of(str(ord(character)) for character in program.characters)))
    length = program.shapes[program.input][1]
    return f"{STOP}\n\n{_TEXT.format(characters=characters, header=header, length=length)}"


def _csv(text: str) -> str:
    """Return a text as a cell of a CSV file."""
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\r\n]', text) else text
