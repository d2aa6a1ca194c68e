"""One number of a run is the same in every view, and what plain NumPy computes from the saved model."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from safetensors.numpy import load_file

from exhaustive import exhaustive
from whence.cli.steps.traced_run import trace_run
from whence.data import load
from whence.nn.naming import name_parameters
from whence.training import load_model
from whence.views.derivation import as_text, derive
from whence.views.sheet.layout import lay_out
from whence.views.text import why_json

CELLS = 200


def softmax_and_back(step, z, y, before):
    """Add the output layer's loss and gradients, and return the derivative at its input."""
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    dz = p.copy()
    dz[np.arange(len(y)), y] -= 1
    dz /= len(y)
    step |= {"z2": z, "p": p, "loss": -np.log(p[np.arange(len(y)), y]).mean(), "dz2": dz}
    step |= {"dW2": before.T @ dz, "db2": dz.sum(axis=0)}
    return dz @ step["W2"].T


def mlp(step, x, y):
    flat = x.reshape(len(x), -1)
    z1 = flat @ step["W1"] + step["b1"]
    a1 = np.maximum(z1, 0)
    da1 = softmax_and_back(step, a1 @ step["W2"] + step["b2"], y, a1)
    dz1 = da1 * (z1 > 0)
    step |= {"z1": z1, "a1": a1, "da1": da1, "dz1": dz1, "dW1": flat.T @ dz1, "db1": dz1.sum(axis=0)}


def cnn(step, x, y):
    patches = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))  # (N, 6, 6, 1, 3, 3)
    z1 = np.einsum("nhwcij,ijco->nhwo", patches, step["W1"]) + step["b1"]
    a1 = np.maximum(z1, 0)
    windows = a1.reshape(len(x), 3, 2, 3, 2, 2).transpose(0, 1, 3, 5, 2, 4).reshape(len(x), 3, 3, 2, 4)
    flat = windows.max(axis=-1).reshape(len(x), -1)
    d_flat = softmax_and_back(step, flat @ step["W2"] + step["b2"], y, flat)
    d_windows = np.zeros(windows.shape)
    np.put_along_axis(d_windows, windows.argmax(axis=-1)[..., None], d_flat.reshape(windows.shape[:-1])[..., None], -1)
    da1 = d_windows.reshape(len(x), 3, 3, 2, 2, 2).transpose(0, 1, 4, 2, 5, 3).reshape(a1.shape)
    dz1 = da1 * (z1 > 0)
    step |= {"z1": z1, "a1": a1, "da1": da1, "dz1": dz1, "db1": dz1.sum(axis=(0, 1, 2))}
    step["dW1"] = np.einsum("nhwcij,nhwo->ijco", patches, dz1)


def lstm(step, x, y):
    x = x[..., 0]  # (N, T, 8): an image row by row
    width = len(step["U1"])
    h = [np.zeros((len(x), width))]
    c = [np.zeros((len(x), width))]
    gates = []
    for t in range(8):
        i, f, g, o = np.split(x[:, t] @ step["W1"] + h[-1] @ step["U1"] + step["b1"], 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
        g = np.tanh(g)
        c.append(f * c[-1] + i * g)
        h.append(o * np.tanh(c[-1]))
        gates.append((i, f, g, o))
    dh = softmax_and_back(step, h[-1] @ step["W2"] + step["b2"], y, h[-1])
    dc = np.zeros_like(dh)
    gradients = {"dW1": 0.0, "dU1": 0.0, "db1": 0.0}
    for t in reversed(range(8)):
        i, f, g, o = gates[t]
        tanh_c = np.tanh(c[t + 1])
        dc = dc + dh * o * (1 - tanh_c**2)
        slopes = (i * (1 - i), f * (1 - f), 1 - g**2, o * (1 - o))
        parts = zip((dc * g, dc * c[t], dc * i, dh * tanh_c), slopes, strict=True)
        delta = np.concatenate([part * slope for part, slope in parts], axis=1)
        gradients["dW1"] = gradients["dW1"] + x[:, t].T @ delta
        gradients["dU1"] = gradients["dU1"] + h[t].T @ delta
        gradients["db1"] = gradients["db1"] + delta.sum(axis=0)
        dh, dc = delta @ step["U1"].T, dc * f
    step |= {**gradients, "h1": np.stack(h[1:], axis=1), "c1": np.stack(c[1:], axis=1)}
    for name, gate in zip("ifgo", zip(*gates, strict=True), strict=True):
        step[f"{name}1"] = np.stack(gate, axis=1)


def on_the_page(path):
    data = json.loads(re.search(r'id="data">(.*?)</script>', Path(path).read_text(encoding="utf-8"), re.DOTALL)[1])
    contents = [base64.b64decode(content) for content in data["bytes"]]
    return {
        name: np.frombuffer(contents[array["bytes"]], f"<{array['type']}").reshape(array["shape"])
        for name, array in data["traces"][0]["arrays"].items()
    }


@pytest.mark.parametrize(
    ("by_hand", "network"),
    [
        (mlp, ["-s", 8]),
        pytest.param(cnn, ["--arch", "conv 2 3, relu, pool 2, flatten, linear"], marks=exhaustive),
        pytest.param(lstm, ["--as-sequence", "--arch", "lstm 3, last, linear"], marks=exhaustive),
    ],
    ids=["mlp", "cnn", "lstm"],
)
def test_a_cell_is_the_same_in_every_view_and_in_numpy_on_the_saved_model(whence, working_folder, by_hand, network):
    whence("train", *network, "-m", 2, "--out", "run", "--quiet")
    whence("show", "run")
    whence("sheet", "run")
    (trace,) = trace_run("run")
    derived = whence("formulas", "run", "--numbers").stdout

    saved = load_file("run/model.safetensors")
    rows = trace.description["data"]["samples"]
    train = load("digits", seed=1).train
    net = load_model("run/model.safetensors").net
    names = name_parameters(net.layers, net.slots)
    step = {names[path]: array.astype(np.float64) for path, array in saved.items()}
    by_hand(step, train.inputs[rows] / 16, train.targets[rows])
    step |= {f"{name}_new": step[name] - float(trace["η"]) * step[f"d{name}"] for name in names.values()}

    page = on_the_page("run/page.html")
    blocks = lay_out([trace]).pages[0].blocks
    sheet = openpyxl.load_workbook("run/step.xlsx", data_only=True).worksheets[1]
    rng = np.random.default_rng(7)
    for _ in range(CELLS):
        name = str(rng.choice(sorted(step)))
        index = tuple(int(rng.integers(length)) for length in trace[name].shape)
        value = float(trace[name][index])
        row, column = blocks[name].cell(index)
        assert why_json(trace, name, index)["value"] == value
        assert page[name][index] == value
        assert sheet.cell(row + 1, column + 1).value == pytest.approx(value, rel=1e-12, abs=1e-300)
        assert step[name][index] == pytest.approx(value, abs=2e-5 * float(np.abs(trace[name]).max())), f"{name}{index}"
    assert derived == as_text(derive(trace, numbers=True))
    asked = json.loads(whence("why", "run", "db1[1]", "--json").stdout)
    assert asked["value"] == trace["db1"][1]
