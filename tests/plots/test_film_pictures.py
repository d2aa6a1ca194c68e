import base64
import io
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from whence.data import load
from whence.errors import ArgumentError
from whence.history import film
from whence.nn import mlp
from whence.nn.architecture import network
from whence.plots import embedded_film_sheet, film_animation, film_sheet


def taken(data, net, loss="cross_entropy"):
    given = {"net": net, "loss_fn": loss, "optimizer": "adam(0.05)", "train": data.train, "max_steps": 12}
    return film({**given, "preprocessing": data.preprocessing, "validation": data.validation}, 4)


@pytest.fixture(scope="module")
def moons():
    data = load("moons")
    return taken(data, mlp(data.input_shape, [4], 2, seed=1))


@pytest.fixture(scope="module")
def digits():
    data = load("digits")
    return taken(data, network("conv 4 3, relu, flatten, linear 10", data.input_shape, seed=1))


@pytest.fixture(scope="module")
def numbers():
    x = np.linspace(-2, 2, 30)[:, np.newaxis]
    given = {"net": mlp((1,), [4], 1), "loss_fn": "mse", "optimizer": "adam(0.05)", "train": (x, x**2), "epochs": 4}
    return film(given, 4)


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


@pytest.mark.parametrize(("kind", "rows"), [("moons", 3), ("digits", 2), ("numbers", 3)])
def test_a_sheet_has_a_row_for_each_part_and_the_loss_below(kind, rows, request, tmp_path):
    film_sheet(request.getfixturevalue(kind), tmp_path / "film.png", frames=3)
    height, width, _ = pixels(tmp_path / "film.png").shape
    assert width / height == pytest.approx(3 / rows, rel=0.01)


def test_the_saved_model_is_marked_unless_it_is_the_last(moons, tmp_path):
    film_sheet(moons, tmp_path / "last.png")
    film_sheet(replace(moons, history=(*moons.history, moons.history[-1])), tmp_path / "before.png")
    assert (pixels(tmp_path / "last.png") != pixels(tmp_path / "before.png")).any()


def frames_of(path):
    """Return the pictures of an animation, and for how many milliseconds each is shown."""
    with Image.open(path) as image:
        frames, shown = [], []
        for number in range(image.n_frames):
            image.seek(number)
            image.load()
            frames.append(np.asarray(image.convert("RGB")).astype(int))
            shown.append(image.info["duration"])
    return frames, shown


@pytest.mark.parametrize("name", ["film.gif", "film.apng"])
def test_an_animation_changes_from_frame_to_frame(moons, tmp_path, name):
    film_animation(moons, tmp_path / name)
    frames, shown = frames_of(tmp_path / name)
    assert shown == [120, 120, 120, 2000]
    boundary = [frame[60:330, 80:380] for frame in frames]
    assert all((before != after).any() for before, after in pairwise(boundary))


@pytest.mark.exhaustive
def test_an_animated_png_has_all_colours(digits, tmp_path):
    for name in ("film.gif", "film.apng"):
        film_animation(digits, tmp_path / name)
    (few, _), (all_colours, _) = (frames_of(tmp_path / name) for name in ("film.gif", "film.apng"))
    for gif, png in zip(few, all_colours, strict=True):
        assert len(np.unique(gif.reshape(-1, 3), axis=0)) <= 256 < len(np.unique(png.reshape(-1, 3), axis=0))
        assert np.abs(gif - png).mean() < 8


def test_a_notebook_shows_the_sheet(digits):
    picture = re.search(r'src="data:image/png;base64,([^"]+)"', embedded_film_sheet(digits))[1]
    assert digits._repr_html_() == embedded_film_sheet(digits)
    with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
        assert image.format == "PNG"


def test_other_endings(moons, tmp_path):
    with pytest.raises(
        ArgumentError, match=r"ends in \.png, which cannot be written here; give a name that ends in \.gif or \.apng"
    ):
        film_animation(moons, tmp_path / "film.png")
