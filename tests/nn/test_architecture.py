from __future__ import annotations

import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import ArgumentError, ShapeError, UnknownNameError, WhenceError
from whence.nn import LSTM, Conv1d, Conv2d, Embedding, Linear, Sequential, Tanh, layers
from whence.nn.architecture import SHORT_WORDS, network, notation_of, read_shape

from .examples import ALL, Example

IMAGE = (28, 28, 1)
LENET = "conv 16 5, relu, pool 2, conv 32 5, relu, pool 2, flatten, linear 128, relu, dropout 0.5, linear 10"


def symbols_of(layer: object) -> int | None:
    return layer.num_embeddings if isinstance(layer, Embedding) else None


@pytest.mark.parametrize("example", ALL, ids=str)
def test_every_layer_can_be_written_and_read_again(example: Example) -> None:
    layer = example.make()
    text = notation_of([layer])
    net = network(text, example.shape, symbols=symbols_of(layer))
    assert net.layers[0].to_json() == layer.to_json(), text
    assert notation_of(net.layers) == text


def test_every_short_word_stands_for_a_layer() -> None:
    assert set(SHORT_WORDS.values()) <= set(layers)


@pytest.mark.parametrize("name", list(layers))
def test_every_argument_of_a_layer_has_a_kind_that_the_notation_knows(name: str) -> None:
    for key, parameter in inspect.signature(layers[name]).parameters.items():
        assert key == "layers" or parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)


def test_sizes_follow_from_what_flows() -> None:
    net = network(LENET.removesuffix(" 10"), IMAGE, outputs=10, seed=3)
    assert repr(net) == (
        "Sequential(Conv2d(1, 16, 5), ReLU(), MaxPool2d(2), Conv2d(16, 32, 5), ReLU(), MaxPool2d(2), Flatten(), "
        "Linear(512, 128), ReLU(), Dropout(), Linear(128, 10))"
    )
    assert np.array_equal(net.theta, network(LENET, IMAGE, seed=3).theta)


def test_a_text_a_list_and_lines_are_the_same() -> None:
    expected = repr(network(LENET, IMAGE))
    assert repr(network(LENET.split(", "), IMAGE)) == expected
    assert repr(network(LENET.replace(", ", ",\n  ") + ",\n", IMAGE)) == expected
    assert repr(network(["conv 16 5, relu, pool 2, conv 32 5", LENET.partition("32 5, ")[2]], IMAGE)) == expected


def test_options_are_numbers_words_truth_values_pairs_and_initialisers() -> None:
    net = network("conv 6 5x3 stride=2 padding=same bias=false weight_init=uniform(-0.2, 0.2), gelu tanh", IMAGE)
    assert repr(net.layers[0]) == (
        "Conv2d(1, 6, (5, 3), stride=2, padding='same', bias=False, weight_init=Uniform(-0.2, 0.2))"
    )
    assert repr(net.layers[1]) == "GELU(approximate='tanh')"


def test_conv_over_sequences_is_one_dimensional() -> None:
    assert isinstance(network("conv 4 3", (9, 2)).layers[0], Conv1d)
    assert isinstance(network("conv 4 3", (9, 9, 1)).layers[0], Conv2d)


def test_layers_within_a_layer_stand_in_brackets() -> None:
    text = "conv 4 3 padding=same, residual(batch_norm, relu, conv 4 3 padding=same), global_avg_pool, linear 3"
    net = network(text, (8, 8, 1))
    assert notation_of(net.layers) == text
    assert [type(layer).__name__ for layer in net.layers[1].layers] == ["BatchNorm", "ReLU", "Conv2d"]
    assert repr(network(text.replace("residual(", "residual ("), (8, 8, 1))) == repr(net)


def test_a_size_alone_is_a_linear_layer() -> None:
    net = network("5 sigmoid, 4, 3 leaky_relu 0.2, 2", (4,), seed=1)
    assert notation_of(net.layers) == "linear 5, sigmoid, linear 4, linear 3, leaky_relu 0.2, linear 2"


