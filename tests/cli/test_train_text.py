import json
import re
from pathlib import Path

import numpy as np
import pytest
from runs import AT_STEP, assert_same_run, metrics

from whence.errors import WhenceError
from whence.nn import Residual, TimeDependence, layers
from whence.nn.architecture import network
from whence.training import load_checkpoint, load_model

RHYME = "the cat sat on the mat, and the rat sat on the cat. who sat on the rat? the cat and the mat.\n" * 30
TOLD = ("--arch", "embed 4, lstm 8, linear", "-b", "4", "--window", "16", "-m", "3")
QUICK = (*TOLD, "--quiet", "--out", "run")


@pytest.fixture(autouse=True)
def rhyme(working_folder):
    Path("rhyme.txt").write_text(RHYME, encoding="utf-8")


def error(result):
    return result.stderr.partition("Error: ")[2].rstrip("\n")


def test_a_text_is_trained_measured_and_stored_with_its_vocabulary(whence):
    result = whence("train", "text", "rhyme.txt", *QUICK[:-3], "--out", "run")
    assert "rhyme: 2,496 training, 272 validation characters in sequences of 16, 17 of them different" in result.stdout
    for part in ("bits", "perplexity", "whence sample run", "whence evaluate run"):
        assert part in result.stdout
    assert "nats" in result.stderr and "bits a character" in result.stderr
    model = load_model("run/model.safetensors")
    assert model.preprocessing.vocabulary.characters == "".join(sorted(set(RHYME)))
    assert model.classes == tuple(model.preprocessing.vocabulary.characters)
    report = Path("run/report.txt").read_text(encoding="utf-8")
    assert "A text from the network, at temperature 0.8:" in report
    assert "validation" in whence("evaluate", "run").stdout
    assert "it knows 17 characters: '\\n ,.?acd" in whence("summary", "run").stdout


def test_json_holds_nats_and_bits(whence):
    found = json.loads(whence("train", "text", "rhyme.txt", *QUICK, "--json").stdout)
    assert found["data"] == "rhyme"
    assert found["validation_bits"] == pytest.approx(found["validation_loss"] / np.log(2))
    assert found["validation_perplexity"] == pytest.approx(np.exp(found["validation_loss"]))


def test_a_network_learns_a_rhyme(whence):
    options = ("--window", "32", "-b", "4", "-l", "0.02", "-m", "25", "--json")
    found = json.loads(whence("train", "text", "rhyme.txt", "--arch", "embed 8, lstm 24, linear", *options).stdout)
    assert found["validation_loss"] < 0.35
    made = whence("sample", "runs/rhyme-1", "--prompt", "the cat sat ", "--temperature", 0, "--length", 40).stdout
    assert made[:52] in RHYME + RHYME


def test_defaults_suit_a_text_and_are_written_down(whence):
    whence("train", "text", "rhyme.txt", "-m", 1, "--quiet", "--out", "run", "--arch", "embed 4, gru 4, linear")
    config = Path("run/config.toml").read_text(encoding="utf-8")
    for line in ('optimizer = "adam"', "clip-norm = 5.0", "window = 64", "measure-train = false"):
        assert line in config
    assert "hidden-layer-sizes" not in config and "activation" not in config
    assert f'data = "text:{Path("rhyme.txt").absolute()}"' in config
    again = whence("train", "--config", "run/config.toml", "--out", "again", "--json", "-m", 1)
    assert json.loads(again.stdout)["data"] == "rhyme"
    assert Path("again/model.safetensors").read_bytes() == Path("run/model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("options", "optimizer", "learning_rate"),
    [
        ((), "Adam", 0.002),
        (("--optimizer", "Adam"), "Adam", 0.002),
        (("--optimizer", "adam(beta1=0.7)"), "Adam", 0.002),
        (("--optimizer", "adam(learning_rate=0.01)"), "Adam", 0.01),
        (("--optimizer", "sgd"), "SGD", 0.1),
        (("--optimizer", "sgd", "-l", 0.5), "SGD", 0.5),
        (("--optimizer", "adagrad"), "Adagrad", 0.01),
    ],
)
def test_the_learning_rate_for_a_text_is_for_the_optimizer_for_a_text(whence, options, optimizer, learning_rate):
    arch = ("--arch", "embed 4, linear")
    whence("train", "text", "rhyme.txt", *arch, "--max-steps", 1, "--quiet", "--out", "run", *options)
    told = load_checkpoint("run").state.optimizer
    assert (told["optimizer"], told["learning_rate"]) == (optimizer, learning_rate)


