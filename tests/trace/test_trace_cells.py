"""One cell: its value, its sources, its formula with numbers; and what is said of cells that are not there."""

import pytest

import traced_networks as networks
from exhaustive import one_of_each
from nn.examples import ALL, kind_of_layer
from whence.errors import ArgumentError, UnknownNameError
from whence.formula import Entry, walk
from whence.optim import Adam
from whence.trace import trace


@pytest.fixture
def step():
    return trace(*networks.r2())


def test_a_cell_knows_its_value_its_sources_and_its_arithmetic(step):
    cell = step.cell("dz1", 0, 1)
    assert cell.value == step["dz1"][0, 1]
    assert cell.sources == (("da1", (0, 1)), ("slope1", (0, 1)))
    assert cell.text == "dz1[n, j] = da1[n, j] · slope1[n, j]"
    assert cell.in_numbers().text.count("·") == 1


def test_a_cell_written_out_is_three_lines(step):
    formula, numbers, value = str(step.cell("W1_new", 3, 2)).splitlines()
    assert formula == "W1_new[i, j] = W1[i, j] − η · dW1[i, j]"
    assert numbers.startswith("W1_new[3,2] = ") and " − 0.1 · " in numbers
    assert value.strip().startswith("= ")


@one_of_each("example", [example for example in ALL if example.shape], kind_of_layer)
def test_a_parameter_has_the_letters_of_its_gradient_in_its_update_and_in_the_norm(example):
    step, _ = networks.traced_example(example, optimizer=Adam(clip_norm=1.0), count=3)
    entries = [node for node in walk(step.formulas["norm"].expression) if isinstance(node, Entry)]
    in_norm = {entry.array: [place.bare.name for place in entry.subscripts] for entry in entries}
    for name, formula in step.formulas.items():
        if parameter := step.origins[name].parameter:
            gradient = step.formulas[f"d{parameter}"]
            assert formula.indices == gradient.indices
            assert in_norm[gradient.target.array] == [index.name for index in gradient.indices]


def test_a_given_cell_says_so(step):
    assert str(step.cell("x", 0, 2)) == "x[0,2] = 1, given"
    assert step.cell("x", 0, 2).sources == ()


def test_a_scalar_has_no_index(step):
    assert step.cell("loss").value == step["loss"]
    assert len(step.cell("loss").sources) == 3


def test_a_sum_is_cut_where_it_is_long(step):
    assert " other terms" in step.cell("z1", 0, 0).in_numbers(terms=1).text
    assert " other terms" not in step.cell("z1", 0, 0).in_numbers(terms=None).text


@pytest.mark.parametrize(
    ("name", "index", "said"),
    [
        ("dW1", (800, 1), "dW1 is (4, 3); 800 is outside axis 0, which goes from 0 to 3"),
        ("dW1", (0, 3), "dW1 is (4, 3); 3 is outside axis 1, which goes from 0 to 2"),
        ("dW1", (-1, 0), "dW1 is (4, 3); -1 is outside axis 0, which goes from 0 to 3"),
        ("dW1", (1,), "dW1 is (4, 3); give 2 indices rather than 1"),
        ("loss", (0,), "loss is one number; ask for loss, without an index"),
    ],
)
def test_a_place_that_is_not_there_is_named(step, name, index, said):
    with pytest.raises(ArgumentError) as error:
        step.cell(name, *index)
    assert str(error.value) == said


def test_an_unknown_array_is_met_with_the_nearest(step):
    with pytest.raises(UnknownNameError, match=r"there is no array 'dW9'; did you mean 'dW"):
        step["dW9"]
    assert "dW9" not in step
    assert "dW1" in step


def test_a_trace_is_printed_by_the_shapes_of_its_arrays(step):
    assert repr(step).startswith("Trace(x: (")
    assert f"dW1: {step['dW1'].shape}" in repr(step)
