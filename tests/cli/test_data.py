import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def test_the_list_has_every_named_set_with_where_it_is(whence):
    from whence.data import datasets

    said = whence("data", "list").stdout
    for name, entry in datasets.items():
        assert name in said
        assert entry.description in said
    assert "needs a download of 11.6 MB" in said


def test_the_list_as_json(whence):
    from whence.data import datasets

    found = json.loads(whence("data", "list", "--json").stdout)["datasets"]
    assert [entry["name"] for entry in found] == list(datasets)
    assert found[0] == {"name": "digits", "where": "embedded", "what": datasets["digits"].description}


def test_digits_are_drawn(whence, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    said = whence("data", "show", "digits").stdout
    assert "(8, 8, 1)" in said
    drawing = said.splitlines()[-9:]
    assert any("█" in line for line in drawing)
    assert len(drawing[-1].split()) == 5
    assert max(map(len, drawing)) <= 100


def test_pictures_of_other_sizes_are_drawn(whence):
    for folder, height in (("odd", 31), ("even", 28)):
        for label in ("a", "b"):
            Path(folder, label).mkdir(parents=True)
            for number in range(3):
                Image.fromarray(np.full((height, 40), 200, np.uint8)).save(f"{folder}/{label}/{number}.png")
        assert whence("data", "show", folder).stdout.count("▓" * 40) == 14 + height % 2


def test_a_table_shows_its_columns_and_labels(whence):
    rows = [f"{i},{i * 2},{'yes' if i % 2 else 'no'}" for i in range(30)]
    Path("table.csv").write_text("\n".join(["age,height,answer", *rows]))
    said = whence("data", "show", "table.csv").stdout
    assert "labels: no → 0, yes → 1" in said
    assert "age  height  answer" in said
    assert "answer  target" in said
    assert "'heigth'" in whence("data", "show", "table.csv", "--target", "heigth", code=1).stderr


@pytest.mark.parametrize("name", ["xor", "r2", "spirals"])
def test_toys_are_shown(whence, name):
    assert whence("data", "show", name).stdout.startswith(f"{name}\n")


def test_there_is_nothing_to_fetch_of_what_is_embedded(whence):
    assert "nothing to download" in whence("data", "fetch", "digits").stdout


def test_what_is_not_there_is_one_sentence(whence):
    assert "did you mean 'mnist'?" in whence("data", "fetch", "mnst", code=1).stderr
    assert "there are no MNIST files" in whence("data", "show", "mnist", "--offline", code=1).stderr
    assert "expected mean, median, most-frequent" in whence("data", "show", "digits", "--missing", "x", code=2).stderr


def test_a_download_is_announced_once_in_a_pipe(capsys):
    from whence.cli.progress import Download

    with Download("mnist") as progress:
        for arrived in (0, 5_000_000, 10_000_000):
            progress(arrived, 10_000_000)
    assert capsys.readouterr().err == "downloading mnist, 10.0 MB\n"