def test_a_text_without_an_architecture_gets_one(whence):
    assert "Embedding(17, 64), LSTM(64, 128)" in whence("train", "text", "rhyme.txt", "--max-steps", 1).stdout


@pytest.mark.exhaustive
def test_a_run_on_a_text_that_was_killed_in_the_middle_of_an_epoch_goes_on_to_the_same_bits(start, whence):
    options = ("--arch", "embed 4, lstm 12, dropout 0.2, linear", "-b", "2", "--window", "16", "-m", "3")
    whence("train", "text", "rhyme.txt", *options, "--threads", 1, "--quiet", "--out", "whole")
    train = ("train", "text", "rhyme.txt", *options, "--threads", "1", "--quiet", "--out", "stopped")
    process = start(100, "SIGINT", *train, program=AT_STEP)
    process.communicate(timeout=240)
    assert process.returncode == 130
    state = load_checkpoint("stopped").state
    assert state.total_steps / 3 < state.step < state.total_steps * 2 / 3
    whence("train", "--resume", "stopped", "--quiet")
    assert metrics("stopped") == metrics("whole")
    assert_same_run("stopped", "whole")


def test_a_number_is_walked_back_to_characters(whence):
    whence("train", "text", "rhyme.txt", *QUICK)
    assert re.fullmatch(r"x\[0,5\] = \d+, character 5 of sample 0: 'a'\n", whence("why", "run", "x[0,5]").stdout)
    assert re.fullmatch(r"y\[0,5\] = \d+, label 5 of sample 0: 't'\n", whence("why", "run", "y[0,5]").stdout)


def test_clipped_steps_are_told(whence):
    result = whence("train", "text", "rhyme.txt", *QUICK[:-3], "--clip-norm", "0.001", "--out", "run")
    assert "gradients longer than 0.001 were clipped in 117 steps" in result.stdout
    options = (*QUICK, "--json", "--force")
    assert json.loads(whence("train", "text", "rhyme.txt", *options, "--clip-norm", "0.001").stdout)["clipped"] == 117
    assert json.loads(whence("train", "text", "rhyme.txt", *options, "--clip-norm", "1000").stdout)["clipped"] == 0
    assert json.loads(whence("train", "-m", 1, "--json").stdout)["clipped"] is None


def test_characters_that_the_validation_lacks_are_told(whence):
    Path("late.txt").write_text("ab " * 600 + "abc" * 20 + "ab " * 30, encoding="utf-8")
    result = whence("train", "text", "late.txt", *QUICK[:-3], "--out", "run")
    remark = "left out of the validation: 20 characters that the training part does not have, 'c'"
    assert remark in result.stdout
    assert remark in Path("run/report.txt").read_text(encoding="utf-8")


