"""The page of films as a file: its size, and what is refused."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import replace

import numpy as np
import pytest

from whence.data import Samples
from whence.errors import ArgumentError
from whence.history import Film, film
from whence.history.filming.first_layer import FirstLayer
from whence.nn import Linear, ReLU, Sequential
from whence.nn.losses import BinaryCrossEntropy
from whence.optim import SGD
from whence.views.film import film_html
from whence.views.film.pack import pack_array, pack_film

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def small() -> Film:
    x = RNG.normal(size=(12, 2))
    training = {"net": Sequential(Linear(2, 3), ReLU(), Linear(3, 1), seed=1), "loss_fn": BinaryCrossEntropy()}
    training |= {
        "optimizer": SGD(0.1),
        "train": Samples(x, (x[:, 0] > 0).astype(np.int64)),
        "epochs": 2,
        "batch_size": 4,
    }
    return film(training, frames=4, classes=("no", "yes"))


def test_frames_of_pictures_of_mnist_for_a_quarter_of_96_units_are_under_a_quarter_of_five_megabytes(
    small: Film,
) -> None:
    steps = 0.004 * RNG.normal(size=(50, 24, 28, 28, 1)).astype(np.float32)
    steps[0] = RNG.uniform(-0.2, 0.2, (24, 28, 28, 1))
    weights = FirstLayer("W1", (784, 24), "pictures", np.cumsum(steps, axis=0))
    assert len(film_html(replace(small, first_layer=weights))) < 5e6 / 4


def test_one_output_has_the_probabilities_of_two_classes(small: Film) -> None:
    packed = pack_film(small, "title", "run")
    outputs = packed["samples"]["outputs"]
    assert outputs["shape"] == [4, 2, 2]
    unpacked = np.frombuffer(zlib.decompress(base64.b64decode(outputs["bytes"])), f"<{outputs['type']}")
    assert unpacked.reshape(-1, 2).sum(1) == pytest.approx(np.ones(8))
    assert packed["surface"]["values"]["shape"][-1] == 2


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_arrays_come_out_as_they_went_in(dtype: type) -> None:
    array = (100 * RNG.uniform(size=(3, 4))).astype(dtype)
    packed = pack_array(array)
    content = zlib.decompress(base64.b64decode(packed["bytes"]))
    assert (np.frombuffer(content, f"<{packed['type']}").reshape(packed["shape"]) == array).all()


def test_a_title_is_text_and_a_page_loads_nothing(small: Film) -> None:
    page = film_html(small, titles=["</script><b>"])
    assert "</script><b>" not in page
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=["']?https?:""", page)


@pytest.mark.parametrize(
    ("count", "options", "message"),
    [(0, {}, "0 films were given"), (3, {}, "3 films were given"), (2, {"titles": ["one"]}, "1 titles and 2 runs")],
)
def test_what_cannot_be_shown_is_refused(small: Film, count: int, options: dict[str, list[str]], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        film_html([small] * count, **options)
