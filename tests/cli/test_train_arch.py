import json
from pathlib import Path

import numpy as np
import pytest
from runs import AT_STEP, assert_same_run, metrics

from whence.training import load_model

CNN = "conv 4 3, relu, pool 2, flatten, dropout 0.1, linear"


def error(result):
    return result.stderr.partition("Error: ")[2].rstrip("\n")


def test_a_convolutional_network_from_one_line(whence):
    result = whence("train", "--arch", CNN, "-m", 2, "--optimizer", "adam", "--out", "run")
    assert "Conv2d(1, 4, 3), ReLU(), MaxPool2d(2), Flatten(), Dropout(p=0.1), Linear(36, 10)" in result.stdout
    config = Path("run/config.toml").read_text(encoding="utf-8")
    assert f'arch = "{CNN}"' in config
    assert "hidden-layer-sizes" not in config
    assert Path("run/weights.png").exists()
    assert f"arch: {CNN} 10" in whence("summary", "run").stdout


def test_a_list_of_layers_in_a_file(whence):
    Path("cnn.toml").write_text(f"arch = {json.dumps(CNN.split(', '))}\nmax-iter = 1\nquiet = true\n")
    whence("train", "--config", "cnn.toml", "--out", "list")
    whence("train", "--arch", CNN, "-m", 1, "--quiet", "--out", "text")
    assert Path("list/model.safetensors").read_bytes() == Path("text/model.safetensors").read_bytes()
    whence("train", "--resume", "list", "--quiet")


@pytest.mark.exhaustive
def test_an_augmented_run_that_was_killed_goes_on_to_the_same_bits(start, whence):
    options = ("--arch", CNN, "-m", "4", "--augment", "shift 1, rotate 10, elastic 8 2", "--threads", "1", "--quiet")
    whence("train", *options, "--out", "whole")
    process = start(90, "SIGKILL", "train", *options, "--out", "killed", program=AT_STEP)
    process.communicate(timeout=240)
    assert len(metrics("killed")) == 2
    whence("train", "--resume", "killed", "--quiet")
    assert_same_run("whole", "killed")


def test_augmentation_changes_the_training_and_not_the_measures(whence):
    plain = json.loads(whence("train", "--arch", CNN, "-m", 1, "--json", "--out", "plain").stdout)
    moved = json.loads(
        whence("train", "--arch", CNN, "-m", 1, "--json", "--out", "moved", "--augment", "shift 2").stdout
    )
    assert plain["train_loss"] != moved["train_loss"]
    evaluated = json.loads(whence("evaluate", "moved", "--json").stdout)
    assert evaluated["train_loss"] == pytest.approx(moved["train_loss"])


def test_images_are_read_row_by_row(whence):
    result = whence("train", "--as-sequence", "--arch", "gru 12, last, linear", "-m", 1, "--out", "run")
    assert "Reshape((8, 8)), GRU(8, 12), Last(), Linear(12, 10)" in result.stdout
    model = load_model("run/model.safetensors")
    assert model.probabilities(np.zeros((2, 8, 8, 1), np.uint8)).shape == (2, 10)


def test_training_samples_need_not_be_measured(whence):
    whence("train", "--arch", CNN, "-m", 2, "--no-measure-train", "--quiet", "--out", "run")
    records = [json.loads(line) for line in Path("run/metrics.jsonl").read_text().splitlines()]
    assert all("train_loss" in record and "train_accuracy" not in record for record in records)
    assert Path("run/learning_curve.png").exists()


def test_a_sine_is_foretold_and_sums_are_added(whence):
    found = json.loads(
        whence(
            "train", "sine", "--arch", "gru 16, last, linear", "-m", 8, "--optimizer", "adam", "-l", 0.01, "--json"
        ).stdout
    )
    assert found["test_rmse"] < 0.1
    whence("train", "adding", "--arch", "lstm 8, last, linear", "--max-steps", 3, "--quiet", "--out", "adding")
    assert "clip-norm = 5.0" in Path("adding/config.toml").read_text()


