import msgspec
import numpy as np
import pytest

from whence.data import Preprocessing, load
from whence.data.stored_preprocessing import PreprocessingRecord
from whence.nn import MeanSquaredError, mlp
from whence.optim import SGD
from whence.training import Model, evaluate, fit, load_model, save_model


@pytest.fixture
def prices(tmp_path):
    rng = np.random.default_rng(0)
    area, rooms = rng.uniform(30, 300, 400), rng.integers(1, 8, 400)
    lines = ["area,rooms,price"]
    lines += [f"{a:.1f},{r},{3000 * a + 20000 * r + 1.5:.1f}" for a, r in zip(area, rooms, strict=True)]
    (tmp_path / "prices.csv").write_text("\n".join(lines))
    return load(tmp_path / "prices.csv")


def trained(data):
    net = mlp(data.input_shape, [16], data.outputs, dtype=np.float64, seed=1)
    fit(net, MeanSquaredError(), SGD(0.1), data.train, epochs=40, preprocessing=data.preprocessing)
    return net


def test_a_regression_learns_targets_of_any_size_and_is_measured_in_their_unit(prices):
    measured = evaluate(trained(prices), MeanSquaredError(), prices.test, prices.preprocessing)
    assert measured["r2"] > 0.99
    deviation = prices.train.targets.std()
    assert measured["rmse"] == pytest.approx(np.sqrt(measured["loss"]) * deviation, rel=1e-6)


def test_predictions_are_in_the_unit_of_the_targets_also_from_a_file(prices, tmp_path):
    model = Model(trained(prices), MeanSquaredError(), prices.preprocessing, None, "prices")
    save_model(tmp_path / "model.safetensors", model)
    predicted = load_model(tmp_path / "model.safetensors").predict(prices.test.inputs)
    assert np.abs(predicted / prices.test.targets - 1).mean() < 0.05


def test_targets_are_standardised_by_the_training_samples_and_come_back(prices):
    wanted = prices.preprocessing.targets(prices.train.targets, prices.train.inputs, np.float64)
    assert (wanted.mean(), wanted.std()) == pytest.approx((0, 1), abs=1e-12)
    assert np.allclose(prices.preprocessing.restored(wanted, prices.train.inputs), prices.train.targets, rtol=1e-12)
    again = msgspec.convert(prices.preprocessing.to_json(), PreprocessingRecord).made()
    given = prices.train.targets, prices.train.inputs
    assert np.array_equal(again.targets(*given), prices.preprocessing.targets(*given))


def test_classes_stay_as_they_are():
    labels = np.array([2, 0, 1])
    assert np.array_equal(Preprocessing().targets(labels, labels), labels)


def test_a_lesson_table_stays_as_it_is():
    lesson = load("r2")
    assert np.array_equal(
        lesson.preprocessing.targets(lesson.train.targets, lesson.train.inputs, np.float64), lesson.train.targets
    )
