import numpy as np

from whence.cli.report import comparison, look_at, parts_text
from whence.data import Samples, load
from whence.nn import CrossEntropy, mlp
from whence.training import Model
from whence.training.metrics import evaluate


def test_small_numbers_are_shown_beside_small_targets():
    assert comparison(np.array([[1.5e-6]]), np.array([[2.25e-6]]), ["y"]).splitlines()[-1].split() == [
        "1",
        "1.5e-06",
        "2.25e-06",
    ]


def test_parts_of_data_are_counted():
    one, two = (Samples(np.zeros((count, 3), int), np.zeros((count, 3), int)) for count in (1, 2))
    assert parts_text({"train": two, "test": one}, "sample") == "2 training, 1 test sample"
    assert parts_text({"train": two, "validation": one}, "character") == "6 training, 3 validation characters"
    assert parts_text({"all": two}, "sample") == "2 samples"


def test_every_sample_passes_through_the_network_once(monkeypatch):
    data = load("digits")
    net, passed = mlp(data.input_shape, [4], data.outputs, seed=1), []
    compute = type(net).__call__

    def counted(called, x, **given):
        if called is net:  # baselines are networks too
            passed.append(len(x))
        return compute(called, x, **given)

    monkeypatch.setattr(type(net), "__call__", counted)
    model = Model(net, CrossEntropy(), data.preprocessing, data.classes, "digits")
    splits = {"train": data.train.take(slice(30)), "test": data.test.take(slice(20))}
    findings = look_at(model, splits)
    assert sum(passed) == 50
    assert findings.measures["test"] == evaluate(net, CrossEntropy(), splits["test"], data.preprocessing)
