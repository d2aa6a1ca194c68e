import threading

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from exhaustive import exhaustive
from whence.errors import ArgumentError, RunFolderError
from whence.plots import confusion_matrix_picture, first_layer_kernels, first_layer_weights, learning_curve
from whence.plots.curve import TRAINING, VALIDATION


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def count(picture, colour):
    target = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return int((np.abs(picture - target).max(axis=-1) < 25).sum())


def records(epochs, *, accuracy=True, validation=True):
    rows = []
    for epoch in range(1, epochs + 1):
        row = {"epoch": epoch, "train_loss": 2.0 / epoch, "validation_loss": 2.2 / epoch + 0.1 if validation else None}
        if accuracy:
            row |= {"train_accuracy": 1 - 0.5 / epoch, "validation_accuracy": 1 - 0.6 / epoch if validation else None}
        rows.append(row)
    return rows


def test_a_picture_is_drawn_once(tmp_path, monkeypatch):
    draws = []
    draw = Figure.draw
    monkeypatch.setattr(Figure, "draw", lambda figure, renderer: (draws.append(1), draw(figure, renderer)))
    learning_curve(records(3), tmp_path / "curve.png")
    assert len(draws) == 1


def test_the_learning_curve_has_a_line_for_training_and_one_for_validation(tmp_path):
    learning_curve(records(30), tmp_path / "curve.png", best_epoch=12)
    picture = pixels(tmp_path / "curve.png")
    assert picture.shape == (576, 1440, 3)
    left, right = picture[:, :720], picture[:, 720:]
    for panel in (left, right):
        assert count(panel, TRAINING) > 300
        assert count(panel, VALIDATION) > 300


def test_without_validation_there_is_one_line_only(tmp_path):
    learning_curve(records(30, validation=False), tmp_path / "curve.png")
    picture = pixels(tmp_path / "curve.png")
    assert count(picture, TRAINING) > 300
    assert count(picture, VALIDATION) == 0


def test_a_regression_has_a_panel_for_the_loss_only(tmp_path):
    learning_curve(records(30, accuracy=False), tmp_path / "curve.png")
    assert pixels(tmp_path / "curve.png").shape == (576, 864, 3)


def test_a_single_epoch_is_seen_as_a_point(tmp_path):
    learning_curve(records(1), tmp_path / "curve.png", best_epoch=1)
    picture = pixels(tmp_path / "curve.png")
    assert count(picture, TRAINING) > 50
    assert count(picture, VALIDATION) > 50


@pytest.mark.parametrize("accuracy", [0.0, 0.97, 1.0])
def test_the_axis_of_the_accuracy_ends_where_accuracies_end(tmp_path, monkeypatch, accuracy):
    drawn = []
    monkeypatch.setattr("whence.plots.curve.save", lambda figure, path: drawn.append(figure))
    learning_curve([{"epoch": 1, "train_loss": 0.1, "train_accuracy": accuracy}], tmp_path / "curve.png")
    lowest, highest = drawn[0].axes[1].get_ylim()
    assert 0 <= lowest <= accuracy <= highest <= 1


def test_a_loss_that_became_infinite_does_not_stop_the_picture(tmp_path):
    learning_curve([*records(3), {"epoch": 4, "train_loss": float("inf")}], tmp_path / "curve.png")
    assert (tmp_path / "curve.png").stat().st_size > 5000


def test_what_is_right_is_blue_and_a_mistake_is_orange_at_the_row_of_its_true_class(tmp_path):
    matrix = np.array([[90, 0, 10], [0, 100, 0], [0, 0, 100]])
    confusion_matrix_picture(matrix, ["a", "b", "c"], tmp_path / "matrix.png")
    picture = pixels(tmp_path / "matrix.png")
    red, blue = picture[..., 0], picture[..., 2]
    is_blue, is_orange = blue > red + 60, red > blue + 60
    assert is_blue.sum() > 3 * 5000
    orange_rows, orange_columns = np.nonzero(is_orange)
    blue_rows, blue_columns = np.nonzero(is_blue)
    assert orange_rows.max() < blue_rows.min() + (blue_rows.max() - blue_rows.min()) / 2
    assert orange_columns.min() > blue_columns.min() + (blue_columns.max() - blue_columns.min()) / 2


