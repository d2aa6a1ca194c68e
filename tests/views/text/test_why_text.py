"""What a terminal shows of a cell, and that every walk along sources ends at data and parameters."""

import re
from dataclasses import replace

import numpy as np
import pytest

import traced_networks as networks
from exhaustive import one_of
from whence.errors import ArgumentError, UnknownNameError
from whence.nn import (
    LSTM,
    BatchNorm,
    Conv2d,
    CrossEntropy,
    Dropout,
    Embedding,
    Flatten,
    Last,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
)
from whence.optim import SGD, Adam
from whence.trace import trace
from whence.views.text import list_arrays, read_cell, say_given, why_json, why_text


@pytest.fixture
def step():
    net, loss_fn, optimizer, x, y = networks.r2()
    net.theta[...] = np.arange(1, 20) / 10
    return trace(net, loss_fn, optimizer, x, y)


@pytest.fixture
def deep():
    net = Sequential(Linear(5, 6), BatchNorm(), ReLU(), Dropout(0.4), Dropout(0.2), Linear(6, 3), dtype=np.float64)
    return trace(net, CrossEntropy(), Adam(clip_norm=1, weight_decay=0.1), *networks.batch(), classes=("a", "b", "c"))


def test_a_sum_is_shown_with_its_numbers_and_its_sources(step):
    assert (
        why_text(step, "z1", (1, 2))
        == """\
z1[n, j] = Σ_i x[n, i] · W1[i, j] + b1[j]    computed by whence.nn.Linear.forward

z1[1,2] = Σ_i x[1, i] · W1[i, 2] + b1[2]
        = 1 · 0.3 + 0 · 0.6 + 1 · 0.9 + 1 · 1.2 + 1.5
        = 3.9

Computed from:
├─ x[1,0] = 1, input 0 of sample 1
├─ x[1,1] = 0, input 1 of sample 1
├─ x[1,2] = 1, input 2 of sample 1
├─ x[1,3] = 1, input 3 of sample 1
├─ W1[0,2] = 0.3, a parameter, before this step
├─ W1[1,2] = 0.6, a parameter, before this step
├─ W1[2,2] = 0.9, a parameter, before this step
├─ W1[3,2] = 1.2, a parameter, before this step
└─ b1[2] = 1.5, a parameter, before this step"""
    )


def test_a_long_sum_shows_its_largest_terms_as_bars(step):
    assert (
        why_text(step, "z1", (1, 2), terms=3).split("\n\n")[2]
        == """\
The largest of its 5 terms:
  b1[2]               1.5  ████████████████████████
  x[1, 3] · W1[3, 2]  1.2  ███████████████████▎
  x[1, 2] · W1[2, 2]  0.9  ██████████████▍
  1 other, together   0.3
  1 is exactly zero"""
    )
    assert "= 1 · 0.3 + 1 · 0.9 + 1 · 1.2 + 1.5 + 1 zero\n" in why_text(step, "z1", (1, 2), terms=3)


@pytest.fixture(scope="module")
def sequence():
    net = Sequential(LSTM(6, 8), Last(), Linear(8, 3), input_shape=(7, 6), dtype=np.float64, seed=1)
    x = np.random.default_rng(0).normal(size=(2, 7, 6))
    return trace(net, CrossEntropy(), SGD(0.1), x, np.array([0, 2]))


@pytest.fixture(scope="module")
def convolved():
    layers = [Conv2d(1, 4, 5, padding=2), ReLU(), MaxPool2d(2), Conv2d(4, 8, 5), ReLU(), Flatten(), Linear(72, 3)]
    x = np.random.default_rng(0).normal(size=(2, 14, 14, 1))
    return trace(Sequential(*layers, input_shape=(14, 14, 1), seed=1), CrossEntropy(), SGD(0.1), x, np.array([0, 2]))


def test_a_sum_within_a_function_has_largest_terms_too(sequence):
    text = why_text(sequence, "i1", (0, 3, 2))
    assert "The largest of the 15 terms of the sum in it:" in text
    assert re.search(r"= σ\(.* \+ 10 other terms that add up to \S+ \+ 1 zero\)", text)
    assert re.search(r"^  6 others, together +−?[\d.]+$", text, re.MULTILINE)


def test_terms_outside_are_not_written_but_counted(sequence, convolved):
    text = why_text(sequence, "δ1", (0, 4, 3))
    assert "δ1[0,4,3] = δi1[0, 4, 3]\n" in text
    assert "3 of the 4 terms lie outside their arrays, and count as zero." in text
    assert "−" not in text.split("Computed from:")[0].split("\n\n")[1].split("\n")[0]
    assert "c1[0, −1, 2] lies outside its array, and counts as zero." in why_text(sequence, "δf1", (0, 0, 2))
    corner = why_text(convolved, "z1", (0, 0, 0, 1))
    assert "16 of the 26 terms lie outside their arrays" in corner


