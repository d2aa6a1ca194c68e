import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from whence.nn import Flatten, Linear, ReLU, Sequential
from whence.training import load_model, save_model


def write_table(name, rows, header="a,b,kind"):
    Path(name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def two_kinds(count, seed=0):
    rng = np.random.default_rng(seed)
    kinds = ["rose", "tulip"] * (count // 2)
    return [f"{rng.normal() + 4 * (kind == 'rose'):.3f},{rng.normal():.3f},{kind}" for kind in kinds]


@pytest.fixture
def table_run(whence, once):
    def make():
        write_table("flowers.csv", two_kinds(80))
        whence("train", "flowers.csv", "-m", "20", "--out", "flowers", "--quiet")

    once("many flowers", make)
    return "flowers"


def test_a_run_is_measured_on_its_own_data_as_at_the_end_of_training(whence, trained):
    report = Path(trained, "report.txt").read_text(encoding="utf-8")
    said = whence("evaluate", trained).stdout
    measured = said.partition("\n\n")[2].partition("\n\nThe confusion matrix is drawn")[0]
    assert measured in report
    assert "The confusion matrix is drawn in run/confusion_matrix.png." in said


def test_json_holds_matrix_and_report_and_nothing_else_is_printed(whence, trained):
    found = json.loads(whence("evaluate", trained, "--json").stdout)
    matrix = np.array(found["confusion_matrix"])
    assert matrix.shape == (10, 10)
    assert matrix.sum() == 359
    assert found["test_accuracy"] == pytest.approx(np.trace(matrix) / matrix.sum())
    assert found["report"]["3"]["support"] == matrix[3].sum()
    assert found["classes"] == list("0123456789")


def test_rows_of_the_matrix_are_true_classes(whence, table_run):
    write_table("roses.csv", [row for row in two_kinds(40, seed=1) if row.endswith("rose")])
    found = json.loads(whence("evaluate", table_run, "roses.csv", "--json").stdout)
    matrix = np.array(found["confusion_matrix"])
    assert matrix[0].sum() == 20
    assert matrix[1].sum() == 0


def test_a_table_is_measured_by_a_network_that_tells_one_class_from_the_rest(whence):
    write_table("flowers.csv", [*two_kinds(80), *[row.replace("tulip", "aster") for row in two_kinds(20, seed=3)]])
    whence("train", "flowers.csv", "--positive", "rose", "-m", "20", "--out", "roses", "--quiet")
    for run in ("roses", "roses/model.safetensors"):
        found = json.loads(whence("evaluate", run, "flowers.csv", "--json").stdout)
        assert found["classes"] == ["not rose", "rose"]
        assert np.array(found["confusion_matrix"]).sum(axis=1).tolist() == [50, 50]


def test_other_data_are_taken_whole(whence, table_run):
    write_table("more.csv", two_kinds(30, seed=2))
    said = whence("evaluate", table_run, "more.csv").stdout
    assert re.search(r"^all +0\.\d+ +\d+\.\d\d%$", said, re.MULTILINE)
    assert "tulip" in said
    assert Path("flowers/confusion_matrix-more.png").exists()


def test_changed_data_are_refused_as_their_training_rows_would_be_measured_as_test(whence):
    rows = two_kinds(80)
    write_table("flowers.csv", rows)
    whence("train", "flowers.csv", "-m", "1", "--out", "flowers", "--quiet")
    write_table("flowers.csv", [*rows[40:], *rows[:40]])
    said = whence("evaluate", "flowers", code=1).stderr
    assert said == (
        "Error: the data flowers are not the data that flowers was trained on (the SHA-256 differs); "
        "restore the original data, or start a new run\n"
    )


def test_measuring_what_was_trained_on_is_said(whence):
    write_table("flowers.csv", two_kinds(80))
    whence("train", "flowers.csv", "-m", "1", "--out", "flowers", "--quiet")
    said = "samples are equal to samples that flowers was trained on, whose measures say little of new data"
    assert said not in whence("evaluate", "flowers").stdout
    Path("again.csv").write_bytes(Path("flowers.csv").read_bytes())
    found = re.search(rf"^(\d+) of 80 {said}$", whence("evaluate", "flowers", "again.csv").stdout, re.MULTILINE)
    assert 40 <= int(found[1]) < 80
    assert said in json.loads(whence("evaluate", "flowers", "again.csv", "--json").stdout)["remark"]
    write_table("more.csv", two_kinds(30, seed=2))
    assert said not in whence("evaluate", "flowers", "more.csv").stdout
    Path("flowers.csv").unlink()
    assert said not in whence("evaluate", "flowers", "again.csv").stdout


def test_a_run_without_test_samples_says_that_its_measures_are_of_training(whence):
    whence("train", "xor", "-m", "1", "--out", "xor", "--quiet")
    said = whence("evaluate", "xor").stdout
    assert "there are no test samples: these are training samples, whose measures say little of new data" in said


def test_arrays_are_taken_whole_with_their_own_labels(whence, trained):
    rng = np.random.default_rng(0)
    np.savez("more.npz", x=rng.integers(0, 17, (30, 8, 8), dtype=np.uint8), y=np.repeat([3, 7], 15))
    found = json.loads(whence("evaluate", trained, "more.npz", "--json").stdout)
    assert np.array(found["confusion_matrix"]).sum(axis=1).tolist() == [0, 0, 0, 15, 0, 0, 0, 15, 0, 0]


def test_one_class_against_the_rest_is_measured_as_such(whence):
    whence("train", "--positive", "0", "-m", "5", "--out", "zeros", "--quiet")
    found = json.loads(whence("evaluate", "zeros", "--json").stdout)
    assert found["classes"] == ["not 0", "0"]
    assert found["report"]["0"]["f1"] > 0.9
    assert found["test_accuracy"] == pytest.approx(np.trace(found["confusion_matrix"]) / 359)


def test_a_model_file_alone_needs_data(whence, trained):
    model = f"{trained}/model.safetensors"
    assert "give the data" in whence("evaluate", model, code=1).stderr
    assert "digits" in whence("evaluate", model, "digits").stdout


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("absent.csv", "there is no file or folder absent.csv"),
        ("xor", "shape"),
        ("r2", "the network predicts classes, but r2 has numbers"),
    ],
)
def test_data_that_do_not_fit_are_refused(whence, trained, data, sentence):
    said = whence("evaluate", trained, data, code=1).stderr
    assert sentence in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("command", [["evaluate"], ["summary"], ["predict", "x.npy"]])
