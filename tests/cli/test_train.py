import json
import os
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from whence.cli.runs.run_folder import claimed
from whence.training import load_checkpoint, load_model

QUICK = ("-m", "3", "-s", "16")
FILES = {
    "config.toml",
    "model.safetensors",
    "checkpoint.safetensors",
    "metrics.jsonl",
    "learning_curve.png",
    "confusion_matrix.png",
    "weights.png",
    "report.txt",
    ".lock",
}


def summary(result):
    return json.loads(result.stdout)


def table(rows, header="a,b,target"):
    Path("table.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return "table.csv"


def flowers():
    rng = np.random.default_rng(0)
    return table(
        [f"{kind == 'rose'}{rng.normal():+.3f}"[-6:] + f",{rng.normal():.3f},{kind}" for kind in ("rose", "tulip") * 30]
    )


def prices():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(60, 2))
    return table([f"{a:.3f},{b:.3f},{3 * a - b + 0.5:.3f}" for a, b in points], "a,b,price")


def test_the_defaults_learn_the_digits(whence):
    result = whence("train")
    said = result.stdout
    assert "digits: 1,259 training, 179 validation, 359 test samples" in said
    accuracy = float(re.search(r"^test +[\d.]+ +([\d.]+)%", said, re.MULTILINE)[1])
    assert accuracy >= 97
    assert "The run is in runs/digits-1" in said
    assert "whence evaluate runs/digits-1" in said
    assert {path.name for path in Path("runs/digits-1").iterdir()} == FILES
    assert not Path("learning_curve.png").exists()


def test_every_run_gets_a_folder_of_its_own(whence):
    for number in (1, 2, 3):
        whence("train", *QUICK, "--quiet")
        assert Path(f"runs/digits-{number}/report.txt").is_file()


def test_nothing_but_one_json_object_is_on_standard_output(whence):
    result = whence("train", *QUICK, "--json")
    found = summary(result)
    assert found["run"] == "runs/digits-1"
    assert (found["epochs"], found["steps"], found["parameters"], found["seed"]) == (3, 120, 16 * 65 + 10 * 17, 1)
    for split in ("train", "validation", "test"):
        assert 0 < found[f"{split}_accuracy"] <= 1
        assert found[f"{split}_loss"] > 0
    assert 1 <= found["best_epoch"] <= 3
    assert found["seconds"] > 0


def test_what_was_not_measured_is_null_in_json(whence):
    found = summary(whence("train", "r2", "-m", "2", "--json"))
    assert found["validation_loss"] is None
    assert found["test_accuracy"] is None
    assert found["train_mae"] > 0


def test_quiet_means_silent(whence):
    assert whence("train", *QUICK, "--quiet").output == ""


def test_there_are_no_control_characters_in_a_pipe_and_at_most_one_line_for_an_epoch(whence):
    result = whence("train", "-m", "45", "-s", "8")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", result.stdout + result.stderr)
    lines = [line for line in result.stderr.splitlines() if line.startswith("epoch ")]
    assert 15 <= len(lines) <= 30
    assert lines[-1].startswith("epoch 45/45")


def test_without_pictures_none_is_drawn_but_what_is_asked_for(whence):
    whence("train", *QUICK, "--no-pictures", "--quiet")
    assert {path.name for path in Path("runs/digits-1").iterdir()} == {n for n in FILES if not n.endswith(".png")}
    whence("train", *QUICK, "--no-pictures", "-c", "--quiet")
    assert not list(Path("runs").rglob("*.png"))
    assert Path("learning_curve.png").exists()


@pytest.mark.usefixtures("rendered")
def test_the_learning_curve_also_goes_to_the_working_folder_when_asked(whence):
    whence("train", *QUICK, "-c", "--quiet")
    assert Path("learning_curve.png").read_bytes() == Path("runs/digits-1/learning_curve.png").read_bytes()