def test_a_time_series_from_a_table(whence):
    rows = "".join(f"{np.sin(t / 4):.4f},{t % 3}\n" for t in range(300))
    Path("waves.csv").write_text(f"wave,step\n{rows}", encoding="utf-8")
    options = ("--target", "wave", "--window", "12", "-m", "20", "--optimizer", "adam", "-l", "0.01", "--out", "run")
    result = whence("train", "waves.csv", "--arch", "lstm 12, last, linear", *options)
    assert "waves: 201 training, 29 validation, 58 test samples of 12 × 2 inputs, 1 output" in result.stdout
    assert json.loads(whence("evaluate", "run", "--json").stdout)["test_rmse"] < 0.05
    assert json.loads(whence("evaluate", "run", "waves.csv", "--json").stdout)["all_rmse"] < 0.05
    predictions = json.loads(whence("predict", "run", "waves.csv", "--json").stdout)["predictions"]
    assert len(predictions) == 300 - 12 + 1
    assert [p["row"] for p in predictions] == list(range(13, 302))
    assert predictions[0]["prediction"] == pytest.approx(np.sin(12 / 4), abs=0.1)
    assert predictions[-1]["prediction"] == pytest.approx(np.sin(300 / 4), abs=0.05)
    lines = whence("predict", "run", "waves.csv").stdout.splitlines()[2:]
    titles = [line.rpartition(" ")[0].rstrip() for line in lines]
    assert titles[0] == "waves.csv, row 13"
    assert titles[-2:] == ["waves.csv, row 300", "waves.csv, after the last row"]
    Path("last.csv").write_text("wave,step\n" + "".join(rows.splitlines(keepends=True)[-12:]), encoding="utf-8")
    assert "last.csv, after the last row" in whence("predict", "run", "last.csv").stdout
    assert whence("predict", "run", "last.csv", "--csv").stdout.splitlines()[1].startswith("last.csv,13,")
    whence("train", "waves.csv", "--window", 12, "--target", "wave", "-m", 1, "-l", 0.01, "--quiet")


@pytest.mark.parametrize("kept_as", [np.int64, np.uint8, np.float64])
def test_tokens_in_an_archive_reach_an_embedding(whence, kept_as):
    tokens = np.random.default_rng(0).integers(0, 20, (60, 6))
    np.savez("tokens.npz", x=tokens.astype(kept_as), y=tokens[:, 0] % 2)
    arch = "embed 4 num_embeddings=20, lstm 6, last, linear"
    whence("train", "tokens.npz", "--arch", arch, "-m", 2, "--quiet", "--out", "run")
    assert f"arch: {arch} 2\n" in whence("summary", "run").stdout
    assert json.loads(whence("check", "run", "--json").stdout)["passed"]
    assert len(json.loads(whence("predict", "run", "tokens.npz", "--json").stdout)["predictions"]) == 60
    assert ", token 2 of sample 0\n" in whence("why", "run", "x[0,2]").stdout
    np.savez("halves.npz", x=tokens + 0.5, y=tokens[:, 0] % 2)
    assert "the network takes indices; give whole numbers" in error(
        whence("train", "halves.npz", "--arch", arch, "--out", "halves", code=1)
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--arch", CNN, "-s", "3"),
            "the architecture (arch) describes the whole network; leave out hidden-layer-sizes, or",
        ),
        (("--arch", CNN, "--activation", "tanh", "--dropout", "0.1"), "leave out activation, dropout, or set it there"),
        (("--arch", "conv 16 5, relu, pol 2"), "layer 3, 'pol 2': there is no layer 'pol'; did you mean 'pool'?"),
        (
            ("--arch", "conv 16 9"),
            "layer 1, 'conv 16 9': its kernel spans 9 rows, but its input has 8; make the kernel",
        ),
        (
            ("--arch", "conv 16 3"),
            "the network's outputs have the shape (N, 6, 6, 16), but digits needs (N, 10); let the",
        ),
        (("--arch", "flatten, linear 9"), "let the architecture end in linear 10"),
        (("--arch", "conv 3 2 groups=2, flatten, linear"), "must be multiples of groups"),
        (
            ("--arch", "reshape 8x8, lstm 4, linear"),
            "(N, 8, 10), but digits needs (N, 10); let the architecture end in last,",
        ),
        (("--arch", "lstm 4, last, linear"), "to read every image as a sequence of its rows, add --as-sequence"),
        (("--as-sequence",), 'as-sequence is for networks that read sequences; describe one, such as --arch "lstm 64'),
        (("spirals", "--as-sequence", "--arch", "linear"), "reads images row by row, but spirals has no images"),
        (("spirals", "--augment", "shift 1"), "augment is for images, but spirals has no images; leave it out"),
        (
            ("--augment", "shift 1, tilt 3"),
            "augmentation 2, 'tilt 3': there is no augmentation 'tilt'; there are shift",
        ),
        (("--window", "3"), "digits is neither a text nor a time series; leave out the window 3"),
    ],
)
def test_networks_that_cannot_be_meant(whence, options, sentence):
    said = error(whence("train", *options, code=2))
    assert sentence in said
    assert "\n" not in said
    assert not Path("runs").exists()


