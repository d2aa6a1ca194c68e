"""Signals that take effect at the end of a batch, so that no step is left incomplete."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any

from whence.errors import TrainingAborted

_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Interruption:
    """Records the first Ctrl-C, request to end or lost terminal in its block; a second one raises at once.

    The save that follows the first is not cut short by a second.

    Outside of the main thread, where Python allows no signal handlers, it does nothing.

    Attributes
    ----------
    signal : signal.Signals or None
        The signal that came: SIGINT for Ctrl-C, SIGTERM, or SIGHUP unless ``nohup`` had it ignored.
    """

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        self._saving = False
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            for number in _ENDING:
                if number is signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN:
                    self._previous[number] = signal.signal(number, self._record)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    @contextlib.contextmanager
    def saving(self) -> Iterator[None]:
        """Let no further signal raise within the block."""
        self._saving = True
        try:
            yield
        finally:
            self._saving = False

    def _record(self, number: int, frame: FrameType | None) -> None:
        if self.signal is None:
            self.signal = signal.Signals(number)
        elif not self._saving:
            raise TrainingAborted(signal.Signals(number))
