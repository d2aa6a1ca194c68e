"""``whence history``: a film of a run."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from whence.cli.steps.replayed_run import ReplayedRun
from whence.cli.steps.run_film import film_of_run, require_comparable, titles_of
from whence.errors import ArgumentError
from whence.history import FilmWatcher
from whence.training import load_checkpoint


def test_a_film_of_a_run_ends_with_its_parameters(trained, working_folder):
    film = film_of_run(ReplayedRun.of(working_folder / trained), 5)
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


@pytest.mark.parametrize(
    ("name", "kind", "frames"), [("film.png", "PNG", 1), ("film.GIF", "GIF", 3), ("film.apng", "PNG", 3)]
)
def test_a_picture_is_saved(whence, trained, rendered, name, kind, frames):
    said = whence("history", trained, "--save", name, "--frames", 3).stdout
    assert said.startswith(f"{name}: a film of ")
    with Image.open(name) as image:
        assert (image.format, getattr(image, "n_frames", 1)) == (kind, frames)


def test_two_runs_side_by_side_are_named_by_what_differs(whence, trained):
    whence("train", "-m", 1, "-s", 16, "--learning-rate", 0.01, "--out", "slow", "--quiet")
    said = whence("history", trained, "slow", "--frames", 2, "-o", "both.html", "--language", "ru").stdout
    assert said.startswith("both.html (")
    page = Path("both.html").read_text()
    assert r"run \u00b7 max-iter 4" in page
    assert r"slow \u00b7 max-iter 1 \u00b7 learning-rate 0.01" in page


def test_two_runs_that_differ_in_much_are_named_by_their_folders(trained):
    run = ReplayedRun.of(Path(trained))
    settings = replace(run.plan.settings, loss="cross_entropy(" + "x".join(["0.98359375"] * 10) + ")")
    other = replace(run, folder=Path("weighted"), plan=replace(run.plan, settings=settings))
    assert titles_of([run, other]) == [str(trained), "weighted"]


def test_runs_on_other_data_cannot_be_compared(whence, trained):
    whence("train", "xor", "-m", 1, "--out", "other", "--quiet")
    said = whence("history", trained, "other", code=1).stderr
    assert "run and other learned different things and cannot be compared; give runs on the same data" in said


@pytest.fixture
def tables(rng):
    """Tables of the same columns and classes: two with other numbers, of which one has no groups, and a copy."""
    for name, last in (("one.csv", "batch"), ("two.csv", "number")):
        points = enumerate(rng.normal(size=(60, 2)))
        rows = [f"{a:.3f},{b:.3f},{'up' if a > b else 'down'},{i % 5}" for i, (a, b) in points]
        Path(name).write_text("\n".join([f"a,b,way,{last}", *rows]))
    Path("copy.csv").write_bytes(Path("one.csv").read_bytes())


def trained_on(whence, table, folder, *options):
    columns = ("--only", "a", "--only", "b", "--target", "way")
    whence("train", table, *columns, "-m", 1, "-s", 3, "--out", folder, "--quiet", *options)
    return ReplayedRun.of(Path(folder))


@pytest.mark.parametrize("options", [(), ("--group", "batch")])
def test_runs_on_other_samples_of_the_same_shape_cannot_be_compared(whence, tables, options):
    runs = [trained_on(whence, "one.csv", "one", *options), trained_on(whence, "two.csv", "two")]
    with pytest.raises(ArgumentError, match=r"^one and two were trained on different samples, those of .*one\.csv and"):
        require_comparable(runs)


def test_runs_on_the_same_samples_with_others_held_out_can_be_compared(whence, tables):
    first = trained_on(whence, "one.csv", "one")
    others = [trained_on(whence, "copy.csv", f"other{seed}", "--seed", seed, "--test", 0.3) for seed in (1, 2)]
    assert len({run.plan.dataset.sha256 for run in (first, *others)}) == 3
    require_comparable([first, *others])


def test_a_page_is_written_into_the_runs_folder(whence, trained):
    whence("history", trained, "--frames", 2)
    assert Path(trained, "history.html").read_text().startswith("<!DOCTYPE html>")


def test_a_film_is_taken_once(whence, trained, monkeypatch):
    whence("history", trained, "--frames", 2, "--save", "film.png")
    monkeypatch.setattr(FilmWatcher, "film", None)
    whence("history", trained, "--frames", 2, "--save", "film.png")


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["--save", "film.pdf"], 2, "film.pdf ends in .pdf, which cannot be written here"),
        (["--save", "film.png", "--frames", 1], 2, "1 is not in the range 2<=x<=1000"),
        (["--save", "none/film.png"], 1, "there is no folder none"),
        (["run", "--save", "film.png"], 2, "--save draws the film of one run, but two were given; give one of them"),
        (["-o", "film.txt"], 1, "film.txt ends in .txt"),
    ],
)
def test_wrong_options(whence, trained, more, code, said):
    assert said in whence("history", trained, *more, code=code).stderr


def test_only_runs_have_a_film(whence):
    assert "there is no run none" in whence("history", "none", "--save", "film.png", code=1).stderr


def test_options_that_would_do_nothing_are_refused(whence, trained):
    assert "--count is for --suspects; leave it out" in whence("history", trained, "--count", 3, code=2).stderr
    said = whence("history", trained, "--suspects", "--frames", 3, code=2).stderr
    assert "--frames is for a film, not for --suspects; leave it out" in said
    said = whence("why", trained, "W1[1,1]", "--training", "--depth", 1, code=2).stderr
    assert "--depth is for one step, not for --training; leave it out" in said
