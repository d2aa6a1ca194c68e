"""``whence show`` on a run, on saved traces, and where it must refuse."""

import html
import json
import re
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

from whence.cli.commands.show import command
from whence.cli.steps.described_network import trace_described
from whence.cli.steps.traced_run import trace_run
from whence.errors import ArgumentError, RunFolderError, ShapeError
from whence.trace import save_traces
from whence.views.texts import Texts
from whence.views.which_step import which_step


@pytest.fixture
def run(whence, once):
    """A run of a small network on five samples of a table."""

    def make():
        rows = "\n".join(["a,b,kind", "1,0,rose", "0,1,tulip", "1,1,rose", "0,0,tulip", "2,1,rose"]) + "\n"
        Path("flowers.csv").write_text(rows, encoding="utf-8")
        whence("train", "flowers.csv", "-s", "3", "-m", "2", "--validation", "0", "--out", "run", "--quiet")

    once("five flowers", make)
    return "run"


def show(*arguments):
    result = CliRunner().invoke(command, [str(argument) for argument in arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def traces_in(path):
    page = Path(path).read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])["traces"]


def test_the_page_is_left_in_the_runs_folder(run):
    said = show(run)
    assert said.startswith("run/page.html (0.")
    [trace] = traces_in("run/page.html")
    assert trace["arrays"]["x"]["shape"] == [5, 2]
    assert "<title>run · flowers</title>" in html.unescape(Path("run/page.html").read_text(encoding="ascii"))


def test_samples_steps_and_the_file_can_be_chosen(run):
    show(run, "--samples", "4,0", "--steps", 2, "-o", "other.html")
    first, second = traces_in("other.html")
    assert first["description"]["data"]["samples"] == [4, 0]
    assert second["arrays"]["W1"]["bytes"] == first["arrays"]["W1_new"]["bytes"]
    assert not Path("run/page.html").exists()


def test_saved_traces_are_shown_beside_their_file(run):
    save_traces("steps.safetensors", trace_run(run, batch=2))
    show("steps.safetensors")
    assert traces_in("steps.html")[0]["arrays"]["x"]["shape"] == [2, 2]


def test_an_architecture_is_shown_untrained_on_made_up_samples_of_its_seed(working_folder):
    said = show("4, 3 sigmoid, 2", "--seed", 5)
    assert said.startswith("page.html (0.")
    assert "This is the first step of an untrained network, on samples 0 to 3 of made-up data (seed 5), with" in said
    assert [layer["text"] for layer in traces_in("page.html")[0]["layers"]] == [
        "Linear(4, 3)",
        "Sigmoid()",
        "Linear(3, 2)",
    ]
    show("4, 3 sigmoid, 2", "--seed", 5, "-o", "again.html")
    assert Path("again.html").read_bytes() == Path("page.html").read_bytes()
    one, other = (next(trace_described("4, 3 sigmoid, 2", {"seed": seed}))[0] for seed in (5, 6))
    assert not np.array_equal(one["x"], other["x"]) and not np.array_equal(one["W1"], other["W1"])


@pytest.mark.parametrize("network", ["2,3,2", "2, 3 relu, 2"])
def test_an_architecture_on_data_begins_as_its_training_does(run, network):
    [untrained] = next(trace_described(network, {"data": "flowers.csv"}))
    [trained] = trace_run(run, step="first", samples=[0, 1, 2, 3, 4])
    assert untrained.keys() == trained.keys()
    assert all(np.array_equal(untrained[name], trained[name]) for name in trained if name not in ("x", "dW1"))
    assert untrained.description["data"]["step"] == {"kind": "first", "number": 1}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["5,3,2", "--data", "flowers.csv"], r"takes inputs \(N, 5\), but those of flowers.csv are \(N, 2\)"),
        (["2,3,7", "--data", "flowers.csv"], "has 7 outputs, but flowers.csv needs 2"),
        (["4, 3 relu, 2 softmax"], r"activates the output itself; leave out the last layer, Softmax\(\)"),
        (["4,3,2", "--samples", "1"], "has made-up samples; leave out samples, or give a run"),
        (["4,3,2", "--step", "7"], "an architecture has only a first step"),
        (["4,3,2", "-o", "page.pdf"], "page.pdf ends in .pdf, which cannot be written here; give .* ends in .html"),
    ],
)
def test_what_does_not_suit_an_architecture_is_refused(run, arguments, message):
    with pytest.raises((ArgumentError, ShapeError, click.UsageError), match=message):
        show(*arguments)


def test_the_page_is_opened_on_request(run, monkeypatch):
    opened = []
    monkeypatch.setattr(click, "launch", opened.append)
    show(run, "--open")
    assert opened == ["run/page.html"]


def test_what_cannot_be_shown_is_refused_and_leaves_nothing(run):
    with pytest.raises(RunFolderError, match="there is no run elsewhere"):
        show("elsewhere")
    with pytest.raises(ArgumentError, match="sample is 5; the samples are numbered from 0 to"):
        show(run, "--samples", 5)
    with pytest.raises(ArgumentError, match="samples and batch were both given"):
        show(run, "--samples", 1, "--batch", 2)
    assert not Path("run/page.html").exists()


def test_more_steps_than_can_be_kept_are_refused_at_once(whence, trained):
    said = whence("show", trained, "--steps", 99999, code=1).stderr
    assert said.startswith("Error: 99,999 steps have ")
    assert re.search(r"numbers, more than the limit of 10,000,000; take at most [\d,]+ steps\n$", said)


@pytest.mark.parametrize("command", ["show", "sheet", "formulas"])
def test_a_file_in_a_folder_that_there_is_not_is_refused_before_anything_is_made(whence, trained, command):
    said = whence(command, trained, "-o", "nowhere/file", code=1).stderr
    assert said == "Error: cannot write nowhere/file: there is no folder nowhere; create it, or choose another\n"


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (["--batch", 3], "samples 0 to 2"),
        (["--samples", 7], "sample 7"),
        (["--samples", "2,5,9"], "samples 2, 5 and 9"),
    ],
)
def test_the_samples_of_the_step_are_told(whence, trained, chosen, said):
    assert whence("why", trained, "loss", *chosen).stdout.endswith(
        f"\n\nThis is the step after epoch 4, the best, from the saved model, on {said} of digits, "
        "with the learning rate 0.1.\n"
    )
    whence("show", trained, *chosen)
    assert f"on {said} of digits, with the learning rate 0.1" in Path(trained, "page.html").read_text("utf-8")


def test_an_exercise_is_a_page_with_a_key_beside_it(whence):
    said = whence("show", "2, 3 relu, 2", "--exercise", 3, "-o", "mia.html").stdout
    assert "cells to compute; the key is mia-key.html" in said
    whence("show", "2, 3 relu, 2", "--exercise", 4)
    mia, key, other = (Path(name).read_text() for name in ("mia.html", "mia-key.html", "exercise-4.html"))
    assert '"solved":false' in mia and '"solved":true' in key
    assert mia != other
    assert "more than the 40" in whence("show", "300, 4, 2", "--exercise", 3, code=1).stderr


def test_steps_after_the_first_are_called_by_their_numbers(run):
    first, second = trace_run(run, steps=2)
    texts = Texts("common", "en")
    assert which_step(first, texts).startswith("the step after epoch ")
    assert which_step(second, texts).startswith(f"step {second['τ']:g}, on samples ")
