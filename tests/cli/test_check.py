import json

import pytest

from whence.nn import ReLU


def test_an_architecture_is_checked_on_data(whence):
    said = whence("check", "64, 4 relu, 10", "--data", "digits").stdout
    assert "samples 0 to 3 of digits, an untrained network" in said
    assert "all gradients agree" in said


def test_a_described_network_is_checked_parameter_by_parameter(whence):
    said = whence("check", "4,3,1", "--loss", "sse", "--activation", "sigmoid", "--output-activation", "sigmoid").stdout
    lines = said.splitlines()
    assert [line.split()[0] for line in lines[2:7]] == ["dW1", "db1", "dW2", "db2", "dx"]
    assert all(line.endswith("passed") for line in lines[2:7])
    assert lines[-1].startswith("SumOfSquaredErrors of 8 samples in float64")
    assert lines[-1].endswith("all gradients agree")


@pytest.mark.parametrize("loss", ["cross_entropy", "bce", "mse", "huber", "l1", "sse"])
def test_every_loss_can_be_checked(whence, loss):
    rows = json.loads(whence("check", "5,4,3", "--loss", loss, "--activation", "tanh", "--json").stdout)["rows"]
    assert all(row["passed"] and row["error"] < 1e-6 for row in rows)


def test_a_single_output_suits_binary_cross_entropy(whence):
    assert json.loads(whence("check", "5,4,1", "--loss", "bce", "--json").stdout)["passed"]


def test_a_run_is_checked_on_its_own_samples(whence):
    whence("train", "-m", 1, "-s", 8, "--dropout", 0.3, "--batch-norm", "--out", "run", "-q")
    found = json.loads(whence("check", "run", "--json", "--batch", 5).stdout)
    assert found["passed"]
    assert [row["gradient"] for row in found["rows"]] == ["dW1", "db1", "dγ2", "db2", "dW3", "db3", "dx"]
    assert found["rows"][-1]["shape"] == [5, 8, 8, 1]


def test_a_wrong_gradient_ends_with_code_1(whence, monkeypatch):
    monkeypatch.setattr(ReLU, "backward", lambda self, delta, cache, gradient, *, need_input=True: delta)
    said = whence("check", "5,6,4,3", code=1).stdout
    assert "WRONG" in said
    assert "A GRADIENT IS WRONG" in said
    assert json.loads(whence("check", "5,6,4,3", "--json", code=1).stdout)["passed"] is False


def test_what_is_undecided_is_said_with_the_reason(whence):
    said = whence("check", ",".join("5" * 17), "--activation", "sigmoid").stdout
    assert "gradients agree, " in said
    assert "undecided: its slopes are zero within rounding: dW1, " in said


def test_a_move_away_from_kinks_is_said(whence):
    said = whence("check", "20,3,3,3,2").stdout
    assert "passed *" in said
    assert said.endswith(
        "all gradients agree\n* after random moves of parameters and inputs, away from kinks and zeros\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["5"], 1, "'5' is not a network; give at least two sizes separated by commas, such as 784,96,10"),
        (["5,0,3"], 1, "hidden = [0]; it must be a list in which each is a whole number of at least 1"),
        (["5,3", "--loss", "nope"], 1, "there is no loss 'nope'"),
        (["5,3", "--activation", "nope"], 1, "there is no layer 'nope'"),
        (["5,3", "--dropout", "2"], 2, "dropout"),
        (["5,3", "--loss", "cross_entropy", "--output-activation", "softmax"], 1, "leave out output-activation"),
        (["nowhere"], 1, "there is no run nowhere"),
    ],
)
def test_mistakes_are_met_with_one_sentence(whence, arguments, code, said):
    assert said in whence("check", *arguments, code=code).stderr


def test_a_run_has_its_own_settings(whence, trained):
    assert "a run has its own settings; leave out loss" in whence("check", trained, "--loss", "mse", code=2).stderr
    assert "batch is 99999, but there are" in whence("check", trained, "--batch", 99999, code=1).stderr
    assert whence("check", trained, "--seed", 3).exit_code == 0