def test_another_text_is_evaluated_with_the_vocabulary_of_the_run(whence):
    whence("train", "text", "rhyme.txt", *QUICK)
    Path("other.txt").write_text("who sat on the mat? the rat and the cat." * 3, encoding="utf-8")
    Path("short.txt").write_text("the cat", encoding="utf-8")
    Path("one.txt").write_text("t", encoding="utf-8")
    assert "run on short.txt: 6 characters, each predicted from those before it" in (
        whence("evaluate", "run", "short.txt").stdout
    )
    assert "has 1 character, but a sequence of 1 and the character after it need 2; give more text\n" in (
        whence("evaluate", "run", "one.txt", code=1).stderr
    )
    Path("strange.txt").write_text("Wer saß auf der Matte?" * 5, encoding="utf-8")
    found = json.loads(whence("evaluate", "run", "other.txt", "--json").stdout)
    assert found["all_loss"] > 0
    assert found["all_characters"] == 3 * len("who sat on the mat? the rat and the cat.") - 1
    assert "the network does not know 'M', 'W'" in whence("evaluate", "run", "strange.txt", code=1).stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("text", ""), "a text needs its file: text FILE on the command line, elsewhere text:FILE"),
        (("text",), "a text needs its file: text FILE on the command line, elsewhere text:FILE"),
        (
            ("text", "rhyme.txt", "-s", "16"),
            "the architecture (arch) describes the whole network; leave out hidden-layer-",
        ),
        (
            ("text", "rhyme.txt", "-b", "999"),
            "batch-size is 999, but training has 39 samples; give at most that, or all",
        ),
        (
            ("text", "rhyme.txt", "--arch", "lstm 4, linear"),
            "layer 1, 'lstm 4': its input (N, T) has no axis of features; put embed before it",
        ),
        (
            ("text", "rhyme.txt", "--arch", "embed 4, lstm 4 bidirectional=true, linear weight_init=zeros"),
            "may depend on later characters, which it has to predict; remove bidirectional layers",
        ),
        (
            ("text", "rhyme.txt", "--arch", "embed 4, residual(rnn 2 bidirectional=true), linear"),
            "may depend on later characters, which it has to predict; remove bidirectional layers",
        ),
        (
            ("text", "rhyme.txt", "--arch", "embed 4, conv 4 3 padding=same, linear"),
            "the number of time steps must be known",
        ),
        (("text", "rhyme.txt", "--arch", "embed 4, lstm 4, linear 5"), "let the architecture end in linear 17"),
        (
            ("text", "rhyme.txt", "--arch", "embed 4, lstm 4, last, linear"),
            "let the architecture end in layers that keep",
        ),
        (
            ("text", "rhyme.txt", "--arch", "embed 4, flatten, linear"),
            "layer 2, 'flatten': the number of time steps must be known, but the",
        ),
        (("text", "rhyme.txt", "--augment", "shift 2"), "augment is for images, but rhyme has no images; leave it out"),
        (
            ("text", "rhyme.txt", "--as-sequence"),
            "as-sequence reads images row by row, but rhyme has no images; leave it out",
        ),
        (
            ("text", "rhyme.txt", "--replacement"),
            "replacement draws batches at random, but a text such as rhyme is read in order",
        ),
        (
            ("text", "rhyme.txt", "--loss", "mse"),
            "the loss mse does not say how many bits a character takes; use cross_entropy for text",
        ),
        (("text", "rhyme.txt", "-d", "."), "has no folder of files; leave out the folder"),
    ],
)
def test_texts_that_cannot_be_trained_on(whence, options, sentence):
    said = error(whence("train", *options, code=2))
    assert sentence in said
    assert "\n" not in said
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("file", "options", "sentence"),
    [
        ("none.txt", (), "there is no file none.txt; check the path"),
        ("rhyme.txt", ("--window", 5000), "the training part of rhyme.txt has 2,511 characters, but a sequence"),
        ("empty.txt", (), "the training part of empty.txt has 0 characters, but a sequence of 64 and the character"),
        ("letter.txt", ("--validation", 0), "the training part of letter.txt has 1 character, but a sequence of 64"),
    ],
)
def test_texts_that_are_not_there_or_too_short(whence, file, options, sentence):
    Path("empty.txt").write_text("")
    Path("letter.txt").write_text("a")
    assert sentence in error(whence("train", "text", file, *options, code=1))
    assert not Path("runs").exists()


def test_a_text_that_is_taken_for_a_table_is_told_how_to_be_read(whence):
    said = error(whence("train", "rhyme.txt", code=1))
    hint = "to read it as a text: whence train text {0} (in Python, load('text:{0}'))"
    assert said.endswith(f"so it is not a table; {hint.format('rhyme.txt')}")
    assert said.count(";") == 1
    Path("rhyme.txt").rename("rhyme.md")
    assert error(whence("train", "rhyme.md", code=1)).endswith(hint.format("rhyme.md"))


