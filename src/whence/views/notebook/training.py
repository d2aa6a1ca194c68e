"""A training: its curves, the measures of the best and of the last epoch, and a bar while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from whence.arguments import checks_arguments
from whence.formula import write_number
from whence.training import Training
from whence.training.callbacks import Record
from whence.views.markup import element, html
from whence.views.notebook.curve import curve
from whence.views.notebook.tables import table
from whence.views.texts import Language, Texts

_PARTS = "train", "validation"
_CURVES = "loss", "accuracy"
_MEASURES = "loss", "accuracy", "bits", "mae", "rmse", "r2"


@checks_arguments
def training_html(training: Training, *, language: Language = "en") -> str:
    """Return what a training has reached as HTML: curves of loss and accuracy, and the measures of its epochs.

    Parameters
    ----------
    training : Training
        The training, which may still be running.
    language : str
        The language: ``"en"``, ``"ru"`` or ``"zh"``.
    """
    texts = Texts("notebook", language)
    made = texts("made", epochs=training.epoch, of=training.epochs, steps=texts.count(training.step))
    parts: list[Element] = []
    if training.step < training.total_steps and not training.stop:
        parts.append(element("progress", value=str(training.step), max=str(training.total_steps), style="width: 100%"))
    if training.history:
        parts += [element("div", *_curves(training.history, texts)), _measures(training, texts)]
        made = f"{made}, {training.history[-1]['seconds']:.1f} {texts('seconds')}"
    return html(element("div", element("p", made), *parts))


def _curves(history: list[Record], texts: Texts) -> Iterator[Element]:
    for quantity in _CURVES:
        names = {part: f"{part}_{quantity}" for part in _PARTS}
        lines = {part: [record[name] for record in history] for part, name in names.items() if name in history[0]}
        if lines:
            yield curve(quantity, lines, texts)


def _measures(training: Training, texts: Texts) -> Element:
    """Return a table of what was measured of the best epoch and of the last one, a row for each part of the data."""
    shown = {"best": training.best_epoch, "last": training.epoch}
    if training.validation is None or training.best_epoch == training.epoch:
        del shown["best"]
    last = training.history[-1]
    names = [name for name in _MEASURES if any(f"{part}_{name}" in last for part in _PARTS)]
    rows = []
    for kind, epoch in shown.items():
        record = training.history[epoch - 1]
        for part in _PARTS:
            values = [record.get(f"{part}_{name}") for name in names]
            if f"{part}_loss" in record:
                title = f"{texts(f'epoch.{kind}', epoch=epoch)}, {texts(part)}"
                rows.append([title, *("" if value is None else write_number(float(value), 4) for value in values)])
    return table(["", *map(texts, names)], rows)