def test_ties_are_not_called_smaller():
    net = Sequential(Linear(2, 12), dtype=np.float64)
    alike = trace(net, CrossEntropy(), SGD(0.1), np.zeros((1, 2)), np.array([0]))
    text = why_text(alike, "M", (0,), terms=4)
    assert "= max(0, 0, 0, 0, 8 more)\n" in text
    assert "  z1[0, 3]  0\n  8 others\n" in text
    assert "smaller" not in text


def test_zeros_are_counted_not_listed(convolved):
    text = why_text(convolved, "dW1", (1, 2, 0, 3))
    assert re.search(r" \+ \d+ zeros\n", text)
    assert re.search(r"^  \d+ are exactly zero$", text, re.MULTILINE)
    silent = replace(convolved, arrays={**convolved.arrays, "dz1": np.zeros_like(convolved["dz1"])})
    said = why_text(silent, "dW1", (1, 2, 0, 3))
    assert "All its 364 terms are exactly zero." in said
    assert "28 of the 392 terms lie outside their arrays, and count as zero." in said
    assert "The largest" not in said


@pytest.mark.parametrize("made", ["sequence", "convolved"])
def test_what_is_said_of_any_cell_fits_a_screen(request, made):
    traced = request.getfixturevalue(made)
    rng = np.random.default_rng(1)
    for name, array in traced.items():
        index = tuple(int(rng.integers(length)) for length in array.shape)
        lines = why_text(traced, name, index).splitlines()
        assert len(lines) <= 32, f"{name}{index}"
        assert max(map(len, lines)) <= 260, f"{name}{index}"


def test_the_walk_back_is_a_tree(step):
    text = why_text(step, "dz2", (0, 0), depth=3)
    assert (
        text.split("Computed from:\n")[1]
        == """\
├─ da2[0,0] = −0.001399 = a2[0, 0] − y[0, 0]
│  ├─ a2[0,0] = 0.9986 = 1 / (1 + exp(−z2[0, 0]))
│  │  └─ z2[0,0] = 6.571 = Σ_i a1[0, i] · W2[i, 0] + b2[0]
│  └─ y[0,0] = 1, target of sample 0
└─ slope2[0,0] = 0.001397 = a2[0, 0] · (1 − a2[0, 0])
   └─ a2[0,0] = 0.9986 = 1 / (1 + exp(−z2[0, 0])), as above"""
    )


def test_a_given_number_says_what_it_is(step):
    assert why_text(step, "x", (0, 2)) == "x[0,2] = 1, input 2 of sample 0"
    assert why_text(step, "η", ()) == "η = 0.1, the learning rate"


def test_parts_are_coloured_by_what_they_are(step):
    painted = why_text(step, "z1", (1, 2), terms=3, paint=lambda text, role: f"<{role}:{text}>")
    assert "<cell:z1[1,2]>" in painted
    assert "<source:x[1,2]>" in painted
    assert "<positive:█" in painted


def test_json_says_the_same(step):
    found = why_json(step, "dW1", (3, 2), depth=2, terms=2)
    assert found["cell"] == "dW1[3,2]"
    assert found["value"] == step["dW1"][3, 2]
    assert (found["terms"], found["zeros"], found["outside"]) == (3, 1, 0)
    assert len(found["largest"]) == 2
    assert sum(term["value"] for term in why_json(step, "dW1", (3, 2))["largest"]) == pytest.approx(found["value"])
    assert found["sources"][0].keys() >= {"cell", "value"}
    assert why_json(step, "x", (0, 0)) == {"cell": "x[0,0]", "value": 1.0, "given": "input 0 of sample 0"}


@one_of("made", ["step", "deep"])
def test_every_walk_along_the_sources_that_are_printed_ends_at_what_was_given(request, made):
    traced = request.getfixturevalue(made)
    rng = np.random.default_rng(0)
    pending = [(name, tuple(int(rng.integers(length)) for length in array.shape)) for name, array in traced.items()]
    asked = set()
    while pending:
        cell = pending.pop()
        if cell in asked:
            continue
        asked.add(cell)
        text = why_text(traced, *cell, terms=2)
        found = re.findall(r"^[├└]─ (\S+) = ", text, re.MULTILINE)
        if cell[0] in traced.formulas:
            assert found, f"{cell} has no sources"
            pending += [read_cell(traced, source) for source in found]
        else:
            assert say_given(traced, *cell) in text
            assert traced.origins[cell[0]].function == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dW1[3,2]", ("dW1", (3, 2))),
        (" dW1[ 3, 2 ] ", ("dW1", (3, 2))),
        ("loss", ("loss", ())),
        ("loss[]", ("loss", ())),
        ("eta", ("η", ())),
        ("l[1]", ("ℓ", (1,))),
        ("gamma2[0]", ("γ2", (0,))),
        ("dgamma2[0]", ("dγ2", (0,))),
        ("x_hat2[0,1]", ("x̂2", (0, 1))),
        ("r2'[0,1]", ("r2′", (0, 1))),
        ("v_gamma2_new[1]", ("v_γ2_new", (1,))),
        ("running_mean2[4]", ("running_mean2", (4,))),
    ],
)
def test_cells_are_read_as_people_type_them(deep, typed, meant):
    assert read_cell(deep, typed) == meant


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("dW1[800,1]", "dW1 is (5, 6); 800 is outside axis 0, which goes from 0 to 4"),
        ("dW1", "dW1 is (5, 6); name one of its cells, such as dW1[0,0]"),
        ("dW1[1]", "dW1 is (5, 6); give 2 indices rather than 1"),
        ("dW1[a,0]", "'a' in 'dW1[a,0]' is not an integer; dW1 is (5, 6), counted from 0"),
        ("loss[0]", "loss is one number; ask for loss, without an index"),
        ("[0]", "'[0]' is not the name of a cell; write an array and an index, such as dW1[3,5]"),
        ("", "'' is not the name of a cell; write an array and an index, such as dW1[3,5]"),
        ("dW1[0,0", "'dW1[0,0' is not the name of a cell; write an array and an index, such as dW1[3,5]"),
    ],
)
def test_what_cannot_be_read_is_met_with_one_sentence(deep, typed, said):
    with pytest.raises(ArgumentError) as error:
        read_cell(deep, typed)
    assert str(error.value) == said