def test_a_character_model_takes_its_sizes_from_the_vocabulary() -> None:
    net = network("embed 8, lstm 16 2 dropout=0.25, linear", (-1,), outputs=65, symbols=65)
    embedding, lstm, linear = net.layers
    assert isinstance(embedding, Embedding) and embedding.num_embeddings == 65
    assert isinstance(lstm, LSTM) and (lstm.input_size, lstm.hidden_size, lstm.num_layers) == (8, 16, 2)
    assert isinstance(linear, Linear) and linear.out_features == 65
    assert notation_of(net.layers, symbols=65) == "embed 8, lstm 16 2 dropout=0.25, linear 65"
    told = notation_of(net.layers)
    assert told == "embed 8 num_embeddings=65, lstm 16 2 dropout=0.25, linear 65"
    assert network(told, (-1,)).config() == net.config()


def test_the_last_linear_takes_the_outputs_although_an_activation_follows() -> None:
    assert network("linear 4, tanh, linear, sigmoid", (3,), outputs=2).output_shape == (2,)


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        ("conv 16 5, relu, pol 2", UnknownNameError, "layer 3, 'pol 2': there is no layer 'pol'; did you mean 'pool'?"),
        ("", ArgumentError, "there are no layers; name some, such as: flatten, linear 128, relu, linear"),
        ("conv 16", ArgumentError, "layer 1, 'conv 16': it lacks kernel_size; write: conv OUT_CHANNELS KERNEL_SIZE ["),
        (
            "conv 16 5 3",
            ArgumentError,
            "layer 1, 'conv 16 5 3': 3 is one value too many; write: conv OUT_CHANNELS KERNEL_SIZE",
        ),
        ("conv 16 5 strid=2", UnknownNameError, "conv: there is no option 'strid'; did you mean 'stride'?"),
        ("conv 16 5 stride=", ArgumentError, "'stride=' is not an option; write it as key=value, without spaces"),
        ("conv 16 5 stride=two", ArgumentError, "stride = 'two'; it must be a whole number of at least 1 or a list"),
        ("conv 16 5 stride=2 stride=3", ArgumentError, "stride is given twice; keep one"),
        ("conv 16 5 out_channels=3", ArgumentError, "out_channels is given twice; keep one"),
        ("conv 1.5 5", ArgumentError, "layer 1, 'conv 1.5 5': Conv2d was given out_channels = 1.5; it must"),
        ("conv true 5", ArgumentError, "out_channels = True; it must be a whole number of at least 1"),
        ("conv 16 99999999999", ArgumentError, "99999999999 is too large; the largest number is 10,000,000"),
        ("conv 16 5 groups=3", ArgumentError, "layer 1, 'conv 16 5 groups=3': Conv2d was given groups = 3"),
        ("conv 16 5, pool 30", ShapeError, "layer 2, 'pool 30': its kernel spans 30 rows, but its input has 24"),
        ("relu 3", ArgumentError, "layer 1, 'relu 3': 3 is one value too many; write: relu"),
        ("relu a=3", UnknownNameError, "layer 1, 'relu a=3': relu has no options; leave out a"),
        ("relu(tanh)", ArgumentError, "layer 1, 'relu(tanh)': tanh is one value too many; write: relu"),
        ("relu, , tanh", ArgumentError, "layer 2, '': '' does not begin with a name; write one"),
        ("relu, tanh(", ArgumentError, "'relu, tanh(' opens a bracket that it does not close; add one at the end"),
        ("relu), tanh", ArgumentError, "'relu), tanh' closes a bracket that it does not open; remove it"),
        ("dropout 2", ArgumentError, "layer 1, 'dropout 2': Dropout was given p = 2"),
        ("dropout a", ArgumentError, "layer 1, 'dropout a': Dropout was given p = 'a'; it must be a number of"),
        (
            "gelu no",
            ArgumentError,
            "GELU was given approximate = 'no'; it must be 'none' or 'tanh'",
        ),
        ("flatten, linear", ArgumentError, "layer 2, 'linear': it lacks out_features; write: linear OUT_FEATURES ["),
        ("flatten, linear 3 bias=1", ArgumentError, "bias = 1; it must be True or False"),
        ("flatten, linear 3 in_features=5", ShapeError, "layer 2, 'linear 3 in_features=5': it takes in_features = 5"),
        ("embed 8", ArgumentError, "'embed 8': it lacks num_embeddings; write: embed EMBEDDING_DIM [weight_init=n"),
        ("lstm 8", ShapeError, "layer 1, 'lstm 8': it takes sequences (N, T, F)"),
        (
            "residual(conv 3 3)",
            ShapeError,
            "layer 1, 'residual(conv 3 3)': its layers turn (N, 28, 28, 1) into (N, 26, 26, 3)",
        ),
        ("residual(relu, pol 2)", UnknownNameError, "layer 1, 'residual(relu, pol 2)': layer 2, 'pol 2': there is no"),
        ("residual()", ArgumentError, "layer 1, 'residual()': there are no layers; name some"),
        (
            "flatten, linear 10000000, linear 10000000",
            ArgumentError,
            "the network would have 100,007,860,000,000 param",
        ),
    ],
)
def test_mistakes_are_told_by_the_word(text: str, kind: type[WhenceError], sentence: str) -> None:
    with pytest.raises(kind) as error:
        network(text, IMAGE)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