def test_of_a_text_as_much_is_measured_at_the_end_as_is_held_out(whence):
    result = whence("train", "text", "rhyme.txt", *TOLD, "--out", "part")
    held_out = re.search(r"training, (\d+) validation characters", result.stdout)[1]
    assert f"measuring {held_out} training, {held_out} validation characters\n" in result.stderr
    assert f"\ntraining: its first {held_out} characters; --measure-train takes all\n" in result.stdout
    assert f"training: its first {held_out} characters" in Path("part/report.txt").read_text()
    whole = whence("train", "text", "rhyme.txt", *TOLD, "--measure-train", "--out", "whole")
    assert "its first" not in whole.stdout
    told = json.loads(whence("train", "text", "rhyme.txt", *TOLD, "--json", "--out", "json").stdout)
    assert told["remark"] == f"training: its first {held_out} characters; --measure-train takes all"
    assert "measuring" not in whence("train", "text", "rhyme.txt", *TOLD, "--quiet", "--out", "still").stderr


def test_a_training_text_that_is_measured_whole_has_no_remark(whence):
    result = whence("train", "text", "rhyme.txt", *TOLD, "--validation", 0.7)
    assert "its first" not in result.stdout


@pytest.mark.parametrize(("file", "folder"), [(".hidden", "hidden-1"), (".hidden.txt", "hidden-1"), ("….txt", "run-1")])
def test_a_run_is_called_after_its_text_whatever_that_is_called(whence, file, folder):
    Path("rhyme.txt").rename(file)
    whence("train", "text", file, "--arch", "embed 4, linear", "--max-steps", 1, "--quiet")
    assert [run.name for run in Path("runs").iterdir()] == [folder]


@pytest.mark.parametrize("name", [name for name in layers if not issubclass(layers[name], Residual)])
def test_only_bidirectional_layers_see_characters_ahead(name):
    built = 0
    for values in ("", " 4", " 3 padding=same", " 2 stride=1 padding=1"):
        try:
            net = network(f"embed 4, {name}{values}", (-1,), symbols=7)
        except WhenceError:
            continue
        if net.output_shape[0] == -1 and net.time_dependence is not TimeDependence.ANY:
            built += 1
            net.theta[:] = np.random.default_rng(0).normal(size=net.theta.shape)
            read = np.arange(12)[np.newaxis] % 7
            other = np.where(np.arange(12) < 6, read, (read + 1) % 7)
            np.testing.assert_allclose(net(read)[:, :6], net(other)[:, :6], rtol=1e-5)
    assert built or name not in ("gru", "linear", "lstm", "rnn", "batch_norm", "layer_norm")


def test_two_words_are_only_for_texts(whence):
    assert "rhyme.txt after digits is not expected; only a text takes two words: text rhyme.txt" in error(
        whence("train", "digits", "rhyme.txt", code=2)
    )


def test_a_network_is_measured_on_data_of_its_own_kind(whence, trained):
    assert "was not trained on text such as text:rhyme.txt" in error(
        whence("evaluate", trained, "text:rhyme.txt", code=1)
    )
    whence("train", "text", "rhyme.txt", *QUICK[:-1], "text")
    assert "the network was trained on text, and there is no file digits" in error(
        whence("evaluate", "text", "digits", code=1)
    )


def test_a_network_that_knows_text_predicts_no_tables(whence):
    whence("train", "text", "rhyme.txt", *QUICK)
    assert "whence sample RUN --prompt TEXT" in error(whence("predict", "run", "rhyme.txt", code=1))


def test_a_text_is_shown_by_its_vocabulary_and_its_beginning(whence):
    shown = whence("data", "show", "text:rhyme.txt").stdout
    assert "17 characters: '\\n ,.?acd" in shown
    assert RHYME[:300] in shown
