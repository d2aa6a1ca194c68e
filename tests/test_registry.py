import re

import pytest

from whence.errors import ArgumentError, UnknownNameError
from whence.registry import Registry, unknown


@pytest.fixture
def shapes():
    registry = Registry("shape")
    registry.register("round_disc", "circle")("a disc")
    registry.register("square")("a square")
    return registry


def test_names_come_in_the_order_of_their_registration(shapes):
    assert list(shapes) == ["round_disc", "square"]
    assert len(shapes) == 2
    assert dict(shapes) == {"round_disc": "a disc", "square": "a square"}


@pytest.mark.parametrize("spelling", ["round_disc", "round-disc", "Round Disc", "RoundDisc", "circle", "CIRCLE"])
def test_case_hyphens_and_underscores_do_not_matter(shapes, spelling):
    assert shapes[spelling] == "a disc"
    assert spelling in shapes


def test_what_is_not_there(shapes):
    assert "cube" not in shapes
    assert 3 not in shapes
    assert shapes.get("square") == "a square"


def test_a_decorator_returns_what_it_registers(shapes):
    @shapes.register("line")
    class Line:
        pass

    assert shapes["line"] is Line


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("sqare", "there is no shape 'sqare'; did you mean 'square'?"),
        ("Round-Disk", "there is no shape 'Round-Disk'; did you mean 'round_disc'?"),
        ("xyz", "there is no shape 'xyz'; there are round_disc, square"),
    ],
)
def test_an_unknown_name_offers_the_nearest_or_all(shapes, name, sentence):
    for action in (lambda: shapes[name], lambda: shapes.get(name) or shapes[name]):
        with pytest.raises(UnknownNameError, match=f"^{re.escape(sentence)}$") as caught:
            action()
    assert isinstance(caught.value, ArgumentError)
    assert unknown("shape", name, shapes) == sentence


def test_two_entries_of_one_name_are_refused(shapes):
    for taken in ("square", "Circle", "rounddisc"):
        with pytest.raises(ValueError, match=f"two entries of the shape registry are called '{taken}'"):
            shapes.register(taken)("another")
