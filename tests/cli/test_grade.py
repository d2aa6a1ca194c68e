"""``whence grade`` on what learners' scripts saved, one or a class."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from whence.training import load_model

NETWORK = ["--arch", "3, 4 sigmoid, 2", "--loss", "cross_entropy", "-l", "0.1"]


def program(*, slope=lambda h: h * (1 - h)):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(8, 3)), rng.integers(0, 2, size=8)
    wh, bh, wo, bo = rng.normal(size=(3, 4)), np.zeros(4), rng.normal(size=(4, 2)), np.zeros(2)
    hidden = 1 / (1 + np.exp(-(X @ wh + bh)))
    powers = np.exp(hidden @ wo + bo)
    shares = powers / powers.sum(axis=1, keepdims=True)
    d_out = (shares - np.eye(2)[y]) / 8
    d_hidden = (d_out @ wo.T) * slope(hidden)
    return {
        "X": X, "y": y, "wh": wh, "bh": bh, "wo": wo, "bo": bo, "hidden": hidden, "shares": shares,
        "loss": -np.log(shares[range(8), y]).mean(), "dz2": d_out, "dW2": hidden.T @ d_out, "dz1": d_hidden,
        "dW1": X.T @ d_hidden, "wh_new": wh - 0.1 * X.T @ d_hidden,
    }  # fmt: skip


@pytest.fixture
def saved(working_folder):
    np.savez("right.npz", **program())
    np.savez("wrong.npz", **program(slope=lambda h: h))
    return working_folder


def test_a_right_program_has_exit_code_0(saved, whence):
    answer = whence("grade", "right.npz", *NETWORK).stdout
    assert "All 8 arrays that could be compared are right." in answer
    assert "taken" in answer and "W1 = wh" in answer


def test_a_wrong_program_is_told_its_first_cell_and_slip(saved, whence):
    answer = whence("grade", "wrong.npz", *NETWORK, code=1).stdout
    assert "The first wrong cell is dz1[0,0]" in answer
    assert "derivative-of-another-function" in answer
    assert "Right, given the program's own arrays before them: dW1, W1_new = wh_new." in answer


@pytest.mark.parametrize(
    ("language", "asked"), [("en", "learning rate 0.3"), ("ru", "скоростью обучения 0.3"), ("zh", "学习率 0.3")]
)
def test_settings_are_asked_for_where_only_an_update_is_wrong(saved, whence, language, asked):
    said = whence("grade", "right.npz", *NETWORK[:-1], "0.3", "--language", language, code=1).stdout
    assert "wh_new[0,0]" in said and asked in said.splitlines()[-1]
    assert asked not in whence("grade", "wrong.npz", *NETWORK, "--language", language, code=1).stdout


def test_json_has_the_names_the_cell_and_the_slip(saved, whence):
    found = json.loads(whence("grade", "wrong.npz", *NETWORK, "--json", code=1).stdout)
    assert (found["right"], found["first_wrong"], found["slip"]) == (False, "dz1", "derivative-of-another-function")
    assert found["cell"]["index"] == [0, 0] and found["cell"]["found"] != found["cell"]["expected"]
    assert found["names"]["wh"] == "W1"


@pytest.mark.parametrize("pair", ["first=W1", "W1=first"])
def test_pairs_of_names_may_be_told_either_way_round(saved, whence, pair):
    arrays = program()
    np.savez("other.npz", first=arrays.pop("wh"), **arrays, more=np.zeros((3, 4)))
    assert "W1 = first" in whence("grade", "other.npz", pair, *NETWORK).stdout


def test_a_class_is_a_table_on_the_screen_and_as_csv(saved, whence):
    Path("class/anna").mkdir(parents=True)
    Path("right.npz").rename("class/anna/mine.npz")
    Path("wrong.npz").rename("class/ben.npz")
    Path("class/broken.npz").write_bytes(b"no archive")
    answer = whence("grade", "class", *NETWORK, "--csv", "grades.csv", code=1).stdout
    assert "dz1[0,0]" in answer and "broken.npz: " in answer
    rows = {row["program"]: row for row in csv.DictReader(Path("grades.csv").read_text(encoding="utf-8").splitlines())}
    assert [rows[name]["right"] for name in (str(Path("anna/mine.npz")), "ben.npz", "broken.npz")] == ["yes", "no", ""]


def test_each_program_of_a_class_gets_a_report(saved, whence):
    Path("class/anna").mkdir(parents=True)
    Path("right.npz").rename("class/anna/mine.npz")
    Path("wrong.npz").rename("class/ben.npz")
    Path("class/broken.npz").write_bytes(b"no archive")
    answer = whence("grade", "class", *NETWORK, "--report", "reports", code=1).stdout
    assert "reports: 2 reports" in answer
    found = {str(path.relative_to("reports")) for path in Path("reports").rglob("*.html")}
    assert found == {str(Path("anna", f"mine{end}")) for end in (".html", ".step.html")} | {"ben.html", "ben.step.html"}
    assert 'href="ben.step.html#dz1[0,0]"' in Path("reports/ben.html").read_text(encoding="utf-8")


def test_the_reports_of_a_class_need_a_folder(saved, whence):
    Path("class").mkdir()
    Path("right.npz").rename("class/anna.npz")
    said = whence("grade", "class", *NETWORK, "--report", "wrong.npz", code=2).stderr
    assert "wrong.npz is a file, but each program of a class gets a report; name a folder" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent.npz", *NETWORK], "cannot read absent.npz"),
        (["right.npz"], "give the network either as --arch or as the folder of a run"),
        (["right.npz", "--arch", "3, 4 sigmoid, 5", "--loss", "cross_entropy"], "W2 should have the shape (4, 5)"),
        (["right.npz", "wh=", *NETWORK], "is not a pair of names"),
        (["objects.npz", *NETWORK], "Python objects"),
        (["table.csv", *NETWORK], "Error: table.csv is damaged or not a NumPy file; save it again"),
        (["right.npz", *NETWORK, "--report", "report.txt"], ".html"),
    ],
)
def test_misuse_has_exit_code_2_and_one_sentence(saved, whence, arguments, said):
    np.savez("objects.npz", **program(), evil=np.array([{}], dtype=object))
    Path("table.csv").write_text("x,y\n1,2\n")
    assert said in whence("grade", *arguments, code=2).stderr


def test_a_report_is_linked_to_the_page_of_the_right_step(saved, whence):
    whence("grade", "wrong.npz", *NETWORK, "--report", "report.html", "--language", "ru", code=1)
    report = Path("report.html").read_text(encoding="utf-8")
    assert 'href="report.step.html#dz1[0,0]"' in report and "Вероятная ошибка" in report
    assert Path("report.step.html").is_file()
    whence("grade", "wrong.npz", *NETWORK, "--report", "50% of #1.html", code=1)
    assert 'href="50%25%20of%20%231.step.html#dz1[0,0]"' in Path("50% of #1.html").read_text(encoding="utf-8")


def test_a_run_says_which_network_and_loss_are_meant(working_folder, whence):
    whence("train", "digits", "--hidden-layer-sizes", "4", "--max-iter", "1", "--quiet", "--threads", "1")
    weights, biases, more, last = load_model("runs/digits-1/model.safetensors").net.state_dict().values()
    x = np.random.default_rng(0).random((5, 64))
    a1 = np.maximum(x @ weights + biases, 0)
    arrays = {"x": x, "y": np.arange(5), "W1": weights, "b1": biases, "W2": more, "b2": last, "a1": a1}
    np.savez("mine.npz", **arrays, z2=a1 @ more)
    answer = whence("grade", "runs/digits-1", "mine.npz", code=1).stdout
    assert "CrossEntropy of 5 samples" in answer and "(bias-forgotten)" in answer
