"""The report on a classifier: its confusion matrix, with the measures of each class beside it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from whence.arguments import checks_arguments
from whence.training import ClassMeasures, Report
from whence.views.markup import element, html
from whence.views.notebook.tables import table
from whence.views.texts import Language, Texts

_MOST_CLASSES_IN_MATRIX = 20
_MOST_CLASSES = 100
_RIGHT, _MISTAKE = "61, 139, 214", "224, 118, 44"
_MEASURES = "precision", "recall", "f1"


@checks_arguments
def report_html(report: Report, *, language: Language = "en") -> str:
    """Return a report as an HTML table: a row for each true class, and the confusion matrix of up to 20 classes.

    Parameters
    ----------
    report : Report
        The report.
    language : str
        The language: ``"en"``, ``"ru"`` or ``"zh"``.
    """
    texts = Texts("notebook", language)
    names = [measures.name for measures in report.classes]
    shown = names if len(names) <= _MOST_CLASSES_IN_MATRIX else []
    head = [texts("classes"), *shown, *map(texts, (*_MEASURES, "support"))]
    rows = [
        [measures.name, *(_counts(report, row, texts) if shown else ()), *_measured(measures, texts)]
        for row, measures in enumerate(report.classes[:_MOST_CLASSES])
    ]
    rows += [["…"]] * (len(names) > _MOST_CLASSES)
    accuracy = element("p", texts("accuracy.said", share=f"{report.accuracy:.2%}"))
    return html(element("div", table(head, rows), accuracy))


def _counts(report: Report, row: int, texts: Texts) -> Iterator[Element]:
    """Yield the cells of a row of the matrix, with as much colour as their share of the row."""
    counts = report.matrix[row].tolist()
    for column, count in enumerate(counts):
        colour = _RIGHT if row == column else _MISTAKE
        share = count / (sum(counts) or 1)
        style = f"background: rgba({colour}, {0.6 * share**0.5:.2f})" if count else "opacity: 0.4"
        yield element("td", _number(count, texts) if count else "·", style=style)


def _measured(measures: ClassMeasures, texts: Texts) -> list[str]:
    return [*(f"{getattr(measures, name):.4f}" for name in _MEASURES), _number(measures.support, texts)]


def _number(count: float, texts: Texts) -> str:
    return texts.count(count) if isinstance(count, int) else f"{count:.4g}"
