import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from whence.cli.steps.traced_run import trace_run
from whence.data import load
from whence.training import load_model


def draw(name, *, ink=0, copies=1):
    page = np.full((90, 60 * copies), 255, np.uint8)
    for copy in range(copies):
        page[10:80, 60 * copy + 25 : 60 * copy + 35] = ink
    Image.fromarray(page).save(name)


def test_what_was_made_of_pictures_is_written(whence, trained, working_folder):
    draw("one.png")
    draw("grey.png", ink=90)
    whence("predict", trained, "one.png", "grey.png", "--save-input", "seen.png")
    seen = np.asarray(Image.open("seen.png"))
    assert seen.shape == (228, 2 * 228)
    assert seen[114, 114] > 200
    assert seen[114, 10] == 0
    assert not list(working_folder.glob(".seen*"))


def test_several_objects_are_said_or_refused(whence, trained):
    draw("two.png", copies=2)
    doubt = "two.png: there are 2 objects, of which the largest was taken"
    result = whence("predict", trained, "two.png", "--json")
    assert doubt in result.stderr
    assert len(json.loads(result.stdout)["predictions"]) == 1
    assert f"{doubt}, which --strict refuses" in whence("predict", trained, "two.png", "--strict", code=1).stderr


def test_a_picture_of_no_class_is_said(whence, trained):
    rng = np.random.default_rng(5)
    unsure = 0
    for i in range(8):
        Image.fromarray(rng.integers(0, 120, (8, 8), dtype=np.uint8)).save(f"{i}.png")
        unsure += "no class has a high probability" in whence("predict", trained, f"{i}.png").stderr
    assert unsure


def test_inputs_that_are_no_images_are_not_written(whence):
    whence("train", "r2", "-m", 1, "--out", "lesson", "--quiet")
    np.save("x.npy", np.zeros((2, 4)))
    said = whence("predict", "lesson", "x.npy", "--save-input", "x.png", code=1).stderr
    assert "the network was not trained on images, so its inputs cannot be saved as a picture" in said


def test_a_network_of_pictures_of_many_sizes_reads_others(whence, working_folder):
    for i in range(40):
        folder = working_folder / "shapes" / ("tall", "wide")[i % 2]
        folder.mkdir(parents=True, exist_ok=True)
        page = np.full((30 + i, 40), 200, np.uint8)
        page[slice(5, 25) if i % 2 == 0 else slice(14, 17), slice(18, 21) if i % 2 == 0 else slice(5, 35)] = 20
        Image.fromarray(page).save(folder / f"{i}.bmp")
    assert "have 40 sizes" in whence("train", "shapes", "--out", "run", code=1).stderr
    (working_folder / "shapes" / "tall" / "Thumbs.db").touch()
    said = whence("train", "shapes", "--size", "12x12 crop", "-m", 30, "-b", 8, "--out", "run")
    assert "1 hidden or system file skipped" in said.stdout + said.stderr
    assert "100.00%" in whence("evaluate", "run", "shapes").stdout
    assert "wide" in whence("predict", "run", "shapes/wide/39.bmp").stdout


def test_images_of_the_other_polarity_are_turned_over_wherever_they_are_read(whence, trained):
    digits = load("digits")
    np.savez("same.npz", x=digits.test.inputs, y=digits.test.targets)
    np.savez("other.npz", x=16 - digits.test.inputs, y=digits.test.targets)
    said = {name: whence("predict", trained, name, "--csv") for name in ("same.npz", "other.npz")}
    assert said["other.npz"].stdout == said["same.npz"].stdout.replace("same", "other")
    found = f"the ground of {len(digits.test)} of {len(digits.test)} images is light"
    assert said["other.npz"].stderr.count(found) == 1
    assert "ground" not in said["same.npz"].stderr
    accuracies = []
    for name in ("same.npz", "other.npz"):
        result = whence("evaluate", trained, name, "--json")
        accuracies.append(json.loads(result.stdout)["all_accuracy"])
    assert accuracies[0] == accuracies[1] > 0.8
    assert "images is light, but in training it was dark; light and dark were exchanged" in result.stderr


@pytest.fixture
def photographs(working_folder):
    """Photographs of a one and of a dash, of two sizes, one light on dark, with a file that is no picture."""
    for name, strokes in {"1": (slice(10, 80), slice(25, 35)), "7": (slice(20, 30), slice(10, 50))}.items():
        (working_folder / "photos" / name).mkdir(parents=True)
        for height, ground in ((90, 255), (100, 0)):
            page = np.full((height, 60), ground, np.uint8)
            page[strokes] = 255 - ground
            Image.fromarray(page).save(working_folder / "photos" / name / f"{height}.png")
    (working_folder / "photos" / "1" / "notes.txt").write_text("taken on Monday")
    return working_folder / "photos"


