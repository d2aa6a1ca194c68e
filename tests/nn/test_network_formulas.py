"""The formulas of a whole network are all that it takes to compute its output, and say what is computed over time."""

from __future__ import annotations

import numpy as np
import pytest

from whence.errors import FormulaError
from whence.formula import Entry, Formulas, evaluate, indices, tensors, walk
from whence.nn import (
    GRU,
    LSTM,
    RNN,
    BatchNorm,
    Context,
    Conv1d,
    Conv2d,
    Dropout,
    Embedding,
    Flatten,
    Last,
    Layer,
    Linear,
    MaxPool2d,
    NetworkFormulas,
    ReLU,
    Residual,
    Sequential,
    Tanh,
    Upsample,
)
from whence.nn.axes import ANY_LENGTH

from .examples import ALL, Example


def computed(made: NetworkFormulas, x: np.ndarray) -> dict[str, np.ndarray]:
    """Return every array of a network from its formulas alone."""
    arrays = {made.input: x, **made.parameters, **made.buffers}
    formulas = {formula.target.array: formula for formula in made.formulas}
    for name in formulas:
        batch, *rest = made.shapes[name]
        arrays[name] = np.zeros(
            [len(x) if batch == ANY_LENGTH else batch, *(x.shape[1] if n == ANY_LENGTH else n for n in rest)]
        )
    together = {name: recurrence for recurrence in made.recurrences for name in recurrence.arrays}
    done: set[str] = set()
    for name, formula in formulas.items():
        if name not in together:
            assert {node.array for node in walk(formula.expression) if isinstance(node, Entry)} & set(formulas) <= done
            arrays[name] = evaluate(formula, arrays)
        elif name not in done:
            recurrence = together[name]
            assert recurrence.axis == 1
            for place in range(arrays[name].shape[1])[:: -1 if recurrence.reverse else 1]:
                for each in recurrence.arrays:
                    arrays[each][:, place] = evaluate(formulas[each], arrays)[:, place]
            done |= set(recurrence.arrays)
        done.add(name)
    return arrays


def agrees(net: Sequential, x: np.ndarray) -> NetworkFormulas:
    """Hold a network's formulas against its output, and their shapes against those of all arrays."""
    rng = np.random.default_rng(1)
    net.theta[...] = rng.normal(size=net.theta.shape)
    for name, array in net.state_dict().items():
        if name.endswith("running_var"):
            net.load_state_dict({**net.state_dict(), name: array + 0.5})
    made = net.formulas()
    arrays = computed(made, x)
    np.testing.assert_allclose(arrays[made.output], net(x), rtol=1e-9, atol=1e-12)
    assert arrays.keys() == made.shapes.keys()
    for name, shape in made.shapes.items():
        assert len(shape) == arrays[name].ndim, name
        assert all(told in (ANY_LENGTH, length) for told, length in zip(shape, arrays[name].shape, strict=True)), name
    return made


@pytest.mark.parametrize("example", ALL, ids=str)
def test_every_layer(example: Example) -> None:
    net = Sequential(example.make(), input_shape=example.shape, dtype=np.float64)
    made = agrees(net, example.inputs(np.random.default_rng(0), 3))
    assert all(shape[0] == ANY_LENGTH for name, shape in made.shapes.items() if name in (made.input, made.output))


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ([Linear(3, 4), BatchNorm(), ReLU(), Dropout(0.5), Linear(4, 2)], (3,)),
        ([Linear(3, 3), Residual([BatchNorm(), Residual([Tanh(), Linear(3, 3)]), Dropout(0.4)]), Linear(3, 2)], (3,)),
        ([Conv2d(1, 2, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Linear(8, 3)], (4, 4, 1)),
        ([LSTM(2, 3), Last(), Linear(3, 2)], (4, 2)),
        ([GRU(2, 3, 2, bidirectional=True, dropout=0.3), Flatten(), Linear(24, 2)], (4, 2)),
        ([RNN(2, 2), Residual([LSTM(2, 2), Tanh(), LSTM(2, 2)]), Residual([GRU(2, 2)]), Last()], (3, 2)),
        ([Residual([Conv2d(1, 2, 3, stride=2, padding=1), Upsample(), Conv2d(2, 1, 1)])], (4, 6, 1)),
        ([Conv1d(2, 2, 3, padding="same"), LSTM(2, 2, bidirectional=True), Last()], (4, 2)),
    ],
    ids=repr,
)
def test_whole_networks(layers: list[Layer], shape: tuple[int, ...]) -> None:
    net = Sequential(*layers, input_shape=shape, dtype=np.float64)
    agrees(net, np.random.default_rng(0).normal(size=(3, *shape)))


