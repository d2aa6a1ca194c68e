"""Texts that networks write: each next character follows from all that the network may know of those before."""

import math

import numpy as np
import pytest

from user_layers import CausalAttention, CausalMean
from whence.data import Preprocessing
from whence.data.texts.preprocessing import TextPreprocessing
from whence.data.texts.vocabulary import Vocabulary
from whence.errors import ArgumentError, DataError
from whence.nn import Conv1d, CrossEntropy, Embedding, Layer, Linear, Residual, Sequential, TimeDependence
from whence.nn.architecture import network
from whence.training import Model, sample_text

TEXT = "a rose is a rose is a rose. the sea is the sea, and so is she. " * 3
VOCABULARY = Vocabulary.of(TEXT)
WINDOW = 24
ARCHITECTURES = [
    "embed 3, lstm 5, linear",
    "embed 3, gru 4 2 dropout=0.3, linear",
    "embed 4, residual(rnn 4, residual(lstm 4)), dropout 0.2, linear",
]


def model_of(net, window=WINDOW):
    net.theta[...] = np.random.default_rng(3).normal(scale=0.8, size=net.theta.shape)
    preprocessing = TextPreprocessing(vocabulary=VOCABULARY, window=window)
    return Model(net, CrossEntropy(), preprocessing, tuple(VOCABULARY.characters), "it")


def make(notation=ARCHITECTURES[0], dtype=np.float32):
    size = len(VOCABULARY)
    return model_of(network(notation, (-1,), outputs=size, symbols=size, dtype=dtype))


@pytest.fixture(scope="module")
def model():
    return make()


def with_layers(*between, input_shape=(-1,), window=WINDOW):
    size = len(VOCABULARY)
    net = Sequential(Embedding(size, 4), *between, Linear(4, size), input_shape=input_shape, dtype=np.float64)
    return model_of(net, window)


class WithoutCache(CausalAttention):
    """Attention that carries nothing, and says so."""

    time_dependence = TimeDependence.PAST

    def state_after(self, cache):
        return {}


class Unstated(CausalMean):
    """A layer that does not say what it depends on."""

    time_dependence = Layer.time_dependence


def sampled(model, prompt, length, monkeypatch):
    """Return the characters, and the logits from which each was drawn."""
    seen = []
    monkeypatch.setattr("whence.training.sampling._drawn", lambda logits, *_: seen.append(logits) or logits.argmax())
    return "".join(sample_text(model, prompt, length, rng=np.random.default_rng(0))), np.array(seen)


@pytest.mark.parametrize(
    "make_layers",
    [
        lambda: [CausalAttention()],
        lambda: [CausalMean()],
        lambda: [Unstated()],
        lambda: [Residual([CausalAttention(), CausalMean()])],
        lambda: [Residual([Linear(4, 4), CausalAttention()]), CausalAttention()],
        lambda: [],
    ],
)
@pytest.mark.parametrize("prompt", ["a", "the sea is"])
def test_characters_follow_from_the_whole_context(make_layers, prompt, monkeypatch):
    model = with_layers(*make_layers())
    made, seen = sampled(model, prompt, 12, monkeypatch)
    whole, _ = model.net.forward(VOCABULARY.encode(prompt + made[:-1])[np.newaxis], training=False)
    np.testing.assert_allclose(seen, whole[0, len(prompt) - 1 :], rtol=0, atol=1e-9)


@pytest.mark.parametrize("fixed", [False, True])
def test_a_network_without_a_state_reads_the_last_characters_as_many_as_in_training(fixed, monkeypatch):
    if fixed:
        model = with_layers(Conv1d(4, 4, 3, padding="same"), input_shape=(WINDOW,), window=None)
    else:
        model = with_layers(WithoutCache())
    prompt = TEXT[: WINDOW + 3]
    made, seen = sampled(model, prompt, 5, monkeypatch)
    for count, logits in enumerate(seen):
        window = (prompt + made[:count])[-WINDOW:]
        np.testing.assert_array_equal(logits, model.net(VOCABULARY.encode(window)[np.newaxis])[0, -1])