def test_an_unknown_array_is_met_with_the_nearest(deep):
    with pytest.raises(UnknownNameError, match="did you mean 'running_mean2'"):
        read_cell(deep, "runing_mean2[0]")


def test_what_is_kept_from_step_to_step_is_told_from_what_is_drawn(deep):
    assert say_given(deep, "mask2", (0, 0)) == "drawn or given in Dropout(p=0.4)"
    assert say_given(deep, "running_mean2", (0,)) == "state of BatchNorm(), before this step"
    assert say_given(deep, "m_W1", (0, 0)) == "state of the optimizer, before this step"
    assert say_given(deep, "τ", ()) == "the number of this step"
    assert say_given(deep, "y", (2,)) == f"label of sample 2: {'abc'[deep['y'][2]]}"


def images(channels):
    net = Sequential(Flatten(), Linear(6 * channels, 3), input_shape=(2, 3, channels), dtype=np.float64)
    rng = np.random.default_rng(1)
    step = trace(net, CrossEntropy(), SGD(0.1), rng.random((2, 2, 3, channels)), np.array([2, 0]))
    return replace(step, description={**step.description, "data": {"samples": [40, 7], "columns": None}})


def test_pixels_are_told_by_row_and_column_of_the_sample_in_the_data():
    assert say_given(images(1), "x", (1, 0, 2, 0)) == "pixel (row 0, column 2) of sample 7"
    assert say_given(images(3), "x", (0, 1, 2, 1)) == "pixel (green, row 1, column 2) of sample 40"
    assert say_given(images(1), "y", (0,)) == "label of sample 40: 2"
    assert "x[0,1,2,0]" in why_text(images(1), "f0", (0, 5))


def test_sequences_are_told_by_time_and_tokens_by_place():
    features = trace(
        Sequential(Linear(2, 3), input_shape=(4, 2), dtype=np.float64),
        CrossEntropy(),
        SGD(0.1),
        np.ones((1, 4, 2)),
        np.zeros((1, 4), int),
    )
    assert say_given(features, "x", (0, 3, 1)) == "feature 1 at time step 3 of sample 0"
    tokens = trace(
        Sequential(Embedding(5, 3), input_shape=(4,), dtype=np.float64),
        CrossEntropy(),
        SGD(0.1),
        np.ones((1, 4), int),
        np.zeros((1, 4), int),
    )
    assert say_given(tokens, "x", (0, 3)) == "token 3 of sample 0"
    text = {**tokens.description, "classes": list("\nabcd"), "data": {"samples": [7], "characters": "\nabcd"}}
    characters = replace(tokens, description=text)
    assert say_given(characters, "x", (0, 3)) == "character 3 of sample 7: 'a'"
    assert say_given(characters, "y", (0, 2)) == r"label 2 of sample 7: '\n'"


def test_columns_of_tables_are_told_by_name(step):
    data = {"samples": [5, 6, 8], "columns": ["length", "width", "height", "colour=red"], "image": None}
    named = replace(step, description={**step.description, "data": data})
    assert say_given(named, "x", (2, 3)) == "column 'colour=red' of sample 8"


def test_flat_images_are_told_by_row_and_column_too(step):
    image = {"height": 2, "width": 2, "channels": 1, "maximum": 255, "dark_background": True, "box": None}
    flat = replace(step, description={**step.description, "data": {"samples": [0, 1, 2], "image": image}})
    assert say_given(flat, "x", (1, 3)) == "pixel (row 1, column 1) of sample 1"


def test_the_list_of_arrays_says_what_made_each(step):
    lines = list_arrays(step).splitlines()
    assert lines[0].split() == ["array", "shape", "computed", "by"]
    assert len(lines) == 2 + len(step)
    assert set(lines[1]) == {"─"}
    assert len(lines[1]) <= 80
    assert any(re.fullmatch(r"z1 +3 × 3 +z1\[n, j\] = Σ_i x\[n, i\] · W1\[i, j\] \+ b1\[j\]", line) for line in lines)
    assert any(re.fullmatch(r"W1 +4 × 3 +given: parameter", line) for line in lines)
