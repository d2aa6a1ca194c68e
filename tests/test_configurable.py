"""Every registered thing with settings: what its constructor takes, and that its texts and JSON make it again."""

import copy
import inspect
import json
import pickle
from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from whence import nn
from whence.arguments import Range
from whence.configurable import annotations_of
from whence.data.images.augmentation import steps
from whence.errors import ArgumentError, UnknownNameError, WhenceError
from whence.nn import Conv2d, Dropout, Layer, Linear, ReLU, Residual, initialisers, layers, losses
from whence.nn.initialisers import Initialiser, Normal, Uniform
from whence.optim import SGD, Adam, optimizers, schedules
from whence.text_notation import write_words

REGISTRIES = (layers, losses, optimizers, schedules, initialisers, steps)
CLASSES = [kind for registry in REGISTRIES for kind in registry.values()]
NAMES = {kind.__name__: kind for kind in CLASSES}
every_class = pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)


def hints_of(kind):
    return {name: annotations_of(kind)[name] for name in inspect.signature(kind).parameters}


def values(hint):
    """Return a strategy for what an annotation declares; small numbers, so that settings suit each other."""
    if get_origin(hint) is Annotated:
        kind, bounds, *_ = get_args(hint)
        drawn = st.integers(0, 4) if kind is int else st.floats(0, 5, allow_subnormal=False)
        return drawn.filter(lambda number: number in bounds)
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if get_origin(hint) is Sequence:
        if get_args(hint) == (Layer,):
            return st.just([Linear(2, 3), ReLU(), Residual([Dropout(0.25)]), Linear(3, 2)])
        return st.lists(values(get_args(hint)[0]), min_size=1, max_size=2)
    if get_args(hint):
        return st.one_of(values(option) for option in get_args(hint) if get_origin(option) is not np.ndarray)
    return {
        bool: st.booleans(),
        int: st.integers(1, 4),
        float: st.floats(-5, 5, allow_subnormal=False).map(lambda number: number + 0.0),  # no -0.0
        str: st.sampled_from(["zeros", "uniform(-0.2, 0.25)", "orthogonal"]),
        Initialiser: st.just(Normal(0.5)),
        type(None): st.none(),
    }[hint]


@st.composite
def things(draw, kind):
    hints = hints_of(kind)
    hints.pop("decays", None)
    needed = [name for name, p in inspect.signature(kind).parameters.items() if p.default is p.empty]
    told = [*needed, *(name for name in hints if name not in needed and draw(st.booleans()))]
    try:
        return kind(**{name: draw(values(hints[name])) for name in told})
    except ArgumentError:  # each setting is what it may be, but not beside the others
        reject()


def notation(thing):
    return (
        " ".join([layers.name_of(type(thing)), *write_words(type(thing), thing.settings())])
        if isinstance(thing, Layer)
        else str(thing)
    )


def same(one, other):
    return type(one) is type(other) and one.to_json() == other.to_json() and (isinstance(one, Layer) or one == other)


