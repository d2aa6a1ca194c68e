"""Plant small errors in the source, one at a time, and see whether the tests find them.

    python benchmarks/mutants.py --count 300 --seed 1 --jobs 2
    python benchmarks/mutants.py --count 20 --only nn/recurrent

A mutant is the source with one operator, number, condition or statement changed. It is killed if a test fails that
passes without it. The tests that run a changed line are found by one run of the whole suite under coverage, which is
kept in a file and taken again with ``--coverage``; those that are quickest run first. Messages, annotations and
docstrings are left as they are.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Queue

from coverage import CoverageData

ROOT = Path(__file__).parents[1]
SOURCE = Path("src/whence")
PARTS = ("formula", "nn", "optim", "training", "data", "trace", "views/mathematics")
ROUNDS = (40, 400, None)
"""How many tests are tried before more are; None for all that run the line."""
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: the file below the source, the lines of its statement, the place in it, and the texts."""

    file: str
    first: int
    line: int
    column: int
    last: int
    last_column: int
    before: str
    after: str

    def apply(self, text: str) -> str:
        """Return the changed text of the file; columns count bytes, as Python's parser does."""
        lines = text.encode().splitlines(keepends=True)
        start = sum(map(len, lines[: self.line - 1])) + self.column
        stop = sum(map(len, lines[: self.last - 1])) + self.last_column
        whole = b"".join(lines)
        return (whole[:start] + self.after.encode() + whole[stop:]).decode()


class Finder(ast.NodeVisitor):
    """Collects the mutants of one file."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.found: list[Mutant] = []
        self.statement = 1
        self.visit(ast.parse(text))

    def visit(self, node: ast.AST) -> None:
        """Look at a node and what is in it, but not at messages, annotations, patterns and docstrings."""
        if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr | ast.pattern | ast.Import | ast.ImportFrom):
            return
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return
        if isinstance(node, ast.FunctionDef) and node.name == "__repr__":
            return
        if isinstance(node, ast.stmt):
            self.statement = node.lineno
        if isinstance(node, ast.expr | ast.stmt):
            for after in changes(node):
                before = ast.get_source_segment(self.text, node) or ""
                place = (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
                self.found.append(Mutant(self.file, self.statement, *place, before, after))
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "bases", "op", "ops", "ctx"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    self.visit(child)


def changes(node: ast.AST) -> Iterator[str]:
    """Yield what a node may be changed to."""
    match node:
        case ast.Compare(left, [operator], [right]) if type(operator) in SWAPPED:
            yield f"({ast.unparse(ast.Compare(left, [SWAPPED[type(operator)]()], [right]))})"
        case ast.BinOp(left, operator, right) if type(operator) in SWAPPED and not is_text(left):
            yield f"({ast.unparse(ast.BinOp(left, SWAPPED[type(operator)](), right))})"
        case ast.BoolOp(operator, values):
            yield f"({ast.unparse(ast.BoolOp(SWAPPED[type(operator)](), values))})"
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield f"({ast.unparse(operand)})"
        case ast.IfExp(test, body, otherwise):
            yield f"({ast.unparse(ast.IfExp(test, otherwise, body))})"
        case ast.Constant(bool() as value):
            yield repr(not value)
        case ast.Constant(int() | float() as value):
            yield repr(value + 1)
        case ast.AugAssign(target, operator, value) if type(operator) in SWAPPED:
            yield ast.unparse(ast.AugAssign(target, SWAPPED[type(operator)](), value))
        case ast.Expr(ast.Call()):
            yield "pass"
        case ast.Break():
            yield "continue"
        case ast.Continue():
            yield "break"


def is_text(node: ast.AST) -> bool:
    """Whether an expression is plainly a text, of which minus makes no sense."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def draw(count: int, seed: int, only: str | None) -> list[Mutant]:
    """Return as many mutants, as evenly from the parts of the source as these have any."""
    rng = random.Random(seed)
    pools: list[list[Mutant]] = []
    for part in [only] if only else PARTS:
        files = sorted((ROOT / SOURCE / part).rglob("*.py")) or [ROOT / SOURCE / part]
        pool = [m for f in files for m in Finder(str(f.relative_to(ROOT / SOURCE)), f.read_text()).found]
        rng.shuffle(pool)
        pools.append(pool)
    drawn: list[Mutant] = []
    while len(drawn) < count and any(pools):
        drawn += [pool.pop() for pool in pools if pool]
    return drawn[:count]


def durations_of(coverage: Path) -> Path:
    """Return where the durations of tests are kept beside a coverage file, whose own name coverage looks for."""
    return coverage.with_name(f"durations-of-{coverage.name}.xml")


def measure(path: Path) -> None:
    """Run the whole suite under coverage, noting which test ran which line and how long each took."""
    seconds = durations_of(path)
    command = [sys.executable, "-m", "pytest", "-q", "--cov=whence", "--cov-context=test", "--cov-report="]
    done = subprocess.run(
        [*command, f"--junit-xml={seconds}", "-o", "junit_family=xunit1"],
        cwd=ROOT,
        env={**os.environ, "COVERAGE_FILE": str(path), "PYTHONPATH": str(ROOT / "src")},
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"the suite under coverage ended with {done.returncode}")


