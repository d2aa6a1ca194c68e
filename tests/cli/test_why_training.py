"""``whence why RUN CELL --training``: what a parameter or a prediction of a run is made of."""

import json

import numpy as np
import pytest
from PIL import Image

from whence.cli.steps.traced_run import data_of_run
from whence.data import load
from whence.nn import Linear
from whence.training import load_checkpoint, load_model


def life(whence, run, cell, *more):
    return json.loads(whence("why", run, cell, "--training", "--json", *more).stdout)


def test_parts_add_up_to_the_saved_models_parameter(whence, trained):
    found = life(whence, trained, "W1[21,5]")
    stored = float(load_model(trained).net.layers[1].weight[21, 5])
    assert found["value"] == stored
    assert found["first"] != stored
    assert 0 < abs(found["rounding"]) < 1e-6
    assert abs(found["unexplained"]) < 1e-7
    assert found["clipping"] == 0
    rows = ("first", "samples", "decay", "rounding", "unexplained")
    assert sum(found[row] for row in rows) == pytest.approx(stored, abs=1e-12)
    assert sum(found["classes"].values()) == pytest.approx(found["samples"], abs=1e-12)
    assert sum(found["epochs"]) == pytest.approx(found["samples"], abs=1e-7)  # sums of float32 terms in another order
    assert found["steps"] == load_checkpoint(trained).history[load_checkpoint(trained).state.best_epoch - 1]["step"]


def test_clipping_and_decay_are_rows_of_their_own(whence):
    options = ["--optimizer", "sgd", "--clip-norm", 0.5, "--weight-decay", 0.01]
    whence("train", "-m", 1, "-s", 8, *options, "--out", "run", "--quiet")
    found = life(whence, "run", "W1[21,5]")
    stored = float(load_model("run").net.layers[1].weight[21, 5])
    parts = [found[name] for name in ("first", "samples", "clipping", "decay", "rounding", "unexplained")]
    assert 0 not in parts
    assert sum(parts) == pytest.approx(stored, abs=1e-12)
    assert sum(found["classes"].values()) == pytest.approx(found["samples"] + found["clipping"], abs=1e-12)
    said = whence("why", "run", "W1[21,5]", "--training").stdout
    assert "  clipping   " in said
    assert "  weight decay of the first value  " in said


def test_the_text_names_the_samples_and_their_classes(whence, trained):
    said = whence("why", trained, "b1[2]", "--training", "--terms", 3).stdout
    assert said.startswith("b1[2] = ")
    assert "first value" in said
    assert "By class:" in said
    largest = said.split("The samples that added most:\n")[1].splitlines()
    assert len([line for line in largest if line.startswith("  sample ")]) == 3
    assert any("⣿" in line for line in largest)


@pytest.mark.parametrize(("language", "words"), [("ru", "начальное значение"), ("zh", "初始值")])
def test_other_languages(whence, trained, language, words):
    said = whence("why", trained, "b1[2]", "--training", "--language", language).stdout
    assert words in said
    assert "sample" not in said


def test_a_cell_that_is_no_parameter(whence, trained):
    said = whence("why", trained, "z2[0,0]", "--training", code=1).stderr
    assert (
        "z2[0,0] is no parameter of the network, which has W1, b1, W2, b2; of a number that it makes of a sample"
        in said
    )
    assert "say of which: --samples 17" in said


@pytest.mark.parametrize(
    "chosen",
    [
        ["W1[3,5]", "--step", "first"],
        ["W1[3,5]", "--batch", "2"],
        ["W1[3,5]", "--learning-rate", "5"],
        ["z2[0,1]", "--samples", "3,4"],
        [],
    ],
)
def test_one_parameter_or_one_prediction_is_asked_about(whence, trained, chosen):
    assert "one parameter, such as W1[3,5], or" in whence("why", trained, *chosen, "--training", code=2).stderr


