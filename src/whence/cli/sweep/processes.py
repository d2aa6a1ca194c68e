"""Several workers on one machine, each a process of its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType

from whence.cli.options.shared import import_modules
from whence.cli.sweep.plan import SweepPlan
from whence.errors import WhenceError

_DEATHS_IN_A_ROW = 3
"""After how many more deaths than there are workers, with no trial made in between, a sweep gives up."""


@dataclass
class _Worker:
    """A process and the end of the pipe on which it tells what it made."""

    process: BaseProcess
    told: Connection


def work_in_processes(sweep: SweepPlan, workers: int, modules: str | None, tell: Callable[[int], object]) -> None:
    """Let several workers make the trials of a sweep, and start another for each that is killed.

    Parameters
    ----------
    sweep : SweepPlan
        The sweep.
    workers : int
        How many.
    modules : str, optional
        Modules with classes of the user's own, separated by commas.
    tell : callable
        Called with the number of each trial that was made.

    Raises
    ------
    WhenceError
        If one of them did; the others are stopped.
    KeyboardInterrupt
        If this process was asked to end; the workers have saved their checkpoints.
    """
    running = [_start(sweep, modules) for _ in range(workers)]
    deaths = 0
    try:
        with _ended_by_signals():
            while running:
                ready = wait([each.told for each in running])
                for worker in [each for each in running if each.told in ready]:
                    if _tells(worker, tell):
                        deaths = 0
                        continue
                    running.remove(worker)
                    if _was_killed(worker):
                        deaths += 1
                        if deaths > workers + _DEATHS_IN_A_ROW:
                            raise WhenceError(
                                f"{deaths} workers were killed in a row, without a trial between them; perhaps there "
                                "is not enough memory, so try fewer workers or smaller networks"
                            )
                        running.append(_start(sweep, modules))
    finally:
        _stop(running)


def _start(sweep: SweepPlan, modules: str | None) -> _Worker:
    context = multiprocessing.get_context("spawn")
    told, telling = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sweep, modules, telling))
    process.start()
    telling.close()
    return _Worker(process, told)


def _tells(worker: _Worker, tell: Callable[[int], object]) -> bool:
    """Pass on what a worker tells; return whether it is still there."""
    try:
        told = worker.told.recv()
    except (EOFError, OSError):
        return False
    if isinstance(told, WhenceError):
        raise told
    tell(told)
    return True


def _was_killed(worker: _Worker) -> bool:
    """Return whether a signal ended a worker that tells no more, rather than the end of the sweep."""
    worker.process.join()
    code = worker.process.exitcode or 0
    if code > 0:
        raise WhenceError(f"a worker failed with the exit code {code}; what it printed says why")
    return code < 0


def _stop(running: list[_Worker]) -> None:
    """Ask workers to end after the batch that they are at, and wait until they have."""
    for worker in running:
        if worker.process.is_alive():
            worker.process.terminate()
    for worker in running:
        worker.process.join()


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Raise `KeyboardInterrupt` in the block when this process is asked to end, as Ctrl-C does."""

    def end(number: int, frame: FrameType | None) -> None:
        interruption = KeyboardInterrupt()
        interruption.signal = signal.Signals(number)  # type: ignore[attr-defined]
        raise interruption

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _work(sweep: SweepPlan, modules: str | None, telling: Connection) -> None:
    """Work in a process of its own, which ends with the one that started it."""
    if hasattr(os, "setpgrp"):
        os.setpgrp()  # Ctrl-C is for the process that started this one, which passes it on once
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        from whence.cli.sweep.study import open_study
        from whence.cli.sweep.worker import work

        import_modules(modules)
        work(open_study(sweep), sweep, telling.send)
    except WhenceError as error:
        telling.send(type(error)(str(error)))  # without its cause, which may be no more than this process can read
    except MemoryError:
        telling.send(WhenceError("there is not enough memory; choose fewer workers, smaller layers or smaller batches"))
    except OSError as error:
        telling.send(WhenceError(f"{error.filename or 'a worker'}: {error.strerror or error}"))
    except KeyboardInterrupt:
        pass


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
