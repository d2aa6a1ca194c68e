"""A callback that shows a training in a notebook while it runs."""

from __future__ import annotations

import time
from typing import Any

from whence.training import Callback, Training

_SECONDS_BETWEEN_UPDATES = 0.5


class Progress(Callback):
    """Shows a training below the cell of a notebook that runs it, as it goes: a bar, the curves and the measures.

    It needs no widgets: the output is replaced, and what stays in the notebook is the last state. Outside of notebooks
    it shows nothing.

    Examples
    --------
    In a notebook, ``whence.fit(net, "cross_entropy", "adam", samples, epochs=10, callbacks=[Progress()])``.
    """

    def on_start(self, training: Training) -> None:
        display = _display()
        self._handle = display and display(training, display_id=True)
        self._shown = time.monotonic()

    def on_batch_end(self, training: Training) -> None:
        if time.monotonic() - self._shown >= _SECONDS_BETWEEN_UPDATES:
            self._show(training)

    def on_interrupt(self, training: Training) -> None:
        self._show(training)

    def on_end(self, training: Training) -> None:
        self._show(training)

    def _show(self, training: Training) -> None:
        if self._handle:
            self._handle.update(training)
        self._shown = time.monotonic()


def _display() -> Any:
    """Return IPython's function that shows an object, or None outside of notebooks."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        return None
    return display if hasattr(get_ipython(), "kernel") else None
