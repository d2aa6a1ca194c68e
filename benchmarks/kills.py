"""Kill trainings at every moment at which files change, go on, and compare the bits with those of a whole training.

    python benchmarks/kills.py
    python benchmarks/kills.py --kills 20

Every moment is met twice: once the process alone dies, so that all that it has written stays; once the power is cut, so
that a name that was not synced goes back to its old file or to none, and of the metrics any prefix may be left. Each
fifth of them is met again by the process that goes on. The exit code is 1 if a run could not go on, or to other bits.
"""

from __future__ import annotations

import argparse
import builtins
import contextlib
import functools
import io
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from safetensors.numpy import load_file

from whence.cli import main as whence
from whence.cli import training_session
from whence.training import Checkpointing, Training
from whence.training.callbacks import BackwardPass

CONFIG, METRICS, RECORDS = "config.toml", "metrics.jsonl", "history/records"
ARRAYS = "model.safetensors", "checkpoint.safetensors"
TRAIN = (
    *("train", "table.csv", "-s", "4", "-m", "3", "--batch-size", "16", "--validation", "0.3", "--dropout", "0.2"),
    *("--optimizer", "adam", "--seed", "1", "--threads", "1", "--quiet"),
)


class Crash:
    """The moments of a process at which it may die, and the one at which it does.

    Parameters
    ----------
    fatal : int or None
        The number of that moment; None to let it live.
    power_cut : bool
        Whether what was not synced is lost too.
    """

    def __init__(self, fatal: int | None, *, power_cut: bool) -> None:
        self.fatal, self.power_cut = fatal, power_cut
        self.names: list[str] = []
        self._old: dict[Path, bytes | None] = {}
        self._open, self._fsync, self._replace, self._mkdir = builtins.open, os.fsync, os.replace, os.mkdir

    def moment(self, name: str) -> None:
        """Die if this is the fatal moment."""
        if len(self.names) == self.fatal:
            if self.power_cut:
                self._lose_what_is_not_synced()
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)

    def install(self) -> None:
        """Watch the functions by which files change, checkpoint every step, and draw no pictures, which take long."""
        builtins.open, os.fsync, os.replace, os.mkdir = self.open, self.fsync, self.replace, self.mkdir  # type: ignore[assignment]
        crash = self

        class Watched(Checkpointing):
            def on_gradient(self, training: Training, backward: BackwardPass) -> None:
                crash.moment("training: within an epoch")

        training_session.Checkpointing = functools.partial(Watched, interval=0, interval_within=0)  # type: ignore[misc, assignment]

    def open(self, file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        """Open a file, such that half of what is written may be all."""
        if mode not in ("wb", "ab"):
            return self._open(file, mode, *arguments, **options)
        self.moment(f"{kind(file)}: before it is opened")
        return _Halved(self, io.FileIO(file, mode))

    def fsync(self, descriptor: int) -> None:
        """Sync a file or a folder."""
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        name = "folder" if path.is_dir() else kind(path)
        self.moment(f"{name}: before the sync")
        self._fsync(descriptor)
        if path.is_dir():
            self._old.clear()
        self.moment(f"{name}: after the sync")

    def replace(self, source: Any, target: Any) -> None:
        """Replace a file."""
        self.moment(f"{kind(target)}: before the rename")
        target = Path(target)
        self._old[target] = target.read_bytes() if target.exists() else None
        self._replace(source, target)
        self.moment(f"{kind(target)}: after the rename")

    def mkdir(self, path: Any, *arguments: Any, **options: Any) -> None:
        """Make a folder."""
        self._mkdir(path, *arguments, **options)
        self.moment("folder: made")

    def _lose_what_is_not_synced(self) -> None:
        for path, content in self._old.items():
            path.unlink() if content is None else path.write_bytes(content)
        for metrics in Path.cwd().glob(f"*/{METRICS}"):
            os.truncate(metrics, random.Random(self.fatal).randint(0, metrics.stat().st_size))


class _Halved(io.BufferedWriter):
    """A file of which half a write may be on the disk when the process dies."""

    def __init__(self, crash: Crash, raw: io.FileIO) -> None:
        super().__init__(raw)
        self.crash = crash

    def write(self, content: Any) -> int:
        half = len(content) // 2
        super().write(content[:half])
        self.flush()
        self.crash.moment(f"{kind(self.name)}: half is written")
        return half + super().write(content[half:])


def kind(path: Any) -> str:
    """Return the name of the file, also for the temporary file that is to replace it."""
    return re.sub(r"^\.(.+)\.[0-9a-f]{8}\.part$", r"\1", Path(path).name)


def run(command: list[str], crash: Crash | None = None) -> int:
    """Run the program in a process of its own, and return how it ended: its exit code, or less than 0 for a signal."""
    child = os.fork()
    if child == 0:
        _in_child(command, crash)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _in_child(command: list[str], crash: Crash | None) -> NoReturn:
    code = 1
    try:
        with open("said", "w") as said:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
        if crash is not None:
            crash.install()
        whence(command, standalone_mode=False)
        if crash is not None:
            Path("moments").write_text(json.dumps(crash.names))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def going_on(folder: str, number: int) -> list[str]:
    """Return the command that goes on: the same again where nothing is there yet, in turn with ``--resume``."""
    begun = Path(folder, CONFIG).exists()
    again = not Path(folder, ARRAYS[1]).exists() and (number % 2 or not begun)
    return [*TRAIN, "--out", folder] if again else ["train", "--resume", folder, "--quiet"]


def result(folder: str) -> dict[str, Any]:
    """Return all that a run has learned, without what the clock says, and what should not be there."""
    records = [json.loads(line) for line in Path(folder, METRICS).read_text().splitlines()]
    arrays = {
        f"{file}: {name}": array.tobytes()
        for file in ARRAYS
        for name, array in load_file(Path(folder, file)).items()
        if name != RECORDS
    }
    metrics = [{name: value for name, value in record.items() if name != "seconds"} for record in records]
    return {METRICS: metrics, "left over": list(map(str, Path(folder).glob(".*.part"))), **arrays}


def failure(
    folder: str, number: int, crashes: dict[str, Crash], whole: dict[str, Any], kills: Counter[str]
) -> str | None:
    """Return what is wrong after some crashes one after the other, which are counted, and after going on."""
    command = [*TRAIN, "--out", folder]
    for name, crash in crashes.items():
        code = run(command, crash)
        if code not in (0, -signal.SIGKILL):
            return f"ended with {code}: {Path('said').read_text()}"
        kills[name] += code < 0
        command = going_on(folder, number)
    if code := run(command):
        return f"cannot go on ({' '.join(command)}), {code}: {Path('said').read_text()}"
    different = [name for name, value in result(folder).items() if value != whole.get(name)]
    return f"{', '.join(different)} differ" if different else None


@contextlib.contextmanager
def working_folder() -> Iterator[None]:
    """Work in an empty folder with a small table."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        numbers = random.Random(1)
        rows = [[numbers.gauss(0, 1) for _ in range(3)] for _ in range(90)]
        lines = [f"{a},{b},{c},{'yes' if a * b > c else 'no'}\n" for a, b, c in rows]
        Path("table.csv").write_text("a,b,c,answer\n" + "".join(lines))
        yield


def main() -> int:
    """Print how many kills each moment has had, and what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, help="this many, evenly chosen, instead of all")
    wanted = parser.parse_args().kills
    training_session._draw = lambda *_: None
    with working_folder():
        whence([*TRAIN, "--out", "whole"], standalone_mode=False)  # imports all that the children need
        run([*TRAIN, "--out", "moments-of-a-run"], Crash(None, power_cut=False))
        names, whole = json.loads(Path("moments").read_text()), result("whole")
        cases = [(fatal, power_cut) for fatal in range(len(names)) for power_cut in (False, True)]
        chosen = cases[:: max(1, len(cases) // wanted)][:wanted] if wanted else cases
        kills: Counter[str] = Counter()
        failures = []
        for number, (fatal, power_cut) in enumerate(chosen):
            crashes = {names[fatal]: Crash(fatal, power_cut=power_cut)}
            if number % 5 == 0:
                crashes["a second time, anywhere"] = Crash(fatal // 2, power_cut=power_cut)
            if wrong := failure("killed", number, crashes, whole, kills):
                failures.append(f"moment {fatal}, {names[fatal]}{', power cut' if power_cut else ''}: {wrong}")
            shutil.rmtree("killed", ignore_errors=True)
    for name, count in sorted(kills.items()):
        print(f"{count:5}  {name}")
    print(f"{kills.total()} kills, {len(failures)} failures", *failures, sep="\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
