import json
from pathlib import Path

import numpy as np
import pytest

from whence.training import load_model


@pytest.mark.parametrize("options", [("--output-activation", "sigmoid"), ("--arch", "linear 16, tanh, linear, relu")])
def test_numbers_are_scaled_for_the_output_activation_and_back(whence, options):
    x = np.linspace(0, 1, 60)
    rows = [f"{a:.4f},{2000 + 3000 * a:.2f}" for a in x]
    Path("prices.csv").write_text("\n".join(["size,price", *rows]) + "\n", encoding="utf-8")
    arguments = ("prices.csv", "-m", 150, "-l", 0.01, *options, "--out", "run")
    found = json.loads(whence("train", *arguments, "--json").stdout)
    assert found["test_r2"] > 0.98
    assert "predictions are scaled back" in Path("run/report.txt").read_text(encoding="utf-8")
    assert load_model("run").predict({"size": 0.5})[0] == pytest.approx(3500, rel=0.05)
    assert json.loads(whence("evaluate", "run", "--json").stdout)["test_r2"] == pytest.approx(found["test_r2"])