@every_class
@settings(max_examples=15, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(draws=st.data())
def test_a_thing_comes_back_from_json_repr_and_notation(kind, draws):
    thing = draws.draw(things(kind))
    described = json.loads(json.dumps(thing.to_json()))
    read = kind.registry.read if isinstance(thing, Initialiser) else kind.registry.from_json
    from_json = read(described)
    assert same(thing, from_json)
    from_repr = eval(repr(thing), dict(NAMES))
    assert same(thing, from_repr)
    assert repr(from_repr) == repr(thing)
    if kind is not Residual:  # its layers are written without sizes, as architectures are
        from_text = kind.registry.read(notation(thing))
        assert same(thing, from_text)
        assert notation(from_text) == notation(thing)
    assert same(thing, copy.deepcopy(thing))
    assert same(thing, pickle.loads(pickle.dumps(thing)))


@every_class
def test_an_argument_of_a_wrong_kind_is_named_in_one_sentence(kind):
    hints = hints_of(kind)
    right = {
        name: {Sequence: [ReLU()]}.get(get_origin(hint), 0.5 if hint is float or float in get_args(hint) else 2)
        for name, hint in hints.items()
        if inspect.signature(kind).parameters[name].default is inspect.Parameter.empty
    }
    for name, hint in hints.items():
        wrong = [object(), 1j, b"2", {"a": 1}, float("nan"), [object()]]
        if not {bool, str, Initialiser} & {hint, *get_args(hint)}:
            wrong += ["0.1", True]
        for value in wrong:
            with pytest.raises(WhenceError) as caught:
                kind(**{**right, name: value})
            assert isinstance(caught.value, ArgumentError)
            assert str(caught.value).startswith(f"{kind.__name__} was given {name} = "), caught.value


@every_class
def test_arguments_that_do_not_exist_or_are_too_many_are_refused(kind):
    with pytest.raises(UnknownNameError, match=f"{kind.__name__}: .*foo"):
        kind(foo=1)
    with pytest.raises(ArgumentError, match=f"{kind.__name__}: too many positional arguments; it takes "):
        kind(*[2] * 20)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: SGD("0.1"), "SGD was given learning_rate = '0.1'; it must be a number above 0"),
        (lambda: SGD(lr=0.1), "SGD: there is no argument 'lr'; there are learning_rate, weight_decay, "),
        (lambda: Linear("4", 3), "Linear was given in_features = '4'; it must be a whole number of at least 1"),
        (lambda: Linear(4), "Linear: missing a required argument: 'out_features'; it takes (in_features, out_"),
        (lambda: Linear(4, 3, foo=1), "Linear: there is no argument 'foo'; there are in_features, "),
        (lambda: ReLU(foo=1), "ReLU: it takes none; leave out foo"),
        (lambda: Dropout(True), "Dropout was given p = True; it must be a number of at least 0 and below 1"),
        (lambda: Dropout(1.0), "Dropout was given p = 1.0; it must be a number of at least 0 and below 1"),
        (lambda: Adam(beta1=None), "Adam was given beta1 = None; it must be a number of at least 0 and below 1"),
        (lambda: Adam(eps=float("inf")), "Adam was given eps = inf; it must be a number above 0"),
        (lambda: Linear(4, 3, bias=1), "Linear was given bias = 1; it must be True or False"),
        (
            lambda: Conv2d(1, 2, 0),
            "Conv2d was given kernel_size = 0; it must be a whole number of at least 1 or a list of them",
        ),
        (
            lambda: Conv2d(1, 2, 3, padding="x"),
            "Conv2d was given padding = 'x'; it must be 'valid', 'same', a whole number of at least 0 or a list of",
        ),
        (
            lambda: Linear(4, 3, weight_init=3),
            "Linear was given weight_init = 3; it must be an Initialiser, a text or None",
        ),
        (lambda: Linear(4, 3)(np.ones((1, 4))), "Linear(4, 3) has no parameters of its own; put it into a network: "),
        (
            lambda: nn.Sequential(Linear(4, 3), seed=-1),
            "Sequential was given seed = -1; it must be a whole number",
        ),
    ],
)
def test_the_sentences_tell_what_came_and_what_is_expected(make, sentence):
    with pytest.raises(WhenceError) as caught:
        make()
    assert str(caught.value).startswith(sentence)


def test_scalars_of_numpy_become_numbers():
    adam = Adam(np.float32(0.5), beta1=np.float64(0.25), weight_decay=np.int64(2))
    assert adam.to_json() == {**Adam().to_json(), "learning_rate": 0.5, "beta1": 0.25, "weight_decay": 2.0}
    assert {type(value) for value in adam.settings().values()} == {float, bool, type(None)}
    assert type(Linear(np.int64(3), np.uint8(2)).in_features) is int
    assert Linear(3, 2, bias=np.True_).to_json()["bias"] is True


