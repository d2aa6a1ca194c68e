"""``whence history``: a film of a run."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from whence.cli.steps.run_film import film_of_run, require_comparable
from whence.errors import ArgumentError
from whence.training import load_checkpoint


def test_a_film_of_a_run_ends_with_its_parameters(trained, working_folder):
    film = film_of_run(working_folder / trained, 5)
    made = load_checkpoint(trained)
    last = made.model.net
    assert film.steps[-1] == made.state.step
    assert (film.first_layer.weights[-1] == last.layers[1].weight.T.reshape(-1, 8, 8, 1)).all()
    assert list(film.history) == [
        dict(record) | {"seconds": film.history[i]["seconds"]} for i, record in enumerate(made.history)
    ]
    assert film.samples.part == "test"
    units = last.layers[1].weight.shape[1]
    assert len(film.lives.cells) == 100
    strongest = abs(last.layers[1].weight).argmax(axis=0)
    assert film.lives.cells[:units] == tuple(f"W1[{row},{unit}]" for unit, row in enumerate(strongest))
    require_comparable({Path("one"): film, Path("other"): film})
    with pytest.raises(ArgumentError, match="one and other learned different things and cannot be compared"):
        require_comparable({Path("one"): film, Path("other"): replace(film, classes=("a", "b"))})


@pytest.mark.parametrize(("name", "kind", "frames"), [("film.png", "PNG", 1), ("film.GIF", "GIF", 3)])
def test_a_picture_is_saved(whence, trained, rendered, name, kind, frames):
    said = whence("history", trained, "--save", name, "--frames", 3).stdout
    assert said.startswith(f"{name}: 3 frames of ")
    with Image.open(name) as image:
        assert (image.format, getattr(image, "n_frames", 1)) == (kind, frames)


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["--save", "film.pdf"], 2, "film.pdf ends in .pdf, which cannot be written here"),
        (["--save", "film.png", "--frames", 1], 2, "1 is not in the range 2<=x<=1000"),
        (["--save", "none/film.png"], 1, "there is no folder none"),
    ],
)
def test_wrong_options(whence, trained, more, code, said):
    assert said in whence("history", trained, *more, code=code).stderr


def test_only_runs_have_a_film(whence):
    assert "there is no run none" in whence("history", "none", "--save", "film.png", code=1).stderr
