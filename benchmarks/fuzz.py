"""Harm real files in many ways, and see whether whence refuses them in a sentence.

    python benchmarks/fuzz.py --inputs 20000 --jobs 2 -o faults
    python benchmarks/fuzz.py --kind "model of table" --only 17    # one input again, with what was said of it

Every kind of file that whence reads is harmed: bits and runs of bytes, and values within what its format keeps. What a
user would do with the file is then done in a process with limits of time and memory. An input is at fault if it ends in
a traceback or kills the process, takes more than 5 seconds of a processor or 1 GB more than whence itself, or if it is
accepted with another result although the format has a sum or a digest that can tell, or with numbers that are not
finite although whence wrote the file. Number, seed and kind give the same input again.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import re
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random
from unittest import mock

from fuzz_kinds import Kind, Refused, kinds, make_files

SECONDS, SECONDS_ASLEEP, MEMORY = 5.0, 60.0, 1 << 30
FAULTS = ("traceback", "crash", "hang", "memory", "wrong")
OUTCOMES = ("refused", "same", "other", *FAULTS)
"""Refused in a sentence; accepted with the result of the unharmed file, or with another one; and the faults."""

_context = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Input:
    """A harmed file: its kind, and its number among those of the kind."""

    kind: str
    number: int
    seed: int

    def harmed(self, kind: Kind, content: bytes) -> tuple[bytes, bool]:
        """Return the harmed file, and whether its sums and digests agree with it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return kind.harmed(Random(f"{self.seed}/{self.kind}/{self.number}"), content)


@dataclass(frozen=True)
class Outcome:
    """What became of an input: one of `OUTCOMES`, what was said, and how long it took."""

    name: str
    said: str
    seconds: float = 0.0


class Fuzzer:
    """The kinds of files with the results of the unharmed ones, in a folder with all of them."""

    def __init__(self, folder: Path, found: dict[str, Kind]) -> None:
        self.folder, self.kinds = folder, found
        self.unharmed: dict[tuple[str, int], str] = {}
        for name, kind in found.items():
            for number, use in enumerate(kind.uses):
                if kind.uses.index(use) == number:
                    with _copy_of(self.folder):
                        self.unharmed[name, number] = use()
                else:
                    self.unharmed[name, number] = self.unharmed[name, kind.uses.index(use)]

    def outcome(self, harmed: Input) -> Outcome:
        """Return what becomes of an input in this process."""
        started = time.perf_counter()
        kind = self.kinds[harmed.kind]
        content, remade = harmed.harmed(kind, (self.folder / kind.file).read_bytes())
        number = harmed.number % len(kind.uses)
        with _copy_of(self.folder):
            Path(kind.file).write_bytes(content)
            try:
                result = kind.uses[number]()
            except Refused as refusal:
                name, said = _judged(str(refusal)), str(refusal)
            except MemoryError:
                name, said = "memory", traceback.format_exc()
            except BaseException:
                name, said = "traceback", traceback.format_exc()
            else:
                same = result == self.unharmed[harmed.kind, number]
                wrong = (kind.checked and not remade) or (kind.own and _NOT_FINITE.search(result) is not None)
                name, said = "same" if same else "wrong" if wrong else "other", result
        return Outcome(name, said, time.perf_counter() - started)


_NOT_FINITE = re.compile(r'(?<![\w"])(nan|inf|NaN|Infinity)(?![\w"])')


def _judged(said: str) -> str:
    if "there is not enough memory" in said:
        return "memory"
    return "traceback" if "Traceback" in said or not said.strip() else "refused"


@contextlib.contextmanager
def _copy_of(folder: Path) -> Iterator[None]:
    """Work in a copy of a folder within the block."""
    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        with contextlib.chdir(copy):
            yield


