"""What is told of a trained network: measures, confusion matrix and report of the classes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.cli.tables import Measures, comparison, confusion_text, measures_table
from whence.data import Samples
from whence.training import (
    Model,
    Report,
    classification_report,
    confusion_matrix,
    evaluate,
    outputs_for,
    predicted_classes,
    sample_text,
)

_SAMPLE_LENGTH, _SAMPLE_TEMPERATURE = 300, 0.8
_BY_WEIGHTS = "measures are means by the weights of the samples; the confusion matrix and the support count samples"


@dataclass(frozen=True)
class Findings:
    """A network measured on the parts of a data set, and looked at closely on the last of them.

    Parameters
    ----------
    measures : mapping of str to mapping of str to float
        Loss and accuracy, or the errors of a regression, for each part of the data.
    split : str
        The part that is looked at closely: ``"test"`` where there is one.
    classes : tuple of str or None
        The names of the classes; None for a regression.
    matrix : (C, C) integer array or None
        The confusion matrix of that part.
    class_report : Report or None
        Precision, recall and F1 of each class, by the weights of the samples; None for a regression.
    detail : str
        The confusion matrix and the report of the classes, or true values beside predicted ones, or a text that the
        network made.
    remark : str
        What a reader should know of the measures; empty for nothing.
    """

    measures: Measures
    split: str
    classes: tuple[str, ...] | None
    matrix: Array | None
    class_report: Report | None
    detail: str
    remark: str = ""

    def flat(self) -> dict[str, float | None]:
        """Return the measures under names such as ``test_loss``; None for what was not measured."""
        found: dict[str, float | None] = {
            f"{split}_{name}": None for split in ("train", "validation", "test") for name in ("loss", "accuracy")
        }
        for split, part in self.measures.items():
            found.update({f"{split}_{name}": value for name, value in part.items()})
        return found

    def details(self) -> dict[str, Any]:
        """Return the confusion matrix and the measures of every class; nothing for a regression."""
        report = self.class_report
        if report is None or self.matrix is None:
            return {}
        return {
            "classes": list(self.classes or ()),
            "confusion_matrix": self.matrix.tolist(),
            "report": {
                one.name: {"precision": one.precision, "recall": one.recall, "f1": one.f1, "support": one.support}
                for one in report.classes
            },
        }

    def positive(self) -> dict[str, float]:
        """Return precision, recall and F1 of the second of two classes."""
        report = self.class_report
        if report is None:
            return {}
        measures = report.classes[1]
        return {"precision": measures.precision, "recall": measures.recall, "f1": measures.f1}

    def text(self) -> str:
        """Return everything as text."""
        return f"{self.measures_text()}\n\n{self.detail}"

    def measures_text(self) -> str:
        """Return the measures as a table, and the remark below it."""
        return "\n".join([measures_table(self.measures), *([self.remark] if self.remark else [])])


def look_at(model: Model, splits: Mapping[str, Samples]) -> Findings:
    """Measure a network on the parts of a data set, and look closely at the last."""
    measures = {
        split: evaluate(model.net, model.loss_fn, samples, model.preprocessing) for split, samples in splits.items()
    }
    split, samples = list(splits.items())[-1]
    if model.preprocessing.streams:
        return Findings(measures, split, None, None, None, _sample(model))
    outputs = outputs_for(model.net, samples.inputs, model.preprocessing, samples.lengths)
    weights, remark = samples.weights, "" if samples.weights is None else _BY_WEIGHTS
    if model.classes is None:
        detail = comparison(samples.targets, model.preprocessing.restored(outputs))
        return Findings(measures, split, None, None, None, detail, remark)
    predicted, count = predicted_classes(outputs), len(model.classes)
    matrix = confusion_matrix(samples.targets, predicted, count)
    weighted = None if weights is None else confusion_matrix(samples.targets, predicted, count, weights)
    report = classification_report(matrix, model.classes, weighted)
    detail = f"{confusion_text(matrix, model.classes)}\n\n{report.text()}"
    return Findings(measures, split, model.classes, matrix, report, detail, remark)


def _sample(model: Model) -> str:
    rng = np.random.default_rng(0)
    text = "".join(sample_text(model, "", _SAMPLE_LENGTH, temperature=_SAMPLE_TEMPERATURE, rng=rng))
    return f"A text from the network, at temperature {_SAMPLE_TEMPERATURE}:\n\n{text}"


def label_mapping(classes: Sequence[str] | None) -> str | None:
    """Return which label has which index, unless the labels are the indices."""
    if classes is None or list(classes) == [str(index) for index in range(len(classes))]:
        return None
    return "labels: " + ", ".join(f"{label} → {index}" for index, label in enumerate(classes))


def json_ready(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping with None for numbers that JSON does not have."""
    return {key: _plain(value) if isinstance(value, float) else value for key, value in found.items()}


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