@pytest.mark.usefixtures("rendered")
def test_the_pictures_are_pictures(whence):
    whence("train", *QUICK, "--quiet")
    for name in ("learning_curve", "confusion_matrix", "weights"):
        with Image.open(f"runs/digits-1/{name}.png") as image:
            assert len(np.unique(np.asarray(image.convert("L")))) > 20


def test_the_record_of_a_run_says_what_it_was_made_with(whence):
    import sys
    import tomllib

    import whence as library

    whence("train", *QUICK, "--quiet")
    content = tomllib.loads(Path("runs/digits-1/config.toml").read_text())
    record = content["record"]
    assert content["seed"] == 1
    assert content["hidden-layer-sizes"] == [16]
    assert record["whence"] == library.__version__
    assert record["numpy"] == np.__version__
    assert record["python"] == ".".join(map(str, sys.version_info[:3]))
    assert re.fullmatch("[0-9a-f]{64}", record["sha256"])


def test_the_report_holds_everything(whence):
    whence("train", *QUICK, "--quiet")
    report = Path("runs/digits-1/report.txt").read_text(encoding="utf-8")
    for part in ("Linear(64, 16)", "1,210", "test", "true \\ predicted", "precision", "macro average", "seed 1"):
        assert part in report


def test_the_same_seed_gives_the_same_bits_and_another_does_not(whence):
    for out, seed in (("a", 5), ("b", 5), ("c", 6)):
        whence("train", *QUICK, "--seed", seed, "--out", out, "--quiet")
    models = [Path(out, "model.safetensors").read_bytes() for out in "abc"]
    assert models[0] == models[1] != models[2]


@pytest.mark.parametrize(
    "options",
    [
        ("-s", "none"),
        ("-s", "8,8", "--activation", "tanh", "--init", "uniform(-0.2, 0.2)", "--bias-init", "constant(0.1)"),
        ("--optimizer", "adam", "--schedule", "cosine", "--weight-decay", "0.01", "--clip-norm", "1"),
        ("--momentum", "0.9", "--dropout", "0.2", "--batch-norm"),
        ("-b", "all", "--dtype", "float64"),
        ("--max-steps", "10", "--replacement", "-b", "64"),
        ("--validation", "0"),
        ("--validation", "0.3", "--patience", "1"),
    ],
)
def test_every_option_has_its_way(whence, options):
    assert summary(whence("train", "-m", "2", *options, "--json"))["test_loss"] > 0


def test_a_limit_in_steps_stops_in_the_middle_of_an_epoch(whence):
    found = summary(whence("train", "--max-steps", "50", "--json"))
    assert (found["steps"], found["epochs"]) == (50, 2)


def test_one_class_against_the_rest(whence):
    found = summary(whence("train", "--positive", "3", "-m", "10", "--json"))
    assert found["test_accuracy"] > 0.95
    assert 0 < found["f1"] <= 1
    assert found["run"] == "runs/digits-3-1"
    assert load_model("runs/digits-3-1/model.safetensors").net.output_shape == (1,)


def test_classes_with_names_are_echoed_with_their_indices(whence):
    said = whence("train", flowers(), *QUICK).stdout
    assert "labels: rose → 0, tulip → 1" in said


def test_a_regression_has_its_own_measures(whence):
    result = whence("train", prices(), "-m", "200", "-l", "0.01")
    assert re.search(r"loss +MAE +RMSE +R²", result.stdout)
    assert summary(whence("train", "table.csv", "-m", "200", "-l", "0.01", "--json"))["test_r2"] > 0.98
    assert not Path("runs/table-1/confusion_matrix.png").exists()


def test_predictions_stand_beside_true_values_where_the_data_are_few(whence):
    assert re.search(r"sample +true +predicted", whence("train", "r3", "-m", "5").stdout)