class Worker:
    """A process that takes inputs one by one, with limits of time and memory."""

    def __init__(self, fuzzer: Fuzzer) -> None:
        self.pipe, pipe = _context.Pipe()
        self.process = _context.Process(target=_work, args=(fuzzer, pipe), daemon=True)
        self.process.start()
        pipe.close()
        self.input: Input | None = None
        self.started = self.cpu = 0.0

    def give(self, harmed: Input) -> None:
        """Start on an input."""
        self.input, self.started, self.cpu = harmed, time.monotonic(), self._cpu_seconds()
        self.pipe.send(harmed)

    def taken(self) -> Outcome | None:
        """Return the outcome of the input, or None if it is still worked on; the process may have ended."""
        if self.pipe.poll():
            try:
                outcome: Outcome = self.pipe.recv()
            except EOFError:
                self.process.join()
                return Outcome("crash", f"the process ended with {self.process.exitcode}")
            return outcome
        if self._cpu_seconds() - self.cpu > SECONDS or time.monotonic() - self.started > SECONDS_ASLEEP:
            return Outcome("hang", f"no end after {SECONDS:g} s", SECONDS)
        return None

    def _cpu_seconds(self) -> float:
        """Return how long processors have worked for the process, which other programs do not change."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _work(fuzzer: Fuzzer, pipe: Connection) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    parent = os.getppid()
    while os.getppid() == parent:
        if pipe.poll(1):
            pipe.send(fuzzer.outcome(pipe.recv()))


def outcomes(fuzzer: Fuzzer, inputs: Iterator[Input], jobs: int) -> Iterator[tuple[Input, Outcome]]:
    """Yield every input with what became of it, in the order in which they end."""
    idle = [Worker(fuzzer) for _ in range(jobs)]
    busy: list[Worker] = []
    try:
        while True:
            while idle and (harmed := next(inputs, None)) is not None:
                idle[-1].give(harmed)
                busy.append(idle.pop())
            if not busy:
                return
            wait([worker.pipe for worker in busy], timeout=0.2)
            for worker in list(busy):
                outcome = worker.taken()
                if outcome is None:
                    continue
                busy.remove(worker)
                if outcome.name in ("crash", "hang", "memory"):
                    worker.end()
                    idle.append(Worker(fuzzer))
                else:
                    idle.append(worker)
                assert worker.input is not None
                yield worker.input, outcome
    finally:
        for worker in (*idle, *busy):
            worker.end()


def report(counts: dict[str, Counter[str]]) -> str:
    """Return a table of the outcomes by kind."""
    width = max(len("all together"), *map(len, counts))
    total = sum(counts.values(), Counter())
    lines = [f"{'kind':<{width}}" + "".join(f"{name:>10}" for name in OUTCOMES)]
    for name, count in [*counts.items(), ("all together", total)]:
        lines.append(f"{name:<{width}}" + "".join(f"{count[outcome]:>10,}" for outcome in OUTCOMES))
    return "\n".join(lines)


def run(
    fuzzer: Fuzzer, inputs: Iterator[Input], jobs: int, tell: Callable[[Input, Outcome], None]
) -> dict[str, Counter[str]]:
    """Count the outcomes of inputs by kind, and tell of every fault."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for harmed, outcome in outcomes(fuzzer, inputs, jobs):
        counts[harmed.kind][outcome.name] += 1
        if outcome.name in FAULTS:
            tell(harmed, outcome)
    return {name: counts[name] for name in fuzzer.kinds if name in counts}


@contextlib.contextmanager
def fuzzing(found: dict[str, Kind]) -> Iterator[Fuzzer]:
    """Make the unharmed files in a folder of their own, in which all is kept, within the block."""
    with tempfile.TemporaryDirectory() as scratch, mock.patch.dict(os.environ, HOME=scratch, XDG_CACHE_HOME=scratch):
        os.environ.pop("WHENCE_DATA", None)
        files = Path(scratch, "files")
        files.mkdir()
        with contextlib.chdir(files):
            make_files(files)
        yield Fuzzer(files, found)


def numbered(chosen: dict[str, Kind], count: int, seed: int) -> Iterator[Input]:
    """Yield as many inputs, of each kind in turn."""
    for i in range(count):
        yield Input(list(chosen)[i % len(chosen)], i // len(chosen), seed)


def main() -> int:
    """Run from the command line; the exit code is 1 if there was a fault."""
    found = kinds()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=20_000, help="how many, of all kinds together")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=found, action="append", help="only this kind; may be repeated")
    parser.add_argument("--only", type=int, metavar="N", help="only the input with this number, and what is said of it")
    parser.add_argument("-o", type=Path, metavar="FOLDER", help="keep the inputs at fault in this folder")
    options = parser.parse_args()
    chosen = {name: found[name] for name in options.kind or found}

    def tell(harmed: Input, outcome: Outcome) -> None:
        last = (outcome.said.strip() or "nothing was said").splitlines()[-1][:200]
        print(f"{outcome.name}: --seed {harmed.seed} --kind {harmed.kind!r} --only {harmed.number}: {last}", flush=True)
        if options.o is not None:
            place = options.o / f"{harmed.kind} {harmed.number} {outcome.name}"
            place.mkdir(parents=True, exist_ok=True)
            kind = chosen[harmed.kind]
            content, _ = harmed.harmed(kind, (fuzzer.folder / kind.file).read_bytes())
            (place / Path(kind.file).name).write_bytes(content)
            (place / "said.txt").write_text(outcome.said, errors="backslashreplace")

    started = time.perf_counter()
    with fuzzing(chosen) as fuzzer:
        if options.only is not None:
            one = Input(next(iter(chosen)), options.only, options.seed)
            _, outcome = next(outcomes(fuzzer, iter([one]), 1))
            print(f"{outcome.name} after {outcome.seconds:.2f} s\n{outcome.said}")
            return int(outcome.name in FAULTS)
        counts = run(fuzzer, numbered(chosen, options.inputs, options.seed), options.jobs, tell)
    print(report(counts))
    print(f"{time.perf_counter() - started:.0f} s with {options.jobs} processes, seed {options.seed}")
    return int(any(count[fault] for count in counts.values() for fault in FAULTS))


if __name__ == "__main__":
    sys.exit(main())