@pytest.mark.parametrize("length", [1, 5])
def test_sequences_of_any_length(length: int) -> None:
    net = Sequential(Embedding(6, 3), LSTM(3, 4, bidirectional=True), Last(), Linear(8, 2), dtype=np.float64)
    made = agrees(net, np.random.default_rng(0).integers(0, 6, (2, length)))
    assert (made.shapes["x"], made.shapes["h₀→2"], made.shapes["z3"]) == (
        (ANY_LENGTH, ANY_LENGTH),
        (ANY_LENGTH, ANY_LENGTH, 4),
        (ANY_LENGTH, 2),
    )


def test_a_layer_that_stands_twice_shares_its_parameters() -> None:
    shared = Linear(4, 4)
    net = Sequential(Linear(5, 4), shared, Tanh(), shared, BatchNorm(), dtype=np.float64)
    made = agrees(net, np.random.default_rng(0).normal(size=(3, 5)))
    assert list(made.parameters) == ["W1", "b1", "W2", "b2", "γ3", "b3"]
    assert list(made.buffers) == ["running_mean3", "running_var3"]


def test_arrays_are_copies() -> None:
    net = Sequential(Linear(2, 2), BatchNorm())
    made = net.formulas()
    for array in (*made.parameters.values(), *made.buffers.values()):
        array[...] = 7
    assert not any((array == 7).any() for array in net.state_dict().values())


def depending_on_themselves(formulas: Formulas) -> set[frozenset[str]]:
    """Return the sets of arrays each of which is made from all of them."""
    read = {
        formula.target.array: {node.array for node in walk(formula.expression) if isinstance(node, Entry)}
        for formula in formulas
    }
    sources: dict[str, set[str]] = {}
    for array in read:
        waiting, found = [array], set()
        while waiting:
            new = read.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        sources[array] = found
    return {
        frozenset(each for each in read if each in found and array in sources[each])
        for array, found in sources.items()
        if array in found
    }


@pytest.mark.parametrize("example", ALL, ids=str)
@pytest.mark.parametrize("training", [True, False])
def test_what_depends_on_itself_is_stated(example: Example, training: bool) -> None:
    layer = Sequential(example.make(), input_shape=example.shape).layers[0]
    formulas = layer.formulas(training=training)
    assert depending_on_themselves(formulas) == {frozenset(each.arrays) for each in formulas.recurrences}
    order = [formula.target.array for formula in formulas]
    for recurrence in formulas.recurrences:
        assert list(recurrence.arrays) == [name for name in order if name in recurrence.arrays]


@pytest.mark.parametrize("kind", [LSTM, GRU, RNN])
def test_it_is_stated_with_first_states_and_lengths_too(kind: type) -> None:
    layer = Sequential(kind(2, 3, 2, bidirectional=True)).layers[0]
    formulas = layer.formulas_in(Context(training=True, state={}, lengths=np.ones(1, np.intp)))
    assert depending_on_themselves(formulas) == {frozenset(each.arrays) for each in formulas.recurrences}


class _Spread(Layer):
    def formulas(self, *, training: bool = True) -> Formulas:
        x, y, within = tensors("x y within")
        n, i, j = indices("n i j")
        return Formulas([within[n, j] << x[n, 0], y[n, i] << within[n, 0]])


def test_an_axis_of_unknown_length_is_refused() -> None:
    with pytest.raises(FormulaError, match="in the formula for within0 the extent of j is not known; give it"):
        Sequential(_Spread(), input_shape=(2,)).formulas()