def test_a_prompt_that_is_too_short_for_the_network_is_refused():
    model = with_layers(Conv1d(4, 4, 3, padding="same"), input_shape=(WINDOW,))
    with pytest.raises(
        ArgumentError, match="prompt has 5 characters, but the network reads exactly 24 at once; give 24"
    ):
        sample_text(model, "a ros", 5, rng=np.random.default_rng(0))


def test_a_file_that_does_not_say_how_many_characters_were_read_in_training_is_refused():
    with pytest.raises(ArgumentError, match="does not say how many characters the network was trained on at once"):
        sample_text(with_layers(CausalMean(), window=None), "a", 5, rng=np.random.default_rng(0))


def test_the_likeliest_character_follows_at_temperature_zero(model):
    made = "".join(sample_text(model, "a rose", 20, temperature=0, rng=np.random.default_rng(0)))
    text = "a rose"
    for _ in range(20):
        logits, _ = model.net.forward(VOCABULARY.encode(text)[np.newaxis], training=False)
        text += VOCABULARY.characters[int(logits[0, -1].argmax())]
    assert "a rose" + made == text


@pytest.mark.parametrize("notation", ARCHITECTURES)
def test_a_long_prompt_is_read_in_pieces(notation, monkeypatch):
    model = make(notation, np.float64)
    together, forward = [], model.net.forward
    monkeypatch.setattr(model.net, "forward", lambda x, **how: together.append(x.shape) or forward(x, **how))
    made = "".join(sample_text(model, TEXT[:150], 3, temperature=0, rng=np.random.default_rng(0)))
    assert together == [(1, 64), (1, 64), (1, 22), (1, 1), (1, 1)]
    logits, _ = forward(VOCABULARY.encode(TEXT[:150] + made[:2])[np.newaxis], training=False)
    assert made == "".join(VOCABULARY.characters[chosen] for chosen in logits[0, -3:].argmax(axis=1))


def test_draws_follow_the_softmax_at_a_temperature(model):
    logits, _ = model.net.forward(VOCABULARY.encode("the")[np.newaxis], training=False)
    scaled = np.exp(logits[0, -1].astype(float) / 0.7)
    rng = np.random.default_rng(5)
    drawn = [next(sample_text(model, "the", 1, temperature=0.7, rng=rng)) for _ in range(3000)]
    share = np.array([drawn.count(character) for character in VOCABULARY.characters]) / 3000
    np.testing.assert_allclose(share, scaled / scaled.sum(), atol=0.04)


def test_any_temperature_above_zero_gives_characters(model):
    for temperature in (5e-324, 1e-9, 1e9, 1.7e308):
        made = "".join(sample_text(model, "", 10, temperature=temperature, rng=np.random.default_rng(0)))
        assert len(made) == 10 and not VOCABULARY.unknown(made)


@pytest.mark.parametrize(
    ("prompt", "length", "temperature", "sentence"),
    [
        ("a", 0, 1.0, "length = 0; it must be a whole number of at least 1"),
        ("a", 1, -0.5, r"temperature = -0\.5; it must be a number of at least 0"),
        ("a", 1, math.nan, "temperature = nan"),
        ("a", 1, math.inf, "temperature = inf"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(model, prompt, length, temperature, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        sample_text(model, prompt, length, temperature=temperature, rng=np.random.default_rng(0))


def test_unknown_characters_are_named(model):
    with pytest.raises(DataError, match="the network does not know 'Q' and 'ü'"):
        sample_text(model, "Qü", 5, rng=np.random.default_rng(0))


def test_a_network_that_knows_no_text_is_refused():
    net = network("linear 2", (3,))
    model = Model(net, CrossEntropy(), Preprocessing(), ("a", "b"), "flowers")
    with pytest.raises(ArgumentError, match="the network was trained on flowers, not on text"):
        sample_text(model, "", 5, rng=np.random.default_rng(0))
