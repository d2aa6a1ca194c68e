import math
from dataclasses import replace

import numpy as np
import pytest
import sklearn.linear_model

from whence.data import Preprocessing, Samples, load
from whence.training.baseline import LINEAR_MODEL, baselines, linear_model, naive_baselines


def numbers(count=50, inputs=3):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(count, inputs)) * 3 + 1
    return Samples(x, x @ rng.normal(size=(inputs, 2)) + 5)


def test_the_majority_of_the_training_samples_is_measured_on_others():
    train = Samples(np.zeros((5, 1)), np.array([0, 1, 1, 2, 1]))
    test = Samples(np.zeros((4, 1)), np.array([1, 0, 1, 2]), weights=np.array([3.0, 1, 1, 1]))
    assert naive_baselines(train, test, Preprocessing(), ("a", "b", "c")) == {"always b": {"accuracy": 4 / 6}}
    heavy = replace(train, weights=np.array([9.0, 1, 1, 1, 1]))
    assert list(naive_baselines(heavy, test, Preprocessing(), ("a", "b", "c"))) == ["always a"]


def test_the_mean_of_the_training_samples_is_measured_on_others():
    found = naive_baselines(
        Samples(np.zeros((2, 1)), np.array([[1.0], [3.0]])), numbers_1([2, 6]), Preprocessing(), None
    )
    assert found["always the mean"]["mae"] == 2
    assert found["always the mean"]["r2"] == pytest.approx(1 - 16 / 8)


def numbers_1(values):
    return Samples(np.zeros((len(values), 1)), np.array(values, np.float64)[:, np.newaxis])


def test_a_series_is_also_predicted_by_the_value_before(tmp_path):
    path = tmp_path / "series.csv"
    path.write_text("other,level\n" + "".join(f"{i % 5},{i}\n" for i in range(60)), encoding="utf-8")
    data = load(path, window=4)
    found = baselines(data.train, data.test, data.preprocessing, None)
    assert list(found) == ["always the mean", "the value before", LINEAR_MODEL]
    assert found["the value before"]["mae"] == pytest.approx(1)


def test_characters_are_predicted_by_their_frequencies(tmp_path):
    path = tmp_path / "rhyme.txt"
    path.write_text("abababab" * 200, encoding="utf-8")
    data = load(f"text:{path}", window=16)
    found = baselines(data.train, data.test or data.train, data.preprocessing, data.classes)
    assert list(found) == ["character frequencies"]
    assert found["character frequencies"]["bits"] == pytest.approx(1, abs=1e-4)
    assert found["character frequencies"]["loss"] == pytest.approx(math.log(2), abs=1e-4)


@pytest.mark.parametrize(("count", "inputs"), [(50, 3), (20, 40)])
def test_the_linear_model_of_numbers_is_a_ridge_regression(count, inputs):
    samples = numbers(count, inputs)
    net = linear_model(samples, Preprocessing(), None)
    x = (samples.inputs - samples.inputs.mean(axis=0)) / samples.inputs.std(axis=0)
    expected = sklearn.linear_model.Ridge(alpha=1.0).fit(x, samples.targets).predict(x)
    np.testing.assert_allclose(net(samples.inputs), expected, rtol=1e-9)


def test_the_linear_model_of_classes_is_close_to_logistic_regression():
    data = load("digits")
    found = baselines(data.train, data.test, data.preprocessing, data.classes)
    model = sklearn.linear_model.LogisticRegression(max_iter=2000)
    model.fit(data.train.inputs.reshape(len(data.train), -1), data.train.targets)
    expected = model.score(data.test.inputs.reshape(len(data.test), -1), data.test.targets)
    assert found[LINEAR_MODEL]["accuracy"] == pytest.approx(expected, abs=0.02)


def test_an_input_that_hardly_varied_in_training_does_no_harm_elsewhere():
    train = numbers(60)
    train = replace(train, inputs=np.c_[train.inputs, np.random.default_rng(1).normal(size=60) * 1e-9])
    far = replace(train, inputs=np.c_[train.inputs[:, :3], np.ones(60)])
    assert baselines(train, far, Preprocessing(), None)[LINEAR_MODEL]["r2"] > 0.9


def test_there_is_no_linear_model_of_very_many_inputs_or_of_time_steps():
    wide = Samples(np.zeros((4, 5000)), np.array([0, 1, 0, 1]))
    assert list(baselines(wide, wide, Preprocessing(), ("a", "b"))) == ["always a"]
    steps = Samples(np.zeros((4, 3)), np.array([[0, 1, 1]] * 4))
    assert list(baselines(steps, steps, Preprocessing(), ("a", "b"))) == ["always b"]