def test_a_prediction_is_made_by_the_training_samples(whence, trained):
    model, data = load_model(trained), data_of_run(trained)
    logits = model.net(model.preprocessing(data.train.inputs[17:18], model.net.input_dtype))[0]
    target = data.train.targets[17]
    found = json.loads(whence("why", trained, "--samples", 17, "--training", "--json").stdout)
    assert found["number"] == f"z2[0,{logits.argmax()}]"
    assert found["value"] == pytest.approx(logits.max(), abs=1e-5)
    parts = found["first"] + found["samples"] + found["decay"] + found["unexplained"]
    assert parts == pytest.approx(found["value"], abs=1e-9)
    assert sum(found["classes"].values()) == pytest.approx(found["samples"], abs=1e-9)
    assert sum(found["epochs"]) == pytest.approx(found["samples"], abs=1e-9)
    assert data.train.targets[found["raised"][0]["sample"]] == target
    assert found["raised"][0]["share"] > 0 > found["lowered"][0]["share"]


def test_the_loss_is_less_a_logit_too(whence, trained):
    asked = ("loss", "z2[0,4]", "loss - z2[0,4]")
    made = [json.loads(whence("why", trained, each, "--samples", 17, "--training", "--json").stdout) for each in asked]
    loss, logit, margin = (each["value"] for each in made)
    assert margin == pytest.approx(loss - logit, abs=1e-12)


def test_a_prediction_as_text_has_pictures(whence, trained):
    said = whence("why", trained, "z2[0,4] - z2[0,9]", "--samples", 17, "--training", "--terms", 3).stdout
    assert said.startswith("z2[0,4] − z2[0,9] of sample 17 (4) = ")
    for heading in ("By class:", "Over time:", "The samples that raised it most:", "The samples that lowered it most:"):
        assert heading in said
    pictures = [line for line in said.splitlines() if "⣿" in line]
    assert len(pictures) > 6
    assert {len(line) for line in pictures} == {2 + 3 * 12 + 2 * 2}


def test_a_picture_in_a_file_is_asked_about_and_the_answer_drawn(whence, trained, working_folder):
    picture = load("digits").test.inputs[0, ..., 0] * 15
    Image.fromarray(picture.astype(np.uint8)).save(working_folder / "digit.png")
    said = whence("why", trained, "loss", "--predict", "digit.png", "--training", "--save", "made.png").stdout
    assert said.startswith("loss of digit.png = ")
    assert said.endswith("made.png\n")
    assert (working_folder / "made.png").is_file()


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["W1[3,5]", "--samples", 3, "--training"], 1, "there is no array 'W1'; there are z2, M, S, p, ℓ, loss"),
        (["z2[0,1]", "--samples", 5000, "--training"], 1, "sample is 5000; the samples are numbered from 0 to"),
        (["z2[0,1]", "--predict", "none.png", "--training"], 1, "there is no file none.png"),
        (["W1[3,5]", "--training", "--save", "a.png"], 2, "--save is for a prediction"),
        (["z2[0,1]", "--predict", "a.png"], 2, "--predict and --save are for --training"),
        (["z2[0,1]", "--samples", 3, "--training", "--save", "a.jpg"], 2, "a.jpg"),
    ],
)
def test_what_cannot_be_asked_of_a_prediction(whence, trained, options, code, message):
    assert message in whence("why", trained, *options, code=code).stderr


def test_only_runs_have_a_training(whence, tmp_path):
    assert "there is no run" in whence("why", tmp_path / "none", "W1[3,5]", "--training", code=1).stderr


def test_a_replay_that_differs_is_said(whence, trained, monkeypatch):
    initialise = Linear.initialise

    def otherwise(self, rng, following):
        initialise(self, rng, following)
        self.weight = 1.01 * self.weight

    monkeypatch.setattr(Linear, "initialise", otherwise)
    assert "the training made again is another one" in whence("why", trained, "W1[21,5]", "--training", code=1).stderr
