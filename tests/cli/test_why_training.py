"""``whence why RUN CELL --training``: what a parameter of a run is made of."""

import json

import pytest

from whence.nn import Linear
from whence.training import load_checkpoint, load_model


def life(whence, run, cell, *more):
    return json.loads(whence("why", run, cell, "--training", "--json", *more).stdout)


def test_parts_add_up_to_the_saved_models_parameter(whence, trained):
    found = life(whence, trained, "W1[21,5]")
    stored = float(load_model(trained).net.layers[1].weight[21, 5])
    assert found["value"] == stored
    assert found["first"] != stored
    assert abs(found["rounding"]) < 1e-6
    assert found["first"] + found["samples"] + found["decay"] + found["rounding"] == pytest.approx(stored, abs=1e-12)
    assert sum(found["classes"].values()) == pytest.approx(found["samples"], abs=1e-12)
    assert sum(found["epochs"]) == pytest.approx(found["samples"], abs=1e-12)
    assert found["steps"] == load_checkpoint(trained).history[load_checkpoint(trained).state.best_epoch - 1]["step"]


def test_the_text_names_the_samples_and_their_classes(whence, trained):
    said = whence("why", trained, "b1[2]", "--training", "--terms", 3).stdout
    assert said.startswith("b1[2] = ")
    assert "first value" in said
    assert "By class:" in said
    largest = said.split("The samples that added most:\n")[1].splitlines()
    assert len([line for line in largest if line.startswith("  sample ")]) == 3


@pytest.mark.parametrize(("language", "words"), [("ru", "начальное значение"), ("zh", "初始值")])
def test_other_languages(whence, trained, language, words):
    said = whence("why", trained, "b1[2]", "--training", "--language", language).stdout
    assert words in said
    assert "sample" not in said


def test_a_cell_that_is_no_parameter(whence, trained):
    assert (
        "there is no array 'z1'; there are W1, b1, W2, b2"
        in whence("why", trained, "z1[0,0]", "--training", code=1).stderr
    )


@pytest.mark.parametrize("chosen", [["--step", "first"], ["--samples", "3"], ["--batch", "2"]])
def test_samples_and_steps_cannot_be_chosen(whence, trained, chosen):
    assert "--training is about a parameter" in whence("why", trained, "W1[3,5]", "--training", *chosen, code=2).stderr


def test_only_runs_have_a_training(whence, tmp_path):
    assert "there is no run" in whence("why", tmp_path / "none", "W1[3,5]", "--training", code=1).stderr


def test_a_replay_that_differs_is_said(whence, trained, monkeypatch):
    initialise = Linear.initialise

    def otherwise(self, rng, following):
        initialise(self, rng, following)
        self.weight = 1.01 * self.weight

    monkeypatch.setattr(Linear, "initialise", otherwise)
    assert "the training made again is another one" in whence("why", trained, "W1[21,5]", "--training", code=1).stderr