def test_a_folder_that_holds_a_run_is_refused_unless_forced(whence):
    whence("train", *QUICK, "--out", "mine", "--quiet")
    before = Path("mine/model.safetensors").read_bytes()
    refused = whence("train", *QUICK, "--out", "mine", "--seed", "2", code=1)
    assert "the folder mine holds a run already; choose another with --out, or add --force" in refused.stderr
    assert Path("mine/model.safetensors").read_bytes() == before
    whence("train", *QUICK, "--out", "mine", "--seed", "2", "--force", "--quiet")
    assert Path("mine/model.safetensors").read_bytes() != before


def test_force_replaces_a_run_and_its_views_and_nothing_else(whence):
    whence("train", *QUICK, "--out", "mine", "--quiet")
    whence("evaluate", "mine", "digits")
    whence("show", "mine")
    whence("sheet", "mine", "--window", 1, "--batch", 1)
    views = ["page.html", "step.xlsx", "confusion_matrix.png", "confusion_matrix-digits.png"]
    assert all(Path("mine", view).exists() for view in views)
    Path("mine/notes.txt").write_text("mine")
    whence("train", "r2", "-m", "2", "--out", "mine", "--force", "--quiet")
    assert not any(Path("mine", view).exists() for view in views)
    assert Path("mine/notes.txt").read_text() == "mine"


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("name", ["config.toml", "report.txt", "letter.txt", ".lock.txt"])
def test_a_folder_that_holds_no_run_stays_as_it_is(whence, name, force):
    Path("home").mkdir()
    Path("home", name).write_text('title = "mine"\n')
    Path("home", ".lock").write_text("mine")
    said = whence("train", *QUICK, "--out", "home", *force, code=1).stderr
    assert f"the folder home is not empty, and holds no run that could be replaced, but {name}; choose" in said
    assert Path("home", name).read_text() == 'title = "mine"\n'
    assert Path("home", ".lock").read_text() == "mine"
    assert sorted(os.listdir("home")) == sorted([".lock", name])


def test_a_start_that_was_killed_leaves_a_folder_for_the_same_command(whence):
    Path("mine").mkdir()
    for name in (".lock", ".config.toml.0123abcd.part", ".standard-input.0123abcd.part", "standard-input"):
        Path("mine", name).touch()
    whence("train", *QUICK, "--out", "mine", "--quiet")
    assert not list(Path("mine").glob("*.part"))
    for name in ("model.safetensors", "checkpoint.safetensors"):
        Path("mine", name).unlink()
    Path("mine/.checkpoint.safetensors.0123abcd.part").touch()
    Path("mine/.notes.txt.0123abcd.part").touch()
    whence("train", *QUICK, "--out", "mine", "--quiet")
    assert not Path("mine/.checkpoint.safetensors.0123abcd.part").exists()
    assert Path("mine/.notes.txt.0123abcd.part").exists()


def test_a_file_in_the_place_of_the_folder(whence):
    Path("runs").write_text("")
    assert "cannot make the folder runs: File exists" in whence("train", *QUICK, code=1).stderr
    assert "cannot make the folder runs" in whence("train", *QUICK, "--out", "runs", code=1).stderr
    assert "cannot make the folder runs: File exists" in whence("train", *QUICK, "--out", "runs/x", code=1).stderr


def test_two_runs_at_once_do_not_share_a_folder(whence):
    Path("mine").mkdir()
    with claimed(Path("mine")):
        said = whence("train", *QUICK, "--out", "mine", "--force", code=1).stderr
    assert "another run is using the folder mine" in said
    whence("train", *QUICK, "--out", "mine", "--quiet")


def test_a_full_disk_is_one_sentence(whence, monkeypatch):
    real = os.replace

    def full(source, target):
        if Path(target).name == "checkpoint.safetensors":
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr("os.replace", full)
    said = whence("train", *QUICK, "--quiet", code=1).stderr
    assert re.fullmatch(r"Error: cannot write .*checkpoint\.safetensors: No space left on device; free .*\n", said)
    assert not list(Path("runs/digits-1").glob(".*.part"))


