"""The pages that are made of the package have all that is in it."""

import importlib
import pkgutil
import re

import pytest

import whence
from whence.cli.app import _COMMANDS
from whence.cli.options.table import OPTIONS
from whence.nn import initialisers, layers, losses
from whence.nn.context import INFERENCE
from whence.optim import optimizers, schedules

pytest.importorskip("sphinx", reason='what makes the site is not installed; pip install ".[docs]"')
from extensions import commands, graphs, names, options, project_pages, valley, words

PARTS_OF_A_PACKAGE = {
    "whence.cli",  # what a person types: the page of commands
    "whence.doctor.faults",
    "whence.interop.onnx.operators",
    "whence.interop.onnx.reading.operators",
    "whence.interop.torch.kinds",
    "whence.own_program.slips",
}
"""Packages whose names are for other packages of whence."""


def packages():
    for found in pkgutil.walk_packages(whence.__path__, "whence."):
        if found.ispkg and hasattr(importlib.import_module(found.name), "__all__"):
            yield found.name


def test_every_public_name_is_on_a_page():
    shown = {id(getattr(importlib.import_module(page), name)) for page in names.PACKAGES for name in names_of(page)}
    for package in set(packages()) - PARTS_OF_A_PACKAGE:
        module = importlib.import_module(package)
        missing = [name for name in module.__all__ if id(getattr(module, name)) not in shown]
        assert package in names.PACKAGES or missing in ([], ["Activation", "Elementwise"], ["Recurrent"]), missing


def names_of(page):
    return names.public_names(importlib.import_module(page))


def test_a_name_at_the_top_leads_to_where_it_is_documented():
    page = names.pages()["whence.rst"]
    assert ":py:obj:`fit <whence.training.fit>`" in page and ":py:obj:`mlp <whence.nn.mlp>`" in page


def test_every_command_has_its_help():
    [page] = commands.pages().values()
    assert all(f"## `whence {name}`" in page for name in _COMMANDS)
    assert "## `whence data show`" in page and "--batch-size" in page
    assert page.count("-h, --help") == page.count("## `whence")


def test_every_option_has_its_default():
    [page] = options.pages().values()
    assert all(f"| `--{option.name}`" in page for option in OPTIONS.values())
    assert "| `--hidden-layer-sizes`, `-s` | `128` | Units of the hidden layers" in page


@pytest.mark.parametrize("registry", [layers, losses, optimizers, schedules, initialisers], ids=lambda all: all.kind)
def test_every_word_is_on_the_page_of_words(registry):
    [page] = words.pages().values()
    short = {name: word for word, name in words.SHORT_WORDS.items()}
    assert all(f"`{short.get(name, name)}`" in page for name in registry)


def test_a_word_has_its_formula_its_latex_and_an_activation_its_curve():
    text = "\n".join(words.of_layer("sigmoid", "sigmoid"))
    assert "<mfrac>" in text and r"\frac{1}{1 + \exp(-z[n,j])}" in text and '<path class="curve"' in text


def test_links_of_pages_above_lead_to_their_pages():
    source = ["see [the map](../CONTRIBUTING.md)"]
    project_pages.link(None, "formulas", source)
    assert source == ["see [the map](reference/contributing.md)"]
    assert "](docs/" not in "".join(project_pages.pages().values())


@pytest.mark.parametrize(
    ("section", "name"),
    [
        (section, name)
        for section, registry in (
            (lambda name: words.of_layer(name, name), layers),
            (words.of_loss, losses),
            (words.of_optimizer, optimizers),
            (words.of_schedule, schedules),
            (words.of_initialiser, initialisers),
        )
        for name in sorted(registry)
    ],
)
def test_every_word_has_a_picture(section, name):
    text = "\n".join(section(name))
    assert text.count("<svg ") == 1 and "nan" not in text.partition("</svg>")[0]


def test_a_picture_outlines_the_window_of_a_convolution_and_the_rows_that_batch_norm_averages():
    convolution = "\n".join(words.of_layer("conv2d", "conv"))
    assert (convolution.count('"cell source"'), convolution.count('"cell active"')) == (9, 1)
    batch_norm = "\n".join(words.of_layer("batch_norm", "batch_norm"))
    assert (batch_norm.count('"cell source"'), batch_norm.count('"cell active"')) == (3, 1)


def test_the_graph_of_an_lstm_has_its_gates_and_the_states_before():
    drawn = graphs.graph(words.made_layer("lstm")[1].formulas_in(INFERENCE).forward, label="lstm")
    assert re.findall(r">([^<>]+)</text>", drawn) == [
        *("x", "h[t − 1]", "i", "f", "g", "o"),
        *("c[t − 1]", "c", "tanh_c", "h", "y"),
    ]
    assert drawn.count('class="read"') == 8 + 4 + 1 + 2 + 1


@pytest.mark.parametrize(
    ("section", "heights"),
    [
        (words.of_loss("huber"), "huber: from −1 to 2.5"),  # the slope at −3, and 3 − ½
        (words.of_loss("cross_entropy"), "cross_entropy: from 0 to 3.05"),  # log(1 + e³)
        (words.of_schedule("plateau"), "plateau: from 0 to 1"),
        (words.of_initialiser("zeros"), "zeros: from 0 to 1"),
    ],
)
def test_a_curve_says_between_which_heights_it_is(section, heights):
    assert f">{heights}</text>" in "\n".join(section)


def test_the_rate_of_a_plateau_is_halved_while_the_loss_stays_as_it_is():
    drawn = "\n".join(words.of_schedule("plateau"))
    assert len(set(re.findall(r" ([\d.]+)(?=[L\"])", drawn.partition('class="curve" d="')[2]))) == 3


@pytest.mark.parametrize("name", sorted(optimizers))
def test_the_drawn_steps_of_an_optimizer_lead_down_the_valley(name):
    places = valley.path(words.OPTIMIZERS.get(name, name))
    heights = [float((valley.STEEPNESS * place**2).sum() / 2) for place in places]
    assert len(places) == valley.STEPS + 1 and heights[-1] < heights[0] / 8


def test_a_drawn_step_is_that_of_the_optimizer():
    assert valley.path("sgd(0.05)")[1] == pytest.approx([-3.8 + 0.05 * 3.8, 1.2 - 0.05 * 10 * 1.2])