class Suite:
    """Which tests run which line, and how quick they are."""

    def __init__(self, path: Path) -> None:
        self.data = CoverageData(str(path))
        self.data.read()
        self.files = {file.split("src/whence/")[-1]: file for file in self.data.measured_files()}
        self.seconds: dict[str, float] = {}
        for case in ElementTree.parse(durations_of(path)).iter("testcase"):
            if not list(case.iter("failure")) and not list(case.iter("error")):
                self.seconds[f"{case.get('file')}::{case.get('name')}"] = float(case.get("time") or 0)

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Return the tests that run the mutant's statement, quick ones of every file first."""
        contexts = self.data.contexts_by_lineno(self.files[mutant.file]) if mutant.file in self.files else {}
        own = {c for line in range(mutant.first, mutant.last + 1) for c in contexts.get(line, ()) if c}
        chosen = own or {context for each in contexts.values() for context in each if context}
        tests = sorted({c.split("|")[0] for c in chosen} & self.seconds.keys(), key=lambda test: self.seconds[test])
        turn: dict[str, int] = {}
        order = {}
        for test in tests:
            file = test.split("::")[0]
            order[test] = turn[file] = turn.get(file, -1) + 1
        return sorted(tests, key=lambda test: order[test] + 20 * self.seconds[test])


class Worker:
    """A copy of the project in which mutants are planted and tests run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = 0
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", "__pycache__", ".*_cache", "node_modules"))

    def write(self, path: Path, text: str) -> None:
        """Write a source at a second of its own, by which Python sees that its bytecode is that of another text."""
        path.write_text(text)
        self.written += 1
        os.utime(path, (self.written, self.written))

    def first_failure(self, tests: list[str]) -> str | None:
        """Return the first test that fails, None if all pass."""
        listed = self.folder / "tests-to-run.txt"
        listed.write_text("\n".join(tests))
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "--timeout", "100", "-p", "no:cacheprovider"]
        environment = {**os.environ, "PYTHONPATH": str(self.folder / "src")}
        done = subprocess.run(
            [*command, "--tb=no", f"@{listed}"], cwd=self.folder, env=environment, capture_output=True, text=True
        )
        if done.returncode == 0:
            return None
        failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
        return failed[0] if failed else f"pytest ended with {done.returncode}"

    def try_out(self, mutant: Mutant, tests: list[str], sound: dict[str, bool]) -> str | None:
        """Return the test that kills a mutant, None if none does."""
        path = self.folder / SOURCE / mutant.file
        original = path.read_text()
        tried = 0
        for most in ROUNDS:
            chosen = [test for test in tests[tried:most] if sound.get(test, True)]
            tried = len(tests) if most is None else most
            while chosen:
                self.write(path, mutant.apply(original))
                killer = self.first_failure(chosen)
                self.write(path, original)
                if killer is None:
                    break
                if killer not in tests:
                    return killer
                if killer not in sound:
                    sound[killer] = self.first_failure([killer]) is None
                if sound[killer]:
                    return killer
                chosen.remove(killer)
        return None


def main() -> None:
    """Print every survivor, and how many were killed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", help="a folder or file below src/whence")
    parser.add_argument("--coverage", type=Path, help="the file of an earlier run under coverage, or for a new one")
    parser.add_argument("--json", type=Path, help="a file for the results")
    arguments = parser.parse_args()
    mutants = draw(arguments.count, arguments.seed, arguments.only)
    with tempfile.TemporaryDirectory() as folder:
        coverage = arguments.coverage or Path(folder) / "coverage"
        if not coverage.exists():
            measure(coverage)
        suite = Suite(coverage)
        workers: Queue[Worker] = Queue()
        for number in range(arguments.jobs):
            workers.put(Worker(Path(folder) / f"copy{number}"))
        sound: dict[str, bool] = {}
        results: list[dict[str, object]] = []

        def outcome(mutant: Mutant) -> None:
            worker, begin = workers.get(), time.perf_counter()
            tests = suite.tests_of(mutant)
            killer = worker.try_out(mutant, tests, sound)
            workers.put(worker)
            results.append({**asdict(mutant), "tests": len(tests), "killer": killer})
            took = time.perf_counter() - begin
            told = "killed  " if killer else "SURVIVED"
            where = f"{mutant.file}:{mutant.line}"
            print(
                f"{told} {where}  {mutant.before!r} -> {mutant.after!r}  ({len(tests)} tests, {took:.0f} s)", flush=True
            )

        with ThreadPoolExecutor(arguments.jobs) as pool:
            list(pool.map(outcome, mutants))
    killed = sum(result["killer"] is not None for result in results)
    print(f"{killed} of {len(results)} mutants killed ({killed / len(results):.1%}), seed {arguments.seed}")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