@given(st.text(alphabet="convlinear relu pool()=,.x0123456789-", max_size=40))
def test_whatever_is_written_is_a_network_or_one_sentence(text: str) -> None:
    try:
        assert isinstance(network(text, (6, 6, 1), outputs=2), Sequential)
    except WhenceError as error:
        assert str(error)


NUMBERS = st.integers(1, 9)
WORDS = st.one_of(
    st.sampled_from(["relu", "tanh", "batch_norm", "layer_norm", "gelu tanh", "identity", "residual(sigmoid)"]),
    NUMBERS.map(lambda size: f"linear {size}"),
    NUMBERS.map(lambda size: f"linear {size} bias=false"),
    st.floats(0, 0.99).map(lambda p: f"dropout {p!r}"),
    st.floats(0.01, 0.99).map(lambda slope: f"leaky_relu {slope!r}"),
)


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_layers_and_notation_are_each_others_inverse(words: list[str]) -> None:
    net = network(words, (5,))
    again = network(notation_of(net.layers), (5,))
    assert again.config() == net.config()
    assert notation_of(again.layers) == notation_of(net.layers)


def test_sequences_of_symbols_need_an_embedding() -> None:
    with pytest.raises(ShapeError, match=r"layer 1, 'lstm 4': its input \(N, T\) has no axis of features; put embed"):
        network("lstm 4", (-1,), symbols=5)
    with pytest.raises(ShapeError, match="layer 2, 'flatten': the number of time steps must be known, but the"):
        network("embed 4, flatten, linear 3", (-1,), symbols=5)


def test_an_embedding_stands_first() -> None:
    for text in ("embed 4, embed 4", "linear 3, residual(linear 3), embed 4 num_embeddings=5"):
        with pytest.raises(
            ShapeError, match=r"layer \d, 'embed .*': it takes indices, .*, which no layer outputs; put it"
        ):
            network(text, (-1,) if text.startswith("embed") else (3,), symbols=5)
    with pytest.raises(ArgumentError, match=r"layer 1, 'residual\(embed 4, last\)': Residual was given a layer that"):
        network("residual(embed 4, last)", (4,), symbols=5)


def test_a_layer_that_stands_twice_is_written_twice() -> None:
    shared = Linear(3, 3)
    assert notation_of(Sequential(shared, Tanh(), shared).layers) == "linear 3, tanh, linear 3"


def test_shapes_are_read() -> None:
    assert read_shape("28x28x1") == (28, 28, 1)
    assert read_shape("784") == (784,)
    assert read_shape("conv 3") is None
    assert read_shape("28x") is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0x2", "the shape 0x2 has a length of 0; every length must be at least 1"),
        ("99999999999999999999x2", "99999999999999999999 is too large; the largest number is 10,000,000"),
        ("2x" + "9" * 5000, "is too large; the largest number is 10,000,000"),
    ],
)
def test_shapes_that_no_input_has_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(ArgumentError) as error:
        read_shape(text)
    assert str(error.value).endswith(sentence)


def test_the_page_on_the_notation_has_a_word_for_every_layer() -> None:
    page = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page[page.index("| word |") : page.index("Every layer of")]
    words = {
        word.partition("(")[0]
        for row in table.strip().splitlines()[2:]
        for word in re.findall(r"`(.+?)`", row.split("|")[1])
    }
    named = {SHORT_WORDS.get(word, word) for word in words}
    assert {layers[name] for name in named} | {Conv1d} == set(layers.values())
