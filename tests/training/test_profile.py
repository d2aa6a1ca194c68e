"""Where the time of a training goes."""

import time

import numpy as np
import pytest

from whence.data import load
from whence.errors import ArgumentError
from whence.nn import Flatten, Linear, ReLU, Sequential
from whence.training import Callback, Profile, fit


def trained(*callbacks, **options):
    digits = load("digits")
    net = Sequential(Flatten(), Linear(64, 16), ReLU(), Linear(16, 10), input_shape=(8, 8, 1), seed=1)
    arguments = {"validation": digits.validation, "preprocessing": digits.preprocessing, "max_steps": 60, **options}
    return fit(net, "cross_entropy", "sgd(0.1)", digits.train, callbacks=callbacks, **arguments)


class Slow(Callback):
    """Takes a known time in each step, or in each pass, and sees what passes between layers."""

    watches = True

    def on_gradient(self, training, backward):
        assert set(backward.passing.values) == {0, 1, 2, 3, 4}
        time.sleep(0.004)


def test_all_parts_together_are_the_whole_training():
    profile = Profile()
    started = time.perf_counter()
    training = trained(profile)
    clock = time.perf_counter() - started
    found = profile.to_json()
    assert found["steps"] == training.step == 60
    parts = [found[part] for part in ("data", "loss", "update", "callbacks", "measuring", "rest")]
    layers = [layer[way] for layer in found["layers"] for way in ("forward", "backward")]
    assert sum(parts) + sum(layers) == pytest.approx(found["seconds"])
    assert 0.5 * training.seconds < found["seconds"] <= clock
    assert min(layers[2:]) > 0 and found["measuring"] > 0


def test_a_slow_layer_and_a_slow_callback_are_found(monkeypatch):
    forward, backward = ReLU.forward, ReLU.backward

    def slow_forward(self, x, context):
        time.sleep(0.002)
        return forward(self, x, context)

    def slow_backward(self, *arguments, **options):
        time.sleep(0.006)
        return backward(self, *arguments, **options)

    monkeypatch.setattr(ReLU, "forward", slow_forward)
    monkeypatch.setattr(ReLU, "backward", slow_backward)
    profile = Profile()
    trained(profile, Slow())
    found = profile.to_json()
    assert found["layers"][2]["forward"] >= 60 * 0.002
    assert found["layers"][2]["backward"] >= 60 * 0.006
    assert found["callbacks"] >= 60 * 0.004


def test_a_training_is_the_same_with_a_profile():
    alone, profiled = trained(), trained(Profile())
    assert np.array_equal(alone.net.theta, profiled.net.theta)
    assert alone.profile is None


def test_the_table_has_a_line_for_each_part():
    profile = Profile()
    trained(profile)
    lines = profile.table().splitlines()
    parts = [line.split("  ")[0] for line in lines[2:]]
    assert [part.split(":")[0] for part in parts[:1]] == ["data"]
    assert parts[1:4] == ["0 Flatten(): forward", "1 Linear(64, 16): forward", "2 ReLU(): forward"]
    assert parts[6:9] == ["3 Linear(16, 10): backward", "2 ReLU(): backward", "1 Linear(64, 16): backward"]
    assert lines[-1].split()[-2] == "100.0%"


def test_a_profile_of_nothing_says_so():
    with pytest.raises(ArgumentError, match="the profile is empty; give it to fit among the callbacks first"):
        Profile().table()
