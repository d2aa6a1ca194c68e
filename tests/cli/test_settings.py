import re
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.cli.network_for_data import make_network
from whence.cli.options.settings import read_config, settings_from, to_toml
from whence.cli.options.table import OPTIONS, Settings
from whence.cli.training_plan import check_names, make_loss, make_optimizer, make_plan
from whence.data import Dataset, Preprocessing, Samples, load
from whence.errors import ArgumentError, UnknownNameError
from whence.optim import SGD, Adam, AdamW

RECIPES = sorted((Path(__file__).parents[2] / "recipes").glob("*.toml"))


def config(text):
    path = Path("settings.toml")
    path.write_text(text, encoding="utf-8")
    return path


def test_the_command_line_beats_the_file_and_the_file_beats_the_default():
    path = config("seed = 7\nmax-iter = 3\nbatch-norm = true\n")
    settings = settings_from({"seed": 9, "max_iter": None, "batch_norm": False}, path)
    assert (settings.seed, settings.max_iter, settings.batch_norm) == (9, 3, False)
    assert settings.activation == "relu"


def test_a_flag_of_the_file_can_be_turned_off_on_the_command_line(whence):
    path = config('quiet = true\nmax-iter = 1\nbatch-norm = true\nout = "a"\n')
    assert whence("train", "--config", path).output == ""
    assert "BatchNorm" not in whence("train", "--config", path, "--no-quiet", "--no-batch-norm", "--out", "b").stdout


def test_a_key_may_have_dashes_or_underscores():
    assert read_config(config("learning_rate = 1\nmax-iter = 2")) == {"learning_rate": 1.0, "max_iter": 2}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("learning-rat = 1", r"there is no setting 'learning-rat'; did you mean 'learning-rate'\?"),
        ("max-iter = '3'", r"max-iter is '3'; expected a whole number from 1 to"),
        ("max-iter = 2.5", r"max-iter is 2\.5; expected a whole number"),
        ("max-iter = true", r"max-iter is true; expected a whole number"),
        ("learning-rate = nan", r"learning-rate is nan; expected a number above 0"),
        ("learning-rate = 'fast'", r"learning-rate is 'fast'; expected a number above 0"),
        ("hidden-layer-sizes = [3, 0]", r"hidden-layer-sizes is \[3, 0\]; expected sizes"),
        ("hidden-layer-sizes = [[3]]", r"hidden-layer-sizes is \[\[3\]\]; expected sizes"),
        ("quiet = 1", r"quiet is 1; expected true or false"),
        ("dtype = 'float16'", r"dtype is 'float16'; expected float32 or float64"),
        ("missing = 3", r"missing is 3; expected mean, median, most-frequent"),
        ("loss = []", r"loss is \[\]; expected a text"),
        ("seed = 1\nseed = 2", "is not a TOML file"),
        ("max-iter = 1\nmax_iter = 2", "sets max-iter twice"),
        ("[train]\nseed = 1", "there is no setting 'train'"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_in_one_sentence(whence, text, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        read_config(config(text))
    assert whence("train", "--config", "settings.toml", code=2).stderr.startswith("Error: settings.toml")


def test_a_file_that_is_not_there_or_not_text(whence):
    assert "cannot read absent.toml" in whence("train", "--config", "absent.toml", code=2).stderr
    Path("binary.toml").write_bytes(b"\xff\xfe\x00")
    assert "binary.toml is not a TOML file" in whence("train", "--config", "binary.toml", code=2).stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("-l", "0"),
        ("-l", "-1"),
        ("-l", "nan"),
        ("-l", "inf"),
        ("-l", "1e9"),
        ("-l", "fast"),
        ("-s", "0"),
        ("-s", "64,-3"),
        ("-s", "64;32"),
        ("-s", "99999999"),
        ("-b", "0"),
        ("-b", "-5"),
        ("-b", "1.5"),
        ("-b", "some"),
        ("-b", "99999999999"),
        ("-m", "0"),
        ("-m", "many"),
        ("--max-steps", "-1"),
        ("--momentum", "1"),
        ("--momentum", "-0.1"),
        ("--weight-decay", "-1"),
        ("--clip-norm", "0"),
        ("--dropout", "1"),
        ("--dropout", "nan"),
        ("--validation", "1"),
        ("--test", "-0.1"),
        ("--patience", "0"),
        ("--seed", "-1"),
        ("--seed", "1e3"),
        ("--threads", "0"),
        ("--threads", "99999"),
        ("--dtype", "float8"),
        ("--missing", "guess"),
        ("--target", ""),
    ],
)
def test_an_absurd_value_on_the_command_line_is_misuse(whence, option, value):
    said = whence("train", option, value, code=2).stderr
    assert said.splitlines()[-1].startswith("Error: ")
    assert " is " in said and "; expected " in said
    assert not Path("runs").exists()


