"""Progress on standard error: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from whence.cli.report import PARTS, measure_text, parts_text
from whence.cli.terminal import echo
from whence.data import Samples
from whence.training import Callback, Training

if TYPE_CHECKING:
    from rich.progress import Progress

_SECONDS_BETWEEN_UPDATES = 0.1
_LINES = 20
_BAR_WIDTH, _WIDTH_FOR_BAR, _WIDTH_FOR_ACCURACY = 30, 64, 58


class Bar(Callback):
    """A bar with the epoch, the loss of the last batch, the accuracy of the last epoch and the time left.

    On a narrow terminal the bar and the accuracy are left out.
    """

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
        from rich.table import Column

        console = Console(stderr=True)
        bar = BarColumn(bar_width=None, table_column=Column(max_width=_BAR_WIDTH))
        accuracy = "{task.fields[accuracy]}" if console.width >= _WIDTH_FOR_ACCURACY else ""
        self.progress = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            *([bar] if console.width >= _WIDTH_FOR_BAR else []),
            TextColumn(f"loss [bold]{{task.fields[loss]}}[/]{accuracy}"),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            console=console,
            auto_refresh=False,
        )
        self._shown = 0.0

    def on_start(self, training: Training) -> None:
        self.progress.add_task("", total=training.total_steps, completed=training.step, **_fields(training))

    def on_batch_end(self, training: Training) -> None:
        if time.monotonic() - self._shown >= _SECONDS_BETWEEN_UPDATES:
            self._show(training)

    def on_end(self, training: Training) -> None:
        self._show(training)

    def _show(self, training: Training) -> None:
        self.progress.update(self.progress.task_ids[0], completed=training.step, refresh=True, **_fields(training))
        self._shown = time.monotonic()


class Lines(Callback):
    """About twenty lines in all, each of them at the end of an epoch."""

    def on_epoch_end(self, training: Training) -> None:
        if training.epoch % max(1, training.epochs // _LINES) == 0 or training.step == training.total_steps:
            record = training.history[-1]
            parts = [f"epoch {training.epoch}/{training.epochs}", f"loss {measure_text('loss', record['train_loss'])}"]
            if "validation_bits" in record:
                loss, bits = record["validation_loss"], record["validation_bits"]
                parts.append(f"validation {loss:.4f} nats, {bits:.4f} bits a character")
            for split, title in PARTS.items():
                if f"{split}_accuracy" in record:
                    parts.append(f"{title} {record[f'{split}_accuracy']:.2%}")
            echo("  ".join([*parts, f"{record['seconds']:.1f} s"]), err=True)


@contextlib.contextmanager
def training_progress() -> Iterator[Callback]:
    """Show a bar while the block runs if standard error is a terminal, else lines."""
    terminal = sys.stderr  # which the bar replaces while it is shown
    if not terminal.isatty():
        yield Lines()
        return
    bar = Bar()
    with bar.progress:
        try:
            yield bar
        finally:
            if not terminal.isatty():  # it is gone, and writing to it would be an error
                os.dup2(os.open(os.devnull, os.O_WRONLY), terminal.fileno())


@contextlib.contextmanager
def measuring(splits: Mapping[str, Samples], unit: str, *, line: bool = False) -> Iterator[None]:
    """Show what is being measured while the block runs: a spinner on a terminal, or with ``line`` one line elsewhere.

    Parameters
    ----------
    splits : mapping of str to Samples
        The parts of the data.
    unit : str
        What is counted, in the singular: ``"sample"``, or ``"character"`` of a text.
    line : bool
        Whether to print a line when standard error is not a terminal.
    """
    with working(f"measuring {parts_text(splits, unit)}", line=line):
        yield


@contextlib.contextmanager
def working(message: str, *, line: bool = False) -> Iterator[None]:
    """Show what is being done while the block runs, as `measuring` does."""
    if not sys.stderr.isatty():
        if line:
            echo(message, err=True)
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(message):
        yield


class Download(contextlib.ExitStack):
    """A bar for a download on a terminal, or one line elsewhere; nothing until bytes arrive."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self._progress: Progress | None = None
        self._announced = False

    def __call__(self, arrived: int, total: int) -> None:
        """Show how many bytes have arrived."""
        if not sys.stderr.isatty():
            if not self._announced:
                echo(f"downloading {self.title}, {total / 1e6:.1f} MB", err=True)
                self._announced = True
            return
        if self._progress is None:
            from rich.console import Console
            from rich.progress import Progress

            bar = Progress(*Progress.get_default_columns(), console=Console(stderr=True), transient=True)
            self._progress = self.enter_context(bar)
            self._progress.add_task(f"downloading {self.title}", total=total)
        self._progress.update(self._progress.task_ids[0], completed=arrived)


def _fields(training: Training) -> dict[str, Any]:
    record = training.history[-1] if training.history else {}
    split = "validation" if "validation_accuracy" in record else "train"
    accuracy = record.get(f"{split}_accuracy")
    shown = "" if accuracy is None else f"  {PARTS[split]} [bold]{accuracy:.2%}[/]"
    loss = training.batch_loss if training.batch_loss == training.batch_loss else record.get("train_loss")
    epoch = min(training.epoch + 1, training.epochs)
    return {
        "epoch": f"{epoch}/{training.epochs}",
        "loss": "–" if loss is None else measure_text("loss", loss),
        "accuracy": shown,
    }
