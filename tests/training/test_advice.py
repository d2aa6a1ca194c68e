import pytest

from whence.training.advice import shortfall


@pytest.mark.parametrize(
    ("measures", "found", "sentence"),
    [
        ({"accuracy": 0.9}, {"always a": {"accuracy": 0.6}, "linear model": {"accuracy": 0.8}}, None),
        ({"accuracy": 0.9}, {"linear model": {"accuracy": 0.92}}, None),
        (
            {"accuracy": 0.8},
            {"always a": {"accuracy": 0.6}, "linear model": {"accuracy": 0.95}},
            "the accuracy of 80.00% on test data is less than that of a linear model, 95.00%",
        ),
        (
            {"accuracy": 0.6},
            {"always a": {"accuracy": 0.6}},
            'the accuracy of 60.00% on test data is only that of "always a", 60.00%',
        ),
        (
            {"rmse": 3.0, "r2": -0.5},
            {"always the mean": {"r2": -0.1}},
            'the R² of -0.5000 on test data is less than that of "always the mean", -0.1000',
        ),
        ({"accuracy": 1.0}, {"linear model": {"accuracy": 1.0}}, None),
        ({"r2": float("nan")}, {"always the mean": {"r2": float("nan")}}, None),
        ({"accuracy": 0.1, "bits": 3.0}, {"character frequencies": {"accuracy": 0.2}}, None),
    ],
)
def test_a_baseline_that_is_not_reached_is_said(measures, found, sentence):
    assert shortfall(measures, found, 100, "test") == sentence