def test_more_threads_than_processor_cores_are_refused(whence):
    assert "processor core" in whence("train", "--threads", "1024", code=2).stderr


@given(sizes=st.lists(st.integers(1, 1_000_000), min_size=1))
def test_sizes_read_alike_from_the_command_line_and_from_a_file(sizes):
    kind = OPTIONS["hidden_layer_sizes"].kind
    assert kind.parse("sizes", ",".join(map(str, sizes))) == kind.check("sizes", sizes) == tuple(sizes)


def test_no_hidden_layer_can_be_asked_for():
    kind = OPTIONS["hidden_layer_sizes"].kind
    assert kind.parse("sizes", "none") == kind.check("sizes", []) == ()


@given(rate=st.floats(1e-300, 1000))
def test_rates_read_alike_from_the_command_line_and_from_a_file(rate):
    kind = OPTIONS["learning_rate"].kind
    assert kind.parse("rate", repr(rate)) == kind.check("rate", rate) == rate


def test_what_a_run_keeps_repeats_it(whence):
    whence("train", "-m", 3, "-s", "8,8", "-l", "0.05", "--dropout", "0.1", "--out", "first", "--quiet")
    whence("train", "--config", "first/config.toml", "--out", "second", "--quiet")
    assert Path("first/model.safetensors").read_bytes() == Path("second/model.safetensors").read_bytes()
    first, second = read_config(Path("first/config.toml")), read_config(Path("second/config.toml"))
    assert first == second


def test_settings_survive_a_toml_file():
    import tomli_w

    settings = settings_from({"positive": "0", "hidden_layer_sizes": (), "batch_size": "all", "force": True})
    kept = read_config(config(tomli_w.dumps(to_toml(settings))))
    assert "force" not in kept
    assert settings_from({**kept, "force": True}) == settings


def test_settings_cannot_be_written_to():
    with pytest.raises(FrozenInstanceError):
        settings_from({}).seed = 2


def test_a_plan_makes_every_choice_and_leaves_what_was_asked_as_it_was():
    asked = settings_from({"data": "r2", "threads": 1})
    plan = make_plan(asked)
    assert asked == Settings(data="r2", threads=1)
    chosen = {"loss": "mean_squared_error", "optimizer": "adam", "max_iter": 50, "batch_size": 3}
    assert plan.settings == replace(asked, **chosen)
    assert plan.batch_size == 3
    assert make_plan(plan.settings).settings == plan.settings


def test_a_recurrent_network_has_its_gradients_clipped_unless_something_else_was_said():
    asked = settings_from({"data": "sine", "arch": "lstm 4, last, linear", "threads": 1})
    assert make_plan(asked).settings.clip_norm == make_plan(asked).optimizer.clip_norm == 5
    assert make_plan(replace(asked, clip_norm=0.5)).optimizer.clip_norm == 0.5