def test_a_folder_of_photographs_is_measured_as_it_is_predicted(whence, trained, photographs):
    assert "notes.txt is not a readable picture" in whence("evaluate", trained, photographs, code=1).stderr
    result = whence("evaluate", trained, photographs, "--skip-unreadable", "--json")
    assert "notes.txt" in result.stderr
    names = [str(photographs / place) for place in ("1/90.png", "1/100.png", "7/90.png", "7/100.png")]
    predicted = json.loads(whence("predict", trained, *names, "--json").stdout)["predictions"]
    right = [one["class"] == label for one, label in zip(predicted, "1177", strict=True)]
    assert json.loads(result.stdout)["all_accuracy"] == np.mean(right)


def test_a_folder_of_photographs_as_the_test_part(whence, photographs):
    (photographs / "1" / "notes.txt").unlink()
    said = whence("train", "digits", "--test", photographs, "-m", 2, "--out", "run")
    assert "4 test" in said.stdout + said.stderr


def test_pictures_of_many_sizes_are_shown(whence, photographs):
    said = whence("data", "show", photographs, "--size", "30", "--skip-unreadable").stdout
    assert "(30, 30, 1)" in said
    assert "notes.txt" in said


def test_the_page_shows_what_was_made_of_a_picture(whence, trained, photographs):
    names = [str(photographs / place) for place in ("1/90.png", "7/100.png")]
    predicted = [one["class"] for one in json.loads(whence("predict", trained, *names, "--json").stdout)["predictions"]]
    said = whence("show", trained, *names, "-o", "page.html").stdout
    assert f"the step's targets are what the network predicts: {', '.join(predicted)}; the files" in said
    assert "on samples 0 to 1 of 90.png and 100.png" in Path("page.html").read_text(encoding="utf-8")
    [trace] = trace_run(trained, files=[Path(name) for name in names], batch=2)
    model = load_model(trained)
    made = [model.preprocessing(model.preprocessing.read(Path(name), (8, 8, 1))) for name in names]
    assert np.array_equal(trace["x"], np.concatenate(made))
    assert trace["y"].tolist() == [int(label) for label in predicted]


def test_the_page_of_rows_of_a_table_without_targets(whence):
    Path("train.csv").write_text("a,b\n" + "\n".join(f"{i},{2 * i + 1}" for i in range(30)))
    whence("train", "train.csv", "-m", 2, "--out", "line", "--quiet")
    Path("new.csv").write_text("a\n3.5\n8\n")
    said = whence("show", "line", "new.csv", "--samples", 1).stdout
    assert "the step's targets are what the network predicts; the files hold none" in said
    [trace] = trace_run("line", files=[Path("new.csv")], samples=[1])
    assert trace["loss"] == pytest.approx(0, abs=1e-9)


def test_lines_of_pixels_are_predicted_as_arrays_are(whence, trained):
    images = load("digits").test.inputs[:3]
    np.save("images.npy", images)
    rows = [" ".join(map(str, images[0].ravel())), "", *(",".join(map(str, image.ravel())) for image in images[1:])]
    Path("pixels.csv").write_text("\n".join(rows), encoding="utf-8-sig")
    found, expected = (
        [each["probabilities"] for each in json.loads(whence("predict", trained, file, "--json").stdout)["predictions"]]
        for file in ("pixels.csv", "images.npy")
    )
    assert found == expected


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",".join("0" * 63), "pixels.csv, line 2: there are 63 cells; expected the 64 pixels of an image, row by row"),
        (",".join([*"0" * 63, "x"]), "pixels.csv, line 2: could not convert string to float: 'x'; expected the pixels"),
        (",".join([*"0" * 63, "inf"]), "pixels.csv, line 2: a number is not finite"),
        (",".join([*"0" * 63, "300"]), "holds numbers up to 300; expected pixels from 0 to 16"),
    ],
)
def test_lines_that_are_no_pixels_are_refused(whence, trained, line, said):
    Path("pixels.csv").write_text(f"{','.join('0' * 64)}\n{line}\n", encoding="utf-8")
    assert said in whence("predict", trained, "pixels.csv", code=1).stderr
