"""The biography of a prediction: its parts, and the training samples that changed it most."""

from __future__ import annotations

from whence.arguments import checks_arguments
from whence.formula import write_number
from whence.history import PredictionBiography
from whence.views.markup import element, html
from whence.views.notebook.tables import table
from whence.views.text.prediction_biography import strongest_samples
from whence.views.texts import Language, Texts

_SAMPLES = 8


@checks_arguments
def prediction_html(biography: PredictionBiography, *, language: Language = "en") -> str:
    """Return what a prediction is made of as HTML tables: all parts, and the samples that raised and lowered it most.

    Parameters
    ----------
    biography : PredictionBiography
        The biography.
    language : str
        The language: ``"en"``, ``"ru"`` or ``"zh"``.
    """
    texts = Texts("why", language)
    parts = {
        texts("life.first"): biography.values[0],
        texts("life.samples", count=len(biography.samples)): biography.samples.sum(),
        texts("life.decay"): biography.decay,
        texts("life.statistics"): biography.statistics,
        texts("life.curvature"): biography.unexplained,
        "=": biography.values[-1],
    }
    whole = table(["", biography.number], [[name, write_number(float(part), 4)] for name, part in parts.items()])
    shown = [whole]
    for key, rows in strongest_samples(biography.samples, _SAMPLES).items():
        if rows:
            numbers = [write_number(float(biography.samples[row]), 4) for row in rows]
            names = [texts("life.sample", sample=row) for row in rows]
            shown += [element("p", texts(key)), table(["", ""], zip(names, numbers, strict=True))]
    return html(element("div", *shown))