def test_a_loss_that_becomes_infinite_stops_training_and_keeps_the_checkpoint(whence):
    said = whence("train", "-s", "64,64", "--activation", "elu", "-l", "1000", "--quiet", code=1).stderr
    assert re.match(r"Error: the loss is (inf|nan) at step \d+", said)
    assert re.search(r"output z of layer \d+ \(Linear", said)
    assert "the last good checkpoint is in runs/digits-1" in said
    assert len(said.splitlines()) == 1
    assert np.isfinite(load_checkpoint("runs/digits-1").model.net.theta).all()


@pytest.mark.parametrize("dropout", ["0", "0.2"])
def test_a_training_that_fails_shows_the_first_bad_cell_and_what_made_it_so(whence, dropout):
    said = whence("train", "-s", "64,64", "--activation", "elu", "-l", "1000", "--dropout", dropout, code=1).stderr
    step, cell = re.search(r"Step (\d+): (\w+\[[\d,]+\]) is the first number that is not finite\.", said).groups()
    assert f"\n{cell} = " in said and "is beyond 3.403e38, the largest float32" in said
    assert re.search(r"What made it so:\n(.*\n)+?W\d\[\d+,\d+\] = .* when the training began\n", said)
    failed = int(re.search(r"\nError: .* step (\d+)", said)[1])
    assert int(step) in (failed, failed + 1)
    assert ("the last good checkpoint" in said) == Path("runs/digits-1/checkpoint.safetensors").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("dgits",), "did you mean 'digits'?"),
        (("-b", "5000"), "batch-size is 5,000, but training has 1,259 samples; give at most that, or all"),
        (("--optimizer", "adan"), "there is no optimizer 'adan'; did you mean 'adam'?"),
        (("--optimizer", "adam", "--momentum", "0.5"), "the optimizer adam has no momentum"),
        (("--loss", "cross_entrpy"), "there is no loss 'cross_entrpy'; did you mean 'cross_entropy'?"),
        (("r2", "--loss", "cross_entropy"), "is for classes, but r2 has numbers as targets; use mean_squared_error"),
        (("--output-activation", "softmax"), "turns logits into probabilities itself"),
        (("--activation", "rellu"), "there is no layer 'rellu'; did you mean 'relu'?"),
        (("--activation", "linear"), "not an activation"),
        (("--init", "uniform(2, 1)"), "uniform(2, 1) is empty"),
        (("--init", "he_norml"), "did you mean 'he_normal'?"),
        (("--schedule", "cosin"), "did you mean 'cosine'?"),
        (("--positive", "ten"), "there is no class 'ten'"),
        (("--target", "price"), "digits is not a table"),
        (("--validation", "0", "--patience", "3"), "patience needs validation samples, and digits has none"),
        (("-s", "1000000,1000000"), "parameters"),
        (("--augment", "shift 8"), "shifts by up to 8 pixels, but the images have 8 × 8; shift by fewer"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_leaves_nothing(whence, arguments, sentence):
    refused_with(sentence, whence("train", *arguments, code=2))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("absent/table.csv",), "there is no file or folder absent/table.csv"),
        (("r2", "--positive", "1"), "has numbers as targets"),
        (("mnist", "--offline"), "there are no MNIST files"),
        (("mnist", "-d", "nowhere"), "there is no folder nowhere"),
    ],
)
def test_data_that_are_not_there_are_one_sentence_and_leave_nothing(whence, monkeypatch, arguments, sentence):
    monkeypatch.delenv("WHENCE_DATA", raising=False)
    refused_with(sentence, whence("train", *arguments, code=1))


def refused_with(sentence, result):
    assert sentence in result.stderr
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1
    assert not Path("runs").exists() or not list(Path("runs").iterdir())


def test_a_folder_given_alone_is_the_data(whence):
    Path("pictures").mkdir()
    rng = np.random.default_rng(0)
    for label in ("dark", "light"):
        Path("pictures", label).mkdir()
        for number in range(12):
            pixels = rng.integers(0, 60, (6, 6)) + 180 * (label == "light")
            Image.fromarray(pixels.astype(np.uint8)).save(f"pictures/{label}/{number}.png")
    assert summary(whence("train", "-d", "pictures", *QUICK, "--json"))["run"] == "runs/pictures-1"


