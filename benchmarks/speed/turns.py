"""Time sides in turn: each in a process of its own, of which only one works at a time."""

from __future__ import annotations

import contextlib
import importlib.util
import multiprocessing
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from benchmarks.speed.rows import ROWS
from benchmarks.speed.sides import NEEDS, PEERS, Unsuitable, prepared

_SECONDS_A_TURN = 0.06
_PAUSE = 0.1
"""Seconds before a turn, in which the threads of the side before come to rest: idle ones go on spinning for a while."""
_STEPS_COMPARED = 8
_SAME_LOSS = 2e-3
"""Largest relative difference of the losses of two sides: rounding makes less, another formula more."""

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass
class Timed:
    """What one side took for a row.

    Parameters
    ----------
    seconds : list of float
        Seconds a step, for each turn.
    losses : tuple of float
        The loss before the first step, and that after some steps; empty where nothing is trained.
    """

    losses: tuple[float, ...]
    seconds: list[float] = field(default_factory=list)


def installed(peers: Sequence[str]) -> list[str]:
    """Return the sides of the peers.

    Raises
    ------
    SystemExit
        If one is not installed.
    """
    missing = [NEEDS[peer] for peer in peers if importlib.util.find_spec(peer) is None]
    if missing:
        raise SystemExit(f"{', '.join(missing)} cannot be imported; pip install {' '.join(missing)}, or leave it out")
    return [side for peer in peers for side in PEERS[peer]]


def timed(name: str, sides: Sequence[str], threads: int, turns: int) -> dict[str, Timed]:
    """Return what each side took for a row; sides that cannot do it are left out.

    Raises
    ------
    SystemExit
        If two sides do not compute the same.
    """
    with contextlib.ExitStack() as stack:
        pipes = {side: stack.enter_context(_process(side, name, threads)) for side in sides}
        found = {side: Timed(pipe.recv()) for side, pipe in pipes.items()}
        found = {side: one for side, one in found.items() if one.losses is not None}
        if not ROWS[name].steps_are_alike:
            found = {side: Timed(one.losses[:1]) for side, one in found.items()}
        _require_same(name, found)
        pipes["whence"].send(3)
        steps = max(1, round(_SECONDS_A_TURN / pipes["whence"].recv()))
        for turn in range(turns + 1):
            for side, one in found.items():
                time.sleep(_PAUSE)
                pipes[side].send(steps)
                seconds = pipes[side].recv()
                if turn:  # the first warms up caches and compilers
                    one.seconds.append(seconds)
    return found


def ratios(ours: Timed, theirs: Timed) -> tuple[float, float, float]:
    """Return the quartiles of their time over ours, turn by turn; above 1 we are faster."""
    low, middle, high = statistics.quantiles(
        [their / our for our, their in zip(ours.seconds, theirs.seconds, strict=True)], n=4
    )
    return low, middle, high


def _require_same(name: str, found: dict[str, Timed]) -> None:
    ours = found["whence"].losses
    for side, one in found.items():
        for our, their in zip(ours, one.losses, strict=False):
            if abs(our - their) > _SAME_LOSS * abs(our):
                raise SystemExit(f"{name}: the losses of whence are {ours}, those of {side} {one.losses}; not the same")


@contextlib.contextmanager
def _process(side: str, row: str, threads: int) -> Iterator[Connection]:
    """Start a process for a side on as many cores as it may use, and end it."""
    with _environment(threads):
        pipe, end = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(side, row, threads, end), daemon=True
        )
        process.start()
        end.close()
    try:
        yield pipe
    finally:
        pipe.close()
        process.join()


@contextlib.contextmanager
def _environment(threads: int) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, str(threads)))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _serve(side: str, row: str, threads: int, pipe: Connection) -> None:
    """Send the losses of a side, then make as many steps as are asked for and send the seconds of one, to the end."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])
    try:
        made = prepared(side, ROWS[row], threads)
    except Unsuitable:
        pipe.send(None)
        return
    losses: list[float] = []
    if made.loss is not None:
        losses.append(made.loss())
        losses += [float(made.step(batch)) for batch in range(_STEPS_COMPARED)]
    pipe.send(tuple(losses))
    with contextlib.suppress(EOFError):
        while True:
            steps = pipe.recv()
            started = time.perf_counter()
            for batch in range(steps):
                last = made.step(batch)
            float(last)
            pipe.send((time.perf_counter() - started) / steps)