@pytest.mark.parametrize(
    ("given", "optimizer"),
    [
        ({"optimizer": "adam(beta1=0.7)", "learning_rate": 0.01}, Adam(0.01, beta1=0.7)),
        ({"optimizer": "adamw(0.5, weight_decay=0.25)"}, AdamW(0.5, weight_decay=0.25)),
        ({"optimizer": "adamw"}, AdamW()),
        ({"optimizer": "adamw", "weight_decay": 0.0}, AdamW(weight_decay=0)),
        ({"optimizer": "sgd(momentum=0.5)", "weight_decay": 0.25}, SGD(momentum=0.5, weight_decay=0.25)),
    ],
)
def test_an_optimizer_has_the_settings_of_its_notation_and_of_the_options(given, optimizer):
    assert make_optimizer(settings_from(given)) == optimizer


@pytest.mark.parametrize(
    ("key", "value", "notation"),
    [("learning_rate", 0.2, "adam(0.1)"), ("weight_decay", 0.0, "adamw(weight_decay=0.1)")],
)
def test_what_the_notation_says_cannot_be_said_again(key, value, notation):
    twice = f"{key} is given twice, in {notation!r} and separately; keep one"
    with pytest.raises(ArgumentError, match=re.escape(twice)):
        make_optimizer(settings_from({"optimizer": notation, key: value}))


def test_the_norm_to_clip_at_may_be_said_in_the_notation():
    recurrent = {"data": "sine", "arch": "lstm 4, last, linear", "threads": 1, "optimizer": "adam(clip_norm=0.5)"}
    assert make_plan(settings_from(recurrent)).optimizer.clip_norm == 0.5


def test_losses_and_activations_have_settings_too(whence):
    told = ("--loss", "huber(delta=2)", "--activation", "leaky_relu(0.2)", "-s", "4", "-m", "1", "--out", "run")
    assert "LeakyReLU(0.2)" in whence("train", "sine", *told).output.replace("negative_slope=", "")
    assert whence("evaluate", "run").output
    refused = whence("train", "sine", "--loss", "huber(delta=-2)", code=2).stderr
    assert "Huber was given delta = -2; it must be a number above 0" in refused
    assert "'linear' is a layer, but not an activation" in whence("train", "--activation", "linear", code=2).stderr


def test_an_architecture_is_kept_without_the_settings_that_it_replaces():
    kept = to_toml(settings_from({"arch": "flatten, linear"}))
    assert kept.keys().isdisjoint({"hidden-layer-sizes", "activation", "bias-init", "dropout", "batch-norm"})
    assert settings_from({key.replace("-", "_"): value for key, value in kept.items()}).arch == "flatten, linear"


def data_like(settings):
    """What a recipe is for: its data where they are small, else few samples of the same shape."""
    if settings.data.startswith("text:"):
        characters = "".join(chr(ord("A") + number) for number in range(65))
        Path("text.txt").write_text(characters * 2 * settings.window, encoding="utf-8")
        return load("text:text.txt", window=settings.window)
    if not settings.data.startswith("mnist"):
        return load(settings.data)
    images = Samples(np.zeros((10, 28, 28, 1), np.uint8), np.arange(10))
    digits = Dataset("mnist", images, None, None, tuple("0123456789"), Preprocessing())
    return digits if settings.positive is None else digits.one_against_rest(settings.positive)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_can_be_followed(recipe):
    settings = settings_from({}, recipe)
    check_names(settings)
    dataset = data_like(settings)
    net = make_network(settings, dataset, make_loss(settings, dataset))
    inputs = dataset.preprocessing(dataset.train.inputs[:2], net.input_dtype)
    assert net(inputs).shape[-1] == (1 if settings.positive is not None else dataset.outputs)


def test_there_is_a_recipe_for_each_reference():
    names = {recipe.stem for recipe in RECIPES}
    expected = "r1-published r1-he r2 r3 r4 r5-neuron r5-hidden r5-ten mnist-best"
    assert names >= set(expected.split())


def test_an_unknown_key_is_an_unknown_name():
    with pytest.raises(UnknownNameError):
        read_config(config("learning = 1"))