def test_a_batch_is_all_samples_where_there_are_fewer_than_the_default(whence):
    assert summary(whence("train", "xor", "-m", "7", "--json"))["steps"] == 7


def test_a_network_that_does_worse_than_guessing_is_told(whence, diagnosed):
    said = whence("train", "-l", 500, "-m", 1, "--activation", "relu", "--out", "astray").stdout
    sentence = re.search(
        r"; seed 1\n(The accuracy of \S+ on test data is less than that of a linear model, .*)\n", said
    )
    assert sentence
    assert "learning-rate-too-high, the loss ended at " in sentence[1] and "try --learning-rate " in sentence[1]
    assert sentence[1] in Path("astray/report.txt").read_text(encoding="utf-8")


def test_baselines_stand_beside_the_measures(whence):
    found = whence("train", "-m", 20, "--out", "run")
    assert re.search(r"\ntest, always 1 +10\.03%\ntest, linear model +9\d\.\d\d%\n", found.stdout)
    assert "is less than" not in found.stdout
    assert "test, linear model" in Path("run/report.txt").read_text(encoding="utf-8")
    assert "test, linear model" in whence("evaluate", "run").stdout
    beside = json.loads(whence("evaluate", "run", "--json").stdout)["baselines"]
    assert list(beside) == ["always 1", "linear model"]
    assert summary(whence("train", "-m", 20, "--json"))["baselines"] == beside


def test_what_was_learned_of_training_samples_alone_is_told_apart(whence, diagnosed):
    rng = np.random.default_rng(3)
    rows = [",".join(f"{value:.3f}" for value in rng.normal(size=6)) for _ in range(60)]
    lines = ["a,b,c,d,e,y", *rows]
    Path("noise.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = ("--validation", 0, "-m", 300, "-l", 0.01, "--weight-decay", 0)
    said = whence("train", "noise.csv", *options, "--out", "run").stdout
    assert "overfitting, the loss of training samples is " in said
    assert ": hold out validation samples, so that the best epoch is kept" in said


def test_the_best_epoch_being_the_last_gives_the_command_to_go_on(whence):
    said = whence("train", "-m", 20, "-l", 0.05, "--out", "run").stdout
    assert "The last epoch is the best one, so more may be better: whence train --resume run -m 40\n" in said
    assert "The last epoch" not in whence("train", "-m", 20, "--validation", 0, "--out", "all").stdout


def test_a_small_table_is_trained_for_enough_steps_and_stopped_early(whence):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(120, 3))
    lines = [",".join(f"{value:.4f}" for value in (*row, row[0] - row[1])) for row in x]
    Path("small.csv").write_text("\n".join(["a,b,c,y", *lines]) + "\n", encoding="utf-8")
    found = summary(whence("train", "small.csv", "--out", "run", "--json"))
    assert found["epochs"] > 50
    config = tomllib.loads(Path("run/config.toml").read_text(encoding="utf-8"))
    assert (config["max-iter"], config["patience"], config["weight-decay"]) == (1334, 100, 0.03)
    assert found["epochs"] == min(found["best_epoch"] + 100, 1334)
    assert found["test_r2"] > 0.97


@pytest.mark.exhaustive
def test_a_watched_training_that_is_hopeless_is_ended_with_a_sentence_and_may_go_on(whence):
    said = whence("train", "-s", "8", "-l", "1000", "--watch").stderr
    assert "Ended: the gradients of all weights are exactly zero after epoch 11" in said
    assert "whence doctor runs/digits-1 says more" in said
    assert load_checkpoint("runs/digits-1").state.epoch == 11
    assert "after epoch 22" in whence("train", "--resume", "runs/digits-1", "-m", "60").stderr
