"""The report on a trained network: measures, confusion matrix and classification report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.cli.runs.run_data import data_of_run
from whence.data import Samples
from whence.data.repeated_samples import count_repeated
from whence.errors import WhenceError
from whence.text_table import text_table
from whence.training import ClassMeasures, Model, Report, metrics, outputs_for, sample_text
from whence.training.baseline import Baselines, baselines, naive_baselines
from whence.visible import on_one_line
from whence.wording import counted

_TITLES = {"mae": "MAE", "rmse": "RMSE", "r2": "R²"}
PARTS = {"train": "training", "validation": "validation", "test": "test"}
"""The parts of a data set as they are called in texts."""
_MOST_CLASSES_SHOWN, _MOST_ROWS_SHOWN = 30, 10
_SAMPLE_LENGTH, _SAMPLE_TEMPERATURE = 300, 0.8
_BY_WEIGHTS = "measures and support are by the weights of the samples; the confusion matrix counts samples"


@dataclass(frozen=True)
class Findings:
    """The measures of a network on the parts of a data set, with details for the last part.

    Parameters
    ----------
    measures : mapping of str to mapping of str to float
        Loss and accuracy, or the errors of a regression, for each part of the data.
    detail : str
        The confusion matrix and the classification report, true values beside predicted ones, or a generated text.
    remark : str
        A remark on the measures; may be empty.
    matrix : (C, C) integer array or None
        The confusion matrix of the last part; None for a regression or a text.
    class_report : Report or None
        Precision, recall and F1 of each class, by the weights of the samples; None for a regression or a text.
    targets : dict of str to mapping of str to float
        The errors of each target on the last part, if there are several.
    baselines : dict of str to mapping of str to float
        The measures of naive predictions and of a linear model on the last part.
    """

    measures: Mapping[str, Mapping[str, float]]
    detail: str
    remark: str = ""
    matrix: Array | None = None
    class_report: Report | None = None
    baselines: Baselines = field(default_factory=dict)
    targets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def flat(self) -> dict[str, Any]:
        """Return the measures by names such as ``test_loss``, None for those not measured, and the baselines."""
        found: dict[str, Any] = {
            f"{split}_{name}": None for split in ("train", "validation", "test") for name in ("loss", "accuracy")
        }
        for split, part in self.measures.items():
            found.update({f"{split}_{name}": value for name, value in part.items()})
        return {**found, "baselines": {name: json_ready(part) for name, part in self.baselines.items()}}

    def details(self) -> dict[str, Any]:
        """Return the confusion matrix and the measures of every class, or of every target if there are several."""
        if self.class_report is None or self.matrix is None:
            return (
                {"targets": {name: json_ready(errors) for name, errors in self.targets.items()}} if self.targets else {}
            )
        report = {one.name: {**_fractions(one), "support": one.support} for one in self.class_report.classes}
        return {"classes": list(report), "confusion_matrix": self.matrix.tolist(), "report": report}

    def positive(self) -> dict[str, float]:
        """Return precision, recall and F1 of the second of two classes."""
        return {} if self.class_report is None else _fractions(self.class_report.classes[1])

    def text(self) -> str:
        """Return everything as text."""
        return f"{self.measures_text()}\n\n{self.detail}"

    def measures_text(self) -> str:
        """Return the measures as a table, with a row for each part of the data and each baseline, and the remark."""
        names = list(next(iter(self.measures.values())))
        rows = [
            [PARTS.get(split, split), *(measure_text(name, found[name]) for name in names)]
            for split, found in self.measures.items()
        ]
        *_, last = self.measures
        rows += [
            [
                f"{PARTS.get(last, last)}, {name}",
                *(measure_text(key, found[key]) if key in found else "" for key in names),
            ]
            for name, found in self.baselines.items()
        ]
        table = text_table(["", *(_TITLES.get(name, name) for name in names)], rows)
        return f"{table}\n{self.remark}" if self.remark else table


def look_at(model: Model, splits: Mapping[str, Samples]) -> Findings:
    """Measure a network on the parts of a data set, the last one in detail and beside baselines.

    These learn from the training samples; where there are none, naive ones from the samples themselves.
    """
    *others, last = splits
    samples = splits[last]
    measures = {
        split: metrics.evaluate(model.net, model.loss_fn, splits[split], model.preprocessing) for split in others
    }
    learn = baselines if "train" in splits else naive_baselines
    beside = learn(splits.get("train", samples), samples, model.preprocessing, model.classes)
    if model.preprocessing.streams:
        measures[last] = metrics.evaluate(model.net, model.loss_fn, samples, model.preprocessing)
        return Findings(measures, _sample(model), baselines=beside)
    outputs = outputs_for(model.net, samples.inputs, model.preprocessing, samples.lengths)
    measures[last] = metrics.measures_of(outputs, model.loss_fn, samples, model.preprocessing)
    weights, remark = samples.weights, "" if samples.weights is None else _BY_WEIGHTS
    if model.classes is None:
        predictions = model.preprocessing.restored(outputs, samples.inputs)
        names = _target_names(model, samples.targets)
        errors = errors_of_each(names, predictions, samples) if len(names) > 1 else {}
        detail = "\n\n".join([*filter(None, [errors_text(errors)]), comparison(samples.targets, predictions, names)])
        return Findings(measures, detail, remark, baselines=beside, targets=errors)
    predicted, count = metrics.predicted_classes(outputs), len(model.classes)
    matrix = metrics.confusion_matrix(samples.targets, predicted, count)
    weighted = metrics.confusion_matrix(samples.targets, predicted, count, weights)
    report = metrics.classification_report(weighted, model.classes)
    detail = f"{confusion_text(matrix, model.classes)}\n\n{report.text()}"
    return Findings(measures, detail, remark, matrix, report, beside)


def _fractions(one: ClassMeasures) -> dict[str, float]:
    return {"precision": one.precision, "recall": one.recall, "f1": one.f1}


def _sample(model: Model) -> str:
    rng = np.random.default_rng(0)
    text = "".join(sample_text(model, "", _SAMPLE_LENGTH, temperature=_SAMPLE_TEMPERATURE, rng=rng))
    return f"A text from the network, at temperature {_SAMPLE_TEMPERATURE}:\n\n{text}"


def label_mapping(classes: Sequence[str] | None) -> str | None:
    """Return which label has which index, unless the labels are the indices."""
    if classes is None or list(classes) == [str(index) for index in range(len(classes))]:
        return None
    return on_one_line("labels: " + ", ".join(f"{label} → {index}" for index, label in enumerate(classes)))


def json_ready(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping with None for NaN and infinity, which JSON does not have."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in found.items()
    }


def parts_text(splits: Mapping[str, Samples], unit: str) -> str:
    """Return the sizes of the parts of a data set: ``1,259 training, 359 test samples``."""
    counts = {split: part.targets.size if unit == "character" else len(part) for split, part in splits.items()}
    last, count = counts.popitem()
    others = [f"{count:,} {PARTS[split]}" for split, count in counts.items()]
    return ", ".join([*others, counted(count, f"{PARTS.get(last, '')} {unit}".strip())])


def measure_text(name: str, value: float) -> str:
    """Return a measure as text: an accuracy in per cent, others with four decimals."""
    if name == "accuracy":
        return f"{value:.2%}"
    return f"{value:.4f}" if value == 0 or math.isnan(value) or 1e-3 <= abs(value) < 1e5 else f"{value:.3e}"


def confusion_text(matrix: Array, classes: Sequence[str]) -> str:
    """Return a confusion matrix, the true classes as rows and the predicted ones as columns."""
    if len(classes) > _MOST_CLASSES_SHOWN:
        return f"The confusion matrix of {len(classes)} classes is too wide to print; see its picture."
    cells = [[f"{count:,}" if count else "·" for count in row] for row in matrix.tolist()]
    width = max(12, *(len(row[0]) for row in cells))
    short = [name if len(name) <= width else f"{name[: width - 1]}…" for name in classes]
    rows = [[name, *row] for name, row in zip(classes, cells, strict=True)]
    return text_table(["true \\ predicted", *short], rows)


def errors_of_each(names: Sequence[str], outputs: Array, samples: Samples) -> dict[str, dict[str, float]]:
    """Return the errors of each target of a regression by its name."""
    return {
        name: metrics.regression_errors(outputs[:, [i]], samples.targets[:, [i]], samples.weights)
        for i, name in enumerate(names)
    }


def errors_text(errors: Mapping[str, Mapping[str, float]]) -> str:
    """Return a table of the errors of each target; empty if there are none."""
    if not errors:
        return ""
    rows = [[name, *(measure_text(key, value) for key, value in found.items())] for name, found in errors.items()]
    return text_table(["target", *(_TITLES[key] for key in next(iter(errors.values())))], rows)


def _target_names(model: Model, targets: Array) -> Sequence[str]:
    """Return the names of the targets (N, K) of a regression, numbers if they have none."""
    names = model.preprocessing.target_names
    return names if len(names) == targets.shape[1] else [str(i + 1) for i in range(targets.shape[1])]


def comparison(targets: Array, outputs: Array, names: Sequence[str]) -> str:
    """Return a table of the first targets of a regression, named if there are several, and their predictions."""
    rows = [
        [str(row + 1), *(f"{value:.4g}" for value in (*targets[row], *outputs[row]))]
        for row in range(min(_MOST_ROWS_SHOWN, len(targets)))
    ]
    named = [""] if len(names) == 1 else [f" {name}" for name in names]
    header = ["sample", *(f"true{name}" for name in named), *(f"predicted{name}" for name in named)]
    return text_table(header, rows)


def remark_on_seen_samples(run: Path, splits: Mapping[str, Samples], *, own: bool) -> str:
    """Return a sentence if the last part of the data, which a report is about, was trained on, and else nothing.

    Parameters
    ----------
    run : Path
        The folder of a run, or a file in it; if its data are gone or changed, there is nothing to compare with.
    splits : mapping of str to Samples
        The parts of the data that are measured.
    own : bool
        Whether these are the data of the run.
    """
    *_, (name, samples) = splits.items()
    if name == "train":
        return "there are no test samples: these are training samples, whose measures say little of new data"
    try:
        train = splits["train"] if own else data_of_run(run if run.is_dir() else run.parent, offline=True).train
    except WhenceError:
        return ""
    seen = count_repeated(samples, train)
    if not seen:
        return ""
    return (
        f"{seen:,} of {counted(len(samples), 'sample')} are equal to samples that {run} was trained on, "
        "whose measures say little of new data"
    )
