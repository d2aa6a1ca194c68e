"""`Model.predict` for one sample or many, as arrays, lists, data frames, dicts of columns and files."""

import numpy as np
import pytest

import whence
from whence.data.images.image_format import ImageFormat
from whence.data.images.preprocessing import ImagePreprocessing
from whence.errors import ArgumentError, DataError, DataWarning

HEADER = "length,colour,kind\n"
ROWS = [(1.5, "red", "cat"), (3.0, "blue", "dog"), (1.0, "red", "cat"), (3.5, "blue", "dog")] * 10


class Frame:
    """What a data frame has in common with others: the names of its columns, and the cells of each."""

    def __init__(self, cells):
        self.cells, self.columns = cells, list(cells)

    def __getitem__(self, name):
        return self.cells[name]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    table = folder / "pets.csv"
    table.write_text(HEADER + "".join(f"{length},{colour},{kind}\n" for length, colour, kind in ROWS))
    pets = whence.load(table)
    net = whence.mlp(pets.input_shape, [], pets.outputs)
    whence.fit(net, "cross_entropy", "sgd(0.5)", pets.train, epochs=20, preprocessing=pets.preprocessing)
    made = whence.Model(net, whence.nn.CrossEntropy(), pets.preprocessing, pets.classes, pets.name)
    whence.save_model(folder / "model.safetensors", made)
    return whence.load_model(folder)


@pytest.fixture(scope="module")
def prices():
    preprocessing = whence.data.Preprocessing(target_shift=np.array([100.0]), target_scale=np.array([0.1]))
    return whence.Model(whence.mlp((3,), [], 1), whence.nn.MeanSquaredError(), preprocessing, None, "prices")


def test_one_sample_gives_one_class_and_many_give_an_array(model):
    many = [[1.2, 0, 1], [3.2, 1, 0]]
    assert model.predict(many).tolist() == model.predict(np.array(many)).tolist() == ["cat", "dog"]
    assert model.predict(many[1]) == "dog"
    assert model.probabilities(many).shape == (2, 2)
    assert np.array_equal(model.probabilities(many[0]), model.probabilities(many[:1])[0])


def test_columns_are_found_by_their_names(model):
    cells = {"unused": [None, None], "colour": ["red", "blue"], "length": [1.2, np.float32(3.2)]}
    assert model.predict(Frame(cells)).tolist() == model.predict(cells).tolist() == ["cat", "dog"]
    assert model.predict({"colour": "blue", "length": 3}) == "dog"


@pytest.mark.parametrize("channel", [(), (1,)])
def test_images_may_come_without_the_axis_of_their_only_channel(channel):
    preprocessing = ImagePreprocessing(image=ImageFormat(3, 3))
    model = whence.Model(whence.mlp((3, 3, 1), [], 2), whence.nn.CrossEntropy(), preprocessing, ("a", "b"), "dots")
    assert np.shape(model.predict(np.zeros((3, 3, *channel)))) == ()
    for count in (1, 3):
        assert model.predict(np.zeros((count, 3, 3, *channel))).shape == (count,)


class Row:
    """What a row of a data frame has in common with others: the names of its cells, and the cell of each."""

    def __init__(self, cells):
        self.cells = cells

    def keys(self):
        return self.cells.keys()

    def __getitem__(self, name):
        return self.cells[name]

    def __array__(self, dtype=None, copy=None):
        return np.array(list(self.cells.values()), dtype)


def test_a_row_of_a_data_frame_is_read_by_the_names_of_its_cells(tmp_path):
    (tmp_path / "points.csv").write_text("x,y,kind\n" + "0,1,up\n1,0,down\n" * 10)
    points = whence.load(tmp_path / "points.csv")
    net = whence.mlp(points.input_shape, [], points.outputs)
    whence.fit(net, "cross_entropy", "sgd(0.5)", points.train, epochs=20, preprocessing=points.preprocessing)
    model = whence.Model(net, whence.nn.CrossEntropy(), points.preprocessing, points.classes, points.name)
    assert model.predict(Row({"x": 0.0, "y": 1.0})) == model.predict(Row({"y": 1.0, "x": 0.0})) == "up"


def test_an_arrow_table_is_read_by_its_columns(model):
    table = pytest.importorskip("pyarrow").table({"colour": ["red", "blue"], "length": [1.2, 3.2]})
    assert model.predict(table).tolist() == ["cat", "dog"]


def test_a_missing_cell_and_an_unknown_category_are_told(model):
    with pytest.warns(DataWarning, match="the table, column 'length': 1 missing cell filled in by"):
        assert model.predict({"length": [1.2, np.nan], "colour": ["red", "blue"]}).tolist() == ["cat", "dog"]
    with pytest.warns(DataWarning, match="the table, column 'colour': 1 row of categories .* such as 'green'"):
        assert model.predict({"length": [1.0], "colour": ["green"]}).shape == (1,)


def test_a_file_is_read_as_on_the_command_line(model, tmp_path):
    (tmp_path / "new.csv").write_text("colour,length\nblue,3.2\n")
    assert model.predict(tmp_path / "new.csv").tolist() == ["dog"]


def test_numbers_come_in_their_own_unit(prices):
    assert prices.predict([0, 0, 0]).tolist() == [100]
    assert prices.predict(np.zeros((2, 3))).tolist() == [[100], [100]]
    with pytest.raises(ArgumentError, match="no probabilities; use predict"):
        prices.probabilities([0, 0, 0])


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({"length": [1.0]}, "the table has no column 'colour', which the network expects; it has length"),
        ({"length": ["long"], "colour": ["red"]}, "column 'length' holds 'long', but the column holds numbers"),
        ({"length": [1.0, 2.0], "colour": ["red"]}, "the columns of the table have from 1 to 2 cells"),
        (
            {"length": [1.0, 2.0], "colour": "red"},
            "the column 'colour' of the table is 'red'; give a list with its cells",
        ),
        (Frame({"length": [], "colour": []}), "the table has no rows"),
        ([[1.0, 2.0]], r"inputs holds an array of shape \(1, 2\); the network takes \(N, 3\)"),
        ([1.0, np.nan, 0], "inputs holds float64 values that are not finite"),
        ("absent.csv", "there is no file absent.csv"),
    ],
)
def test_what_is_no_sample_is_refused(model, inputs, sentence):
    with pytest.raises(DataError, match=sentence):
        model.predict(inputs)


def test_columns_are_only_for_networks_that_know_their_names(prices):
    with pytest.raises(DataError, match="not trained on a table with named columns; give samples as an array"):
        prices.predict({"length": [1.0]})