def test_what_a_layer_has_to_say_of_its_place_is_said_before_the_training(whence):
    arch = "lstm 4 bidirectional=true, dropout 0.1, last, linear"
    said = "layer 4, Last(): the backward direction has read one time step only; leave out bidirectional, or flatten"
    assert said in whence("train", "--as-sequence", "--arch", arch, "-m", 1, "--out", "run").stdout
    assert said in whence("summary", "run").stdout
    assert "backward direction" not in whence("summary", "5x2, lstm 4, last, linear 3").stdout


def test_the_first_convolution_is_drawn_only_where_it_reads_images(whence):
    whence("train", "--arch", "pool 2, conv 4 3, flatten, linear", "-m", 1, "--quiet", "--out", "run")
    assert not Path("run/weights.png").exists()


def test_a_file_that_describes_the_network_twice(whence):
    Path("twice.toml").write_text(f'arch = "{CNN}"\nhidden-layer-sizes = [3]\n')
    assert "leave out hidden-layer-sizes, or set it there" in error(whence("train", "--config", "twice.toml", code=2))


@pytest.mark.parametrize(
    ("command", "network", "expected"),
    [
        ("summary", "28x28x1, conv 16 5, relu, pool 2, flatten, linear 10", "(N, 12, 12, 16)"),
        ("check", "6x5x1, conv 2 3, relu, pool 2, flatten, linear 3", "all gradients agree"),
        ("check", "5x2, lstm 3, last, linear 2", "all gradients agree"),
        ("check", "4, embed 3 num_embeddings=5, rnn 3, linear 5", "all gradients agree"),
        ("formulas", "5x2, rnn 3, last, linear 2", "Layer 1, recurrent, 5 × 3 outputs"),
    ],
)
def test_networks_that_are_only_described(whence, command, network, expected):
    assert expected in whence(command, network).stdout


def test_descriptions_that_cannot_be_meant(whence):
    assert "'conv 3' is not a shape; begin with that of an input: 28x28x1, conv 3, relu" in error(
        whence("summary", "conv 3, relu", code=1)
    )
    assert "layer 2, 'pol 2': there is no layer 'pol'" in error(whence("check", "8x8x1, relu, pol 2", code=1))
    assert "leave out activation" in error(whence("check", "5x2, flatten, linear", "--activation", "tanh", code=1))
    assert "the shape 0x2 has a length of 0" in error(whence("check", "0x2, lstm 3, last, linear 2", code=1))
    assert "9999 is too large" in error(whence("check", f"{'9' * 5000},3", code=1))


@pytest.mark.parametrize("command", ["summary", "check", "formulas"])
def test_an_architecture_may_be_longer_than_the_name_of_a_file(whence, command):
    network = ", ".join(["3", *["linear 3 weight_init=uniform(-0.5,0.5)"] * 10])
    assert len(network) > 255
    assert whence(command, network).stdout
