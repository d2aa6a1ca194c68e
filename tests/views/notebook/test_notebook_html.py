"""What a notebook shows of networks, trainings and reports: figures that are right, and no scripts."""

from __future__ import annotations

import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from whence import fit
from whence.nn import Linear, ReLU, Residual, Sequential, mlp
from whence.training import Callback, classification_report
from whence.views.notebook import Progress, network_html, report_html, training_html


def rows_of(html: str) -> list[list[str]]:
    """The texts of the cells of all tables, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [re.findall(r"<t[hd][^>]*>([^<]*)", row) for row in rows]


class AfterEpoch(Callback):
    """Keeps what is shown after the second epoch."""

    def on_epoch_end(self, training):
        if training.epoch == 2:
            self.shown = training._repr_html_()


@pytest.fixture(scope="module")
def trained():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 2))
    y = (x.sum(1) > 0).astype(int)
    seen = AfterEpoch()
    training = fit(
        mlp((2,), [4], 2, seed=1), "cross_entropy", "adam(0.05)", (x[:40], y[:40]), validation=(x[40:], y[40:]),
        epochs=4, callbacks=[seen],
    )  # fmt: skip
    return training, seen.shown


def test_a_network_is_a_table_of_its_layers():
    shared = Linear(3, 3)
    net = Sequential(shared, Residual([ReLU(), Linear(3, 3)]), shared)
    html = net._repr_html_()
    assert html == network_html(net)
    assert rows_of(html) == [
        ["layer", "output", "parameters"],
        ["input", "(N, 3)", ""],
        ["1 Linear(3, 3)", "(N, 3)", "12"],
        ["2 Residual", "(N, 3)", "12"],
        ["2.1 ReLU()", "(N, 3)", "0"],
        ["2.2 Linear(3, 3)", "(N, 3)", "12"],
        ["3 Linear(3, 3)", "(N, 3)", "shared with 1"],
        ["total", "", "24"],
    ]


def test_a_training_has_its_curves_and_the_measures_of_its_epochs(trained):
    training, _ = trained
    html = training._repr_html_()
    assert html == training_html(training)
    assert "epoch 4 of 4, 8 steps" in html and "<progress" not in html
    assert html.count("<svg") == 2 and html.count("<polyline") == 4
    head, *rows = rows_of(html)
    assert head == ["", "loss", "accuracy"]
    for title, loss, accuracy in rows:
        epoch, part = re.fullmatch(r"(?:best|last) epoch \((\d)\), (\w+)", title).groups()
        record = training.history[int(epoch) - 1]
        name = "train" if part == "training" else part
        assert float(loss) == pytest.approx(record[f"{name}_loss"], rel=1e-3)
        assert float(accuracy) == pytest.approx(record[f"{name}_accuracy"], rel=1e-3)
    assert {title.split(" (")[0] for title, *_ in rows} >= {"last epoch"}


def test_a_training_that_runs_has_a_bar(trained):
    _, shown = trained
    assert '<progress value="4" max="8"' in shown and "epoch 2 of 4, 4 steps" in shown


def test_a_curve_leads_through_its_values(trained):
    training, _ = trained
    html = training_html(training)
    losses = [record["train_loss"] for record in training.history]
    points = [tuple(map(float, point.split(","))) for point in re.search(r'points="([^"]*)"', html)[1].split()]
    everything = losses + [record["validation_loss"] for record in training.history]
    low, high = min(everything), max(everything)
    heights = [(150 - y) / (150 - 26) for _, y in points]
    assert heights == pytest.approx([(loss - low) / (high - low) for loss in losses], abs=1e-3)
    assert [x for x, _ in points] == pytest.approx([56, 154, 252, 350])


def test_a_training_on_batches_alone_is_shown_too():
    batches = [(np.ones((4, 2)), np.zeros(4, int))] * 2
    html = fit(mlp((2,), [], 2), "cross_entropy", "sgd", batches, epochs=1)._repr_html_()
    assert html.count("<polyline") == 1 and rows_of(html)[1][0] == "last epoch (1), training"


def test_a_report_is_the_confusion_matrix_with_the_measures_of_each_class():
    report = classification_report(np.array([[3, 1], [0, 1200]]), ["cat", "<dog>"])
    html = report._repr_html_()
    assert html == report_html(report)
    assert rows_of(html) == [
        ["true class \\ predicted", "cat", "&lt;dog&gt;", "precision", "recall", "F1", "samples"],
        ["cat", "3", "1", "1.0000", "0.7500", "0.8571", "4"],
        ["&lt;dog&gt;", "·", "1,200", "0.9992", "1.0000", "0.9996", "1,200"],
    ]
    assert "accuracy 99.92%" in html


def test_a_matrix_of_many_classes_is_left_out():
    report = classification_report(np.eye(120), [f"class {number}" for number in range(120)])
    rows = rows_of(report_html(report))
    assert rows[0][1:] == ["precision", "recall", "F1", "samples"]
    assert len(rows) == 1 + 100 + 1 and rows[-1] == ["…"]


def test_nothing_needs_a_script_or_a_colour_of_the_ground(trained):
    training, _ = trained
    report = classification_report(np.eye(2), ["a", "b"])
    for html in (training_html(training), network_html(training.net), report_html(report)):
        assert not re.search("<script|<style|white|black|#fff|#000", html)


@pytest.mark.parametrize(
    ("language", "words"), [("ru", ("слой", "потери", "полнота")), ("zh", ("层", "损失", "召回率"))]
)
def test_other_languages_are_spoken(trained, language, words):
    training, _ = trained
    report = classification_report(np.eye(2), ["a", "b"])
    shown = network_html(training.net, language=language), training_html(training, language=language)
    for html, word in zip((*shown, report_html(report, language=language)), words, strict=True):
        assert word in html


def test_outside_of_notebooks_progress_shows_nothing(monkeypatch, capsys):
    fit(mlp((2,), [], 2), "cross_entropy", "sgd", (np.ones((4, 2)), np.zeros(4, int)), epochs=1, callbacks=[Progress()])
    monkeypatch.setitem(sys.modules, "IPython", None)
    fit(mlp((2,), [], 2), "cross_entropy", "sgd", (np.ones((4, 2)), np.zeros(4, int)), epochs=1, callbacks=[Progress()])
    assert capsys.readouterr() == ("", "")


def test_in_a_notebook_progress_replaces_what_it_shows(monkeypatch):
    shown = []

    def display(thing, *, display_id):
        shown.append(thing._repr_html_())
        return SimpleNamespace(update=lambda thing: shown.append(thing._repr_html_()))

    monkeypatch.setattr("whence.views.notebook.progress._display", lambda: display)
    fit(mlp((2,), [], 2), "cross_entropy", "sgd", (np.ones((4, 2)), np.zeros(4, int)), epochs=3, callbacks=[Progress()])
    assert "epoch 0 of 3" in shown[0] and "<progress" in shown[0]
    assert "epoch 3 of 3" in shown[-1] and "<progress" not in shown[-1]
