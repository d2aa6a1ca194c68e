"""A program in JavaScript: a module for node and for browsers."""

from __future__ import annotations

import math
from collections.abc import Iterator

from whence.arrays import Array
from whence.interop.programs.comments import description, lines_of
from whence.interop.programs.in_javascript.dialect import HELPERS, JavaScriptDialect
from whence.interop.programs.in_javascript.reading import FUNCTIONS, json_text, reading
from whence.interop.programs.loop_program import LoopProgram
from whence.interop.programs.loops import indented
from whence.interop.programs.program import Program
from whence.interop.programs.sizes import STEPS
from whence.nn.axes import ANY_LENGTH

_KEYWORDS = """arguments async await break case catch class const continue debugger default delete do else enum eval
export extends false finally for function get if implements import in instanceof interface let new null of package
private protected public return set static super switch this throw true try typeof undefined var void while with
yield NaN Infinity"""
_OWN = """Math Number Float64Array Array Object String process names predict sample
cell given value sum largest place count"""
RESERVED = {*_KEYWORDS.split(), *_OWN.split(), *FUNCTIONS, *HELPERS, STEPS}

_MAIN = """// In node: node {name} inputs.csv, or with samples on standard input.
if (typeof process !== "undefined" && process.argv?.[1]) {{
    const {{ readFileSync, realpathSync }} = await import("node:fs");
    const {{ pathToFileURL }} = await import("node:url");
    if (import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {{
        const cell = (text) => (/[",\\r\\n]/.test(text) ? `"${{text.replaceAll('"', '""')}}"` : text);
{header}        try {{
            for (const sample of read(readFileSync(process.argv[2] ?? 0, "utf8"))) {{
                const answer = Array.from(predict(sample));
                while (answer.length > 0) {{
                    const row = answer.splice(0, {columns});
                    console.log({row});
                }}
            }}
        }} catch (error) {{
            console.error(error.message);
            process.exitCode = 1;
        }}
    }}
}}"""


def javascript_program(program: Program, name: str) -> str:
    """Return the text of a program in JavaScript.

    Parameters
    ----------
    program : Program
        The program.
    name : str
        The name of its file.
    """
    return _Writer(program, name).text()


class _Writer:
    def __init__(self, program: Program, name: str) -> None:
        self.program, self.name, self.dialect = program, name, JavaScriptDialect()
        self.loops = LoopProgram(program, self.dialect, RESERVED)

    def text(self) -> str:
        predict = self.predict()
        helpers = [HELPERS[name] for name in sorted(self.dialect.helpers)]
        names = f"export const names = {json_text(self.program.names)};" if self.program.names else ""
        parts = [
            self.heading(),
            names,
            predict,
            *helpers,
            reading(self.program),
            "\n".join(self.constants()),
            self.main(),
        ]
        return "\n\n".join(filter(None, parts)) + "\n"

    def heading(self) -> str:
        said = description(self.program, f"node {self.name} inputs.csv")
        said.append(f'In a page, import {{ predict }} from "./{self.name}".')
        return "\n//\n".join("\n".join(f"// {line}" for line in each.splitlines()) for each in said)

    def predict(self) -> str:
        """Return the function that computes the answer."""
        program, names = self.program, self.loops.names
        given, shape = names[program.input], program.shapes[program.input][1:]
        known = math.prod(length for length in shape if length != ANY_LENGTH)
        wrong = f"{given}.length !== {known}"
        if ANY_LENGTH in shape:
            wrong = f"{given}.length % {known} !== 0 || {given}.length === 0"
        inside = f"Number.isInteger(value) && value >= 0 && value < {program.symbols}"
        each = "Number.isFinite" if program.symbols is None else f"(value) => {inside}"
        wrong = f"{wrong} || !{given}.every({each})"
        size = f"a multiple of {known}" if ANY_LENGTH in shape else str(known)
        kind = "" if program.symbols is None else f" from 0 to {program.symbols - 1}"
        lines = [
            f"const {given} = [sample].flat(Infinity);",
            f'if ({wrong}) throw new Error("a sample must have {size} numbers{kind}");',
            *([f"const {STEPS} = {given}.length / {known};"] if ANY_LENGTH in shape else []),
            *self.loops.lines(self.declared),
            f"return {names[program.output]};",
        ]
        if not shape:
            lines[0] = f"const [{given}] = [sample].flat(Infinity);"
            lines[1] = f'if (!Number.isFinite({given})) throw new Error("a sample must be a number");'
            lines[-1] = f"return [{names[program.output]}];"
        said = "// Return the answer for a sample, an array of numbers, which may be nested."
        return "\n".join([said, "export function predict(sample) {", *indented(lines), "}"])

    def declared(self, name: str) -> Iterator[str]:
        sizes, own = self.loops.sizes(name), self.loops.names[name]
        yield f"const {own} = new Float64Array({' * '.join(map(str, sizes))});" if sizes else f"let {own} = 0;"

    def main(self) -> str:
        program, header = self.program, ""
        if program.names:
            first = '"class", ' if program.classes else ""
            header = f'        console.log([{first}...names.map(cell)].join(","));\n'
        best = "cell(names[row.indexOf(Math.max(...row))]), " if program.classes else ""
        columns = program.shapes[program.output][-1] if len(program.shapes[program.output]) > 1 else 1
        return _MAIN.format(name=self.name, header=header, columns=columns, row=f'[{best}...row].join(",")')

    def constants(self) -> Iterator[str]:
        for name, array in self.program.constants.items():
            yield _constant(self.loops.names[name], array)


def _constant(name: str, array: Array) -> str:
    if array.ndim == 0:
        return f"const {name} = {float(array)!r};"
    numbers = "\n".join(indented(lines_of(repr(float(number)) for number in array.ravel())))
    return f"const {name} = new Float64Array([ // {' x '.join(map(str, array.shape))}\n{numbers}\n]);"