def test_a_run_that_is_not_there_or_no_model(whence, command):
    name, *rest = command
    assert "no run or model file absent" in whence(name, "absent", *rest, code=1).stderr
    Path("folder").mkdir()
    assert "no model file" in whence(name, "folder", *rest, code=1).stderr
    Path("folder/model.safetensors").write_bytes(b"\x00" * 100)
    assert "is damaged or not a model file" in whence(name, "folder", *rest, code=1).stderr


def test_predictions_of_pictures_arrays_and_several_files(whence, trained):
    from whence.data import load

    test = load("digits", seed=1).test
    np.save("many.npy", test.inputs[:50])
    np.save("one.npy", test.inputs[0, ..., 0])
    Image.fromarray(255 - 15 * test.inputs[0, ..., 0]).resize((80, 80)).save("picture.png")
    found = json.loads(whence("predict", trained, "many.npy", "one.npy", "picture.png", "--json").stdout)
    predictions = found["predictions"]
    assert len(predictions) == 52
    right = [int(p["class"]) == target for p, target in zip(predictions[:50], test.targets[:50], strict=True)]
    assert np.mean(right) > 0.8
    assert predictions[50]["probabilities"] == pytest.approx(predictions[0]["probabilities"], abs=1e-5)
    assert predictions[50]["row"] is None
    assert predictions[51]["class"] == predictions[0]["class"]
    for prediction in predictions:
        assert sum(prediction["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert prediction["probability"] == max(prediction["probabilities"].values())
    said = whence("predict", trained, "many.npy").stdout
    assert re.search(r"^many.npy, row 1 +\d +\d+\.\d\d%$", said, re.MULTILINE)


def test_a_folder_is_no_input(whence, trained):
    Path("pictures").mkdir()
    message = "pictures is a folder; give a file in it, or on the command line several, as pictures/*"
    assert message in whence("predict", trained, "pictures", code=1).stderr


def test_predictions_of_a_table_as_csv(whence, table_run):
    write_table("new.csv", ["4.0,0.1", "-0.2,0.3"], "a,b")
    lines = whence("predict", table_run, "new.csv", "--csv").stdout.splitlines()
    assert lines[0] == "file,row,class,probability,probability of rose,probability of tulip"
    assert lines[1].startswith("new.csv,1,rose,")
    assert lines[2].startswith("new.csv,2,tulip,")


def test_predictions_of_a_regression(whence):
    whence("train", "r2", "-m", "200", "--out", "lesson", "--quiet")
    np.save("x.npy", np.array([[1.0, 0, 1, 0], [0, 1, 0, 1]]))
    assert re.search(r"x\.npy, row 2 +-?\d", whence("predict", "lesson", "x.npy").stdout)
    found = json.loads(whence("predict", "lesson", "x.npy", "--json").stdout)
    assert isinstance(found["predictions"][0]["prediction"], float)


def test_inputs_that_do_not_fit_are_refused(whence, trained):
    np.save("wide.npy", np.zeros((3, 9, 9)))
    np.save("nan.npy", np.full((8, 8), np.nan))
    np.save("unit.npy", np.full((8, 8), 0.5))
    np.save("objects.npy", np.array([{}], dtype=object))
    Path("text.npy").write_text("hello")
    for name in ("note.txt", "note.rtf"):
        Path(name).write_text("hello")
    Path("broken.png").write_bytes(b"\x89PNG but not really")
    for name, sentence in {
        "wide.npy": "holds an array of shape (3, 9, 9); the network takes (N, 8, 8, 1)",
        "nan.npy": "not finite",
        "unit.npy": "expected pixels from 0 to 16",
        "objects.npy": "holds Python objects, which are not loaded",
        "text.npy": "is damaged or not a NumPy file",
        "note.txt": "note.txt, line 1: there are 1 cells; expected the 64 pixels of an image",
        "note.rtf": "expected one of .png, .jpg, .jpeg, .gif",
        "broken.png": "is not a readable picture",
        "absent.png": "there is no file absent.png",
    }.items():
        said = whence("predict", trained, name, code=1).stderr
        assert sentence in said
        assert len(said.splitlines()) == 1
    assert "--csv were both given" in whence("predict", trained, "wide.npy", "--csv", "--json", code=2).stderr


def test_summary_of_a_run_and_of_sizes(whence, trained):
    said = whence("summary", trained).stdout
    assert "Linear(64, 16)" in said
    assert "trained on digits" in said
    assert "76,330" in whence("summary", "784,96,10").stdout
    assert "76,330" in whence("summary", "784-96-10").stdout
    assert "Error: " in whence("summary", "784", code=1).stderr


def test_summary_as_json(whence, trained):
    found = json.loads(whence("summary", trained, "--json").stdout)
    assert found["layers"][1] == {"layer": "Linear(64, 16)", "output": [16], "parameters": 1040}
    assert (found["run"], found["input"], found["parameters"]) == (trained, [8, 8, 1], 1210)
    assert (found["data"], found["loss"], found["classes"]) == ("digits", "CrossEntropy", list("0123456789"))
    assert found["arch"] == "flatten, linear 16, relu, linear 10"
    described = json.loads(whence("summary", "5x2, lstm 3, last, linear 2", "--json").stdout)
    assert list(described) == ["input", "layers", "parameters"]
    assert sum(layer["parameters"] for layer in described["layers"]) == described["parameters"]


def test_summary_writes_no_architecture_that_is_read_as_another_network(whence, trained):
    model = load_model(f"{trained}/model.safetensors")
    shared = Linear(16, 16)
    net = Sequential(Flatten(), Linear(64, 16), shared, ReLU(), shared, Linear(16, 10), input_shape=(8, 8, 1))
    save_model("shared.safetensors", replace(model, net=net))
    said = whence("summary", "shared.safetensors").stdout
    assert "arch: none, since a layer is used more than once\n" in said
    found = json.loads(whence("summary", "shared.safetensors", "--json").stdout)
    assert found["arch"] is None
    assert [layer["parameters"] for layer in found["layers"]] == [0, 1040, 272, 0, 0, 170]


@pytest.mark.parametrize(
    "command", [("evaluate", "run"), ("why", "run", "W1[0,0]"), ("show", "run"), ("train", "--resume", "run")]
)
def test_data_that_are_no_longer_there_are_asked_for_where_the_run_names_them(whence, command):
    Path("flowers.csv").write_text("a,kind\n1,rose\n2,tulip\n3,rose\n4,tulip\n", encoding="utf-8")
    whence("train", "flowers.csv", "-s", "2", "-m", "1", "--validation", "0", "--out", "run", "--quiet")
    there = Path("flowers.csv").absolute()
    Path("flowers.csv").rename("moved.csv")
    said = whence(*command, code=1).stderr
    assert said == (
        f"Error: run was trained on {there}, which is no longer there; "
        "bring it back, or write its new path into run/config.toml\n"
    )
    config = Path("run/config.toml")
    config.write_text(config.read_text().replace("flowers.csv", "moved.csv"))
    whence(*command)


def test_a_run_is_no_data_to_train_on(whence, trained):
    said = whence("train", trained, code=2).stderr
    assert said == "Error: run is a run, not data to train on; to continue it: whence train --resume run\n"


def test_parts_of_the_data_are_those_of_the_run_in_every_command(whence):
    write_table("flowers.csv", two_kinds(80))
    write_table("later.csv", two_kinds(30, seed=1))
    train = ("train", "flowers.csv", "-s", "2", "-m", "1", "--out", "run")
    said = whence(*train, "--test", "later.csv", "--validation", "0.5").stdout
    assert "40 training, 40 validation, 30 test samples" in said
    config = Path("run", "config.toml").read_text(encoding="utf-8")
    assert f'test = "{Path.cwd() / "later.csv"}"' in config and "validation = 0.5" in config
    assert sum(map(sum, json.loads(whence("evaluate", "run", "--json").stdout)["confusion_matrix"])) == 30
    whence("why", "run", "loss")
    Path("later.csv").write_text("a,b,kind\n1,2,rose\n", encoding="utf-8")
    assert "are not the data that run was trained on" in whence("train", "--resume", "run", code=1).stderr
    Path("later.csv").unlink()
    assert (
        f"run was tested on {Path.cwd() / 'later.csv'}, which is no longer there"
        in whence("evaluate", "run", code=1).stderr
    )


def test_groups_are_kept_with_the_run(whence):
    rows = [f"{i // 4},{row}" for i, row in enumerate(two_kinds(80))]
    write_table("patients.csv", rows, header="patient,a,b,kind")
    said = whence("train", "patients.csv", "--group", "patient", "-s", "2", "-m", "1", "--out", "run").stdout
    assert "rows of one patient are kept together: 20 groups of 80 rows" in said
    assert 'group = "patient"' in Path("run", "config.toml").read_text(encoding="utf-8")
    assert "test" in whence("evaluate", "run").stdout
    whence("show", "run")


def test_a_time_series_is_predicted_beyond_its_end_and_measured_in_its_own_unit(whence):
    rows = [f"{2000 + i // 12}-{i % 12 + 1:02d},{100 + 3 * i + 10 * (i % 12 == 6)}" for i in range(100)]
    write_table("sales.csv", rows, header="month,sales")
    said = whence("train", "sales.csv", "--window", "12", "--horizon", "2", "-m", "40", "--out", "run").stdout
    assert "sales is predicted as the change from 12 rows before" in said
    assert "order in time" in whence("summary", "run").stdout
    found = json.loads(whence("predict", "run", "sales.csv", "--json").stdout)["predictions"]
    assert len(found) == 89 and found[-1]["row"] == 101
    assert found[-1]["prediction"]["sales +1"] == pytest.approx(400, abs=15)
    assert found[-1]["prediction"]["sales +2"] == pytest.approx(403, abs=15)
    measured = json.loads(whence("evaluate", "run", "--json").stdout)
    assert measured["test_rmse"] < 15
    write_table("reversed.csv", rows[::-1], header="month,sales")
    result = whence("predict", "run", "reversed.csv", "--json")
    assert json.loads(result.stdout)["predictions"][-1]["prediction"] == found[-1]["prediction"]
    assert "reversed.csv were not in the order of month, and have been sorted by it" in result.stderr