def test_repr_drops_defaults_only():
    assert repr(Adam(beta1=0.0)) == "Adam(beta1=0.0)"
    assert repr(Adam()) == "Adam()"
    assert repr(Linear(4, 3, weight_init="uniform(-1, 1)")) == "Linear(4, 3, weight_init=Uniform(-1.0, 1.0))"


def test_things_with_equal_settings_are_equal_but_a_layer_only_itself():
    assert Adam(0.5) == Adam(0.5) != Adam(0.25)
    assert Normal(1) == Normal()
    assert len({Uniform(0, 1), Uniform(0, 1), Uniform(0, 2)}) == 2
    layer = ReLU()
    assert layer == layer
    assert layer != ReLU()


@pytest.mark.parametrize(
    ("text", "registry", "thing"),
    [
        ("adam(beta1=0.7)", optimizers, Adam(beta1=0.7)),
        ("Adam 0.01 beta1=0.7", optimizers, Adam(0.01, beta1=0.7)),
        (" huber( delta = 2 )", losses, None),
        ("huber(delta=2)", losses, losses["huber"](2)),
        ("cross_entropy(class_weights=1x0.5x2e-1)", losses, losses["cross_entropy"]([1, 0.5, 0.2])),
        ("uniform -0.2 0.2", initialisers, Uniform(-0.2, 0.2)),
        ("uniform(-0.2 .2)", initialisers, Uniform(-0.2, 0.2)),
        ("he normal", initialisers, initialisers["he_normal"]()),
        ("one-cycle(warm=0.5)", schedules, schedules["one_cycle"](0.5)),
        ("step", schedules, None),
        ("adam(0.1, learning_rate=0.1)", optimizers, None),
        ("adam(0.1", optimizers, None),
        ("(0.1)", optimizers, None),
        ("adam(beta3=1)", optimizers, None),
        ("adam(1, 2, 3)", optimizers, None),
        ("", losses, None),
    ],
)
def test_one_notation_reads_all_of_them(text, registry, thing):
    if thing is None:
        with pytest.raises(ArgumentError):
            registry.read(text)
    else:
        assert registry.read(text) == thing
    assert thing is None or registry.read(thing) is thing


def test_a_setting_that_is_given_twice_is_refused():
    assert optimizers.read("adam(beta1=0.7)", learning_rate=0.5) == Adam(0.5, beta1=0.7)
    with pytest.raises(ArgumentError, match=r"learning_rate is given twice, in 'adam\(0.1\)' and separately; keep one"):
        optimizers.read("adam(0.1)", learning_rate=0.1)


def test_a_class_that_does_not_keep_its_argument_is_told_so():
    class Forgetful(Layer):
        def __init__(self, size: int) -> None:
            pass

    with pytest.raises(ArgumentError, match=r"Forgetful does not keep its argument size; set self\.size"):
        Forgetful(3).to_json()


def test_settings_that_no_file_can_hold_are_refused():
    class Odd(Layer):
        def __init__(self, draw: object) -> None:
            self.draw = draw

    with pytest.raises(ArgumentError, match=r"Odd has draw = .*, which cannot be saved; use numbers"):
        Odd(len).to_json()


def test_annotations_that_only_type_checkers_resolve_let_everything_pass():
    class Loose(Layer):
        def __init__(self, size: "Missing", *more: int) -> None:  # noqa: F821
            self.size, self.more = size, more

    assert Loose("x", 1, 2).size == "x"


def test_an_annotation_as_any_lets_everything_pass():
    class Loose(Layer):
        def __init__(self, size: Any, name: str) -> None:
            self.size, self.name = size, name

    assert Loose(None, "x").size is None
    with pytest.raises(ArgumentError, match="Loose was given name = 3; it must be a text"):
        Loose(None, 3)


def test_ranges():
    assert [n for n in (0, 0.5, 1) if n in Range(0, 1)] == [0, 0.5, 1]
    assert [n for n in (0, 0.5, 1) if n in Range(0, 1, above=True, below=True)] == [0.5]
    assert str(Range(0, 1, above=True)) == "above 0 and at most 1"