@pytest.mark.parametrize("classes", [2, 21, *(pytest.param(each, marks=exhaustive) for each in (20, 80))])
def test_any_number_of_classes_can_be_drawn(tmp_path, classes):
    confusion_matrix_picture(
        np.eye(classes, dtype=int), [f"class {i}" for i in range(classes)], tmp_path / "matrix.png"
    )
    assert pixels(tmp_path / "matrix.png").shape[0] >= 570


def test_a_positive_weight_is_blue_and_a_negative_one_red(tmp_path):
    weight = np.zeros((64, 4), np.float32)
    weight[:32], weight[32:] = 1.0, -1.0
    first_layer_weights(weight, (8, 8, 1), tmp_path / "weights.png")
    picture = pixels(tmp_path / "weights.png")[:, : pixels(tmp_path / "weights.png").shape[1] // 2]
    red_rows = np.nonzero(picture[..., 0] > picture[..., 2] + 60)[0]
    blue_rows = np.nonzero(picture[..., 2] > picture[..., 0] + 60)[0]
    assert len(red_rows) == pytest.approx(len(blue_rows), rel=0.1)
    assert blue_rows.min() < red_rows.min()


@pytest.mark.parametrize(("units", "shape"), [(1, (28, 28, 1)), (500, (8, 8, 1)), (7, (5, 9, 3)), (3, (8, 8, 1))])
def test_any_number_of_units_and_any_image_can_be_drawn(tmp_path, units, shape):
    weight = np.random.default_rng(0).normal(size=(int(np.prod(shape)), units))
    first_layer_weights(weight, shape, tmp_path / "weights.png")
    assert pixels(tmp_path / "weights.png").shape[0] >= 400


def test_kernels_are_drawn_side_by_side_on_one_scale(tmp_path):
    weight = np.zeros((5, 5, 1, 2))
    weight[..., 0], weight[..., 1] = 1.0, -1.0
    first_layer_kernels(weight, tmp_path / "kernels.png")
    picture = pixels(tmp_path / "kernels.png")
    red = np.nonzero(picture[..., 0] > picture[..., 2] + 60)[1]
    blue = np.nonzero(picture[..., 2] > picture[..., 0] + 60)[1]
    assert len(red) == pytest.approx(len(blue), rel=0.1)
    assert np.median(blue) < np.median(red)


def test_three_channels_are_drawn_in_their_colours(tmp_path):
    weight = np.zeros((3, 3, 3, 1))
    weight[:, :, 1] = 1.0
    first_layer_kernels(weight, tmp_path / "green.png")
    picture = pixels(tmp_path / "green.png")
    assert ((picture[..., 1] > 250) & (abs(picture[..., 0] - 128) < 3) & (abs(picture[..., 2] - 128) < 3)).mean() > 0.1


@pytest.mark.parametrize("shape", [(3, 3, 4, 5), (1, 1, 1, 1), (7, 7, 3, 64), (5, 3, 1, 300)])
def test_kernels_of_any_shape_can_be_drawn(tmp_path, shape):
    first_layer_kernels(np.random.default_rng(0).normal(size=shape), tmp_path / "kernels.png")
    assert pixels(tmp_path / "kernels.png").shape[0] >= 400


def test_weights_that_are_all_zero_can_be_drawn(tmp_path):
    first_layer_weights(np.zeros((64, 4)), (8, 8, 1), tmp_path / "weights.png")
    assert (tmp_path / "weights.png").exists()


def test_pictures_can_be_drawn_in_several_threads(tmp_path):
    def draw(number):
        learning_curve(records(5), tmp_path / f"{number}.png")

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pictures = [pixels(tmp_path / f"{number}.png") for number in range(4)]
    assert all((picture == pictures[0]).all() for picture in pictures)


def test_a_folder_that_is_not_there_is_told_in_one_sentence(tmp_path):
    with pytest.raises(RunFolderError, match=r"cannot write .*curve\.png"):
        learning_curve(records(2), tmp_path / "absent" / "curve.png")


def test_another_format_than_png_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"curve.pdf ends in .pdf, which .*; give a name that ends in .png"):
        learning_curve(records(3), tmp_path / "curve.pdf", best_epoch=1)
