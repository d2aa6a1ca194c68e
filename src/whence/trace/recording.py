"""Recording a training step: the ordinary code runs, and every array that it makes is kept under a name."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.data import Batch
from whence.data.batches import as_batch
from whence.formula import Formula, Index, Recurrence
from whence.formula.formulas import rename
from whence.nn import Layer, Loss, Sequential
from whence.nn.context import Context, State
from whence.nn.losses.base import WEIGHTS, weights_in_time
from whence.nn.naming import LayerNames, name_layers
from whence.nn.parameter import Slot, views_of
from whence.optim import Optimizer
from whence.trace.steps import order_steps
from whence.trace.trace import LayerInfo, Origin, Phase, Trace


@checks_arguments
def trace(
    net: Sequential,
    loss_fn: Loss,
    optimizer: Optimizer,
    x: Array,
    y: Array,
    *,
    weights: Array | None = None,
    lengths: Array | None = None,
    state: State | None = None,
    classes: tuple[str, ...] | None = None,
) -> Trace:
    """Make one training step on a copy of the network, and record every array of it.

    The step runs the same code as training and gives the same bits; network, optimizer and random generators are not
    changed.

    Parameters
    ----------
    net : Sequential
        The network.
    loss_fn : Loss
        The loss.
    optimizer : Optimizer
        The optimizer.
    x : array, shape (N, *net.input_shape)
        A batch of preprocessed inputs.
    y : array
        Its targets, as the loss expects them.
    weights : array, shape (N,), optional
        The weight of each sample in the loss.
    lengths : int array, shape (N,), optional
        The number of time steps of each sequence.
    state : dict of str to array, optional
        What the network carried from the batch before, from `whence.nn.Sequential.state_after`.
    classes : tuple of str, optional
        The names of the classes, for views.

    Returns
    -------
    Trace
        Every array of the step.

    Raises
    ------
    ShapeError
        If ``x`` or ``y`` does not fit the network.
    """
    own_net, own_optimizer = copy.deepcopy((net, optimizer))
    batch = Batch(x, y, weights, lengths)
    return _record_step(own_net, name_layers(own_net.layers), loss_fn, own_optimizer, batch, classes, state)


@checks_arguments
def trace_steps(
    net: Sequential,
    loss_fn: Loss,
    optimizer: Optimizer,
    batches: Iterable[Batch | tuple[Array, Array]],
    *,
    classes: tuple[str, ...] | None = None,
) -> Iterator[Trace]:
    """Make consecutive training steps on a copy of the network, and record each.

    Parameters
    ----------
    net, loss_fn, optimizer, classes
        As for `trace`; network and optimizer are copied by the call, before the first step is made.
    batches : iterable of Batch or (x, y)
        The preprocessed batch of each step.

    Yields
    ------
    Trace
        Every array of a step, which starts from the parameters that the previous one left.

    Raises
    ------
    ShapeError
        If a batch does not fit the network.
    """
    own_net, own_optimizer = copy.deepcopy((net, optimizer))
    names = name_layers(own_net.layers)
    return (_record_step(own_net, names, loss_fn, own_optimizer, as_batch(batch), classes) for batch in batches)


def _record_step(
    net: Sequential,
    names: list[LayerNames],
    loss_fn: Loss,
    optimizer: Optimizer,
    batch: Batch,
    classes: tuple[str, ...] | None,
    state: State | None = None,
) -> Trace:
    """Make a training step, which changes ``net.theta`` and the optimizer's state, and record it."""
    x, y = np.array(net.checked(batch.x)), np.array(batch.y)
    context = Context(training=True, state=state, lengths=batch.lengths)
    values = [x]
    deltas: dict[int, Array] = {}
    logits, tape = net.forward(x, state=state, lengths=batch.lengths, watch=lambda _, output: values.append(output))
    weights = weights_in_time(logits, batch.weights, batch.lengths)
    evaluated = loss_fn.evaluate(logits, y, weights)
    gradient = net.backward(evaluated[1], tape, watch=deltas.__setitem__)
    deltas[len(net.layers)] = evaluated[1]
    loss_arrays = loss_fn.arrays(logits, y, weights, evaluated)

    recorder = _Recorder()
    for symbol, array in {"x": x, "y": loss_arrays["y"], WEIGHTS: weights}.items():
        if array is not None:
            recorder.give(symbol, array, Origin("data"))
    recorder.give("η", np.asarray(optimizer.learning_rate), Origin("setting"))
    recorder.give("τ", np.asarray(optimizer.steps + 1.0), Origin("setting"))
    for slot in net.slots:
        recorder.give(_parameter(names, slot), slot.view(net.theta).copy(), Origin("parameter", layer=slot.layer))

    layers = []
    for place, (layer, name) in enumerate(zip(net.layers, names, strict=True)):
        views = views_of(gradient, net.slots, net.layers.index(layer))
        flowing = values[place], values[place + 1], tape[place], deltas.get(place + 1)
        arrays = layer.arrays(*flowing, views, deltas.get(place))
        layers.append((layer, layer.formulas_in(context.within(place)), arrays, name))
    for layer, formulas, arrays, name in layers:
        recorder.compute_in(layer, "forward", formulas.forward, arrays, name)
        recorder.recurrences += [each.renamed(name.renamed.__getitem__) for each in formulas.recurrences]

    output = names[-1].output
    name_in_loss = _naming({loss_fn.input_symbol: output, f"d{loss_fn.input_symbol}": f"d{output}"})
    recorder.compute(
        loss_fn.formulas_for(loss_arrays["y"], weights),
        loss_arrays,
        name_in_loss,
        Origin("loss", _function(loss_fn, "evaluate")),
    )
    for layer, formulas, arrays, name in reversed(layers):
        if name.position + 1 in deltas:
            recorder.compute_in(layer, "backward", formulas.backward, arrays, name)
    for layer, formulas, arrays, name in layers:
        recorder.compute_in(layer, "update", formulas.update, arrays, name)

    if optimizer.decays is None:
        optimizer.decays = net.decays
    optimizer.prepare(net.theta)
    before = {"θ": net.theta.copy(), **{name: state.copy() for name, state in optimizer.state.items()}}
    optimizer.step(net.theta, gradient)
    _record_update(recorder, net, names, optimizer, before, gradient)
    return Trace(
        arrays=recorder.arrays,
        formulas=recorder.formulas,
        origins=recorder.origins,
        steps=order_steps(recorder.origins, recorder.formulas, names, recorder.recurrences),
        layers=tuple(
            LayerInfo(
                repr(layer), type(layer).__name__, name.number, name.input, name.output, tuple(name.parameters.values())
            )
            for layer, _, _, name in layers
        ),
        description={
            "loss": loss_fn.to_json(),
            "optimizer": optimizer.to_json(),
            "classes": classes and list(classes),
            "distributions": loss_fn.takes_distributions(y),
        },
    )


class _Recorder:
    """Collects arrays, their formulas and their origins, in the order of computation."""

    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}
        self.formulas: dict[str, Formula] = {}
        self.origins: dict[str, Origin] = {}
        self.recurrences: list[Recurrence] = []

    def give(self, name: str, array: Array, origin: Origin) -> None:
        """Record an array that no formula made."""
        self.arrays[name] = array
        self.origins[name] = origin

    def compute_in(
        self, layer: Layer, phase: Phase, formulas: Iterable[Formula], arrays: Mapping[str, Array], names: LayerNames
    ) -> None:
        """Record the arrays that a phase computes in a layer, each under the inner layer that made it."""
        makers, method = layer.makers(), "observe" if phase == "update" else phase
        for formula in formulas:
            maker = makers.get(formula.target.array, layer)
            origin = Origin(phase, _function(maker, method), names.position)
            self.compute([formula], arrays, names.renamed.__getitem__, origin)

    def compute(
        self, formulas: Iterable[Formula], arrays: Mapping[str, Array], name_of: Callable[[str], str], origin: Origin
    ) -> None:
        """Record the targets of formulas, and before each the arrays that it reads and that are not recorded yet."""
        for formula in formulas:
            if formula.target.array not in arrays:
                continue
            for source in formula.sources:
                if name_of(source.array) not in self.arrays:
                    self.give(name_of(source.array), arrays[source.array], replace(origin, function=""))
            renamed = rename(formula, name_of)
            name = renamed.target.array
            if name in self.formulas:  # the gradient of a layer that is used twice: the sum over its uses
                renamed = Formula(renamed.target, self.formulas.pop(name).expression + renamed.expression)
            self.arrays.pop(name, None)  # a state that was read before it was computed moves to the end
            self.origins.pop(name, None)
            self.give(name, arrays[formula.target.array], origin)
            self.formulas[name] = renamed


def _record_update(
    recorder: _Recorder,
    net: Sequential,
    names: list[LayerNames],
    optimizer: Optimizer,
    before: dict[str, Array],
    gradient: Array,
) -> None:
    after = {"θ": net.theta.copy(), **optimizer.arrays()}
    origin = Origin("update", _function(optimizer, "step"))
    scalars = {name: array for name, array in after.items() if array.ndim == 0}
    flat = {"g": gradient, **before, **{f"{name}_new": after[name] for name in before}}
    gradients = [f"d{_parameter(names, slot)}" for slot in net.slots]
    indices = {name: recorder.formulas[name].indices for name in gradients}
    with_extents = {
        name: tuple(Index(index.name, length) for index, length in zip(own, recorder.arrays[name].shape, strict=True))
        for name, own in indices.items()
    }
    recorder.compute(optimizer.clip_formulas(with_extents), {**recorder.arrays, **scalars}, str, origin)
    for slot in net.slots:
        parameter = _parameter(names, slot)
        arrays = {**scalars, **{name: slot.view(array) for name, array in flat.items()}}
        own = {"θ": parameter, "g": f"d{parameter}", "θ_new": f"{parameter}_new"}
        for state in optimizer.state:
            own |= {state: f"{state}_{parameter}", f"{state}_new": f"{state}_{parameter}_new"}
        formulas = optimizer.formulas(indices[own["g"]], decays=slot.decays)
        recorder.compute(formulas, arrays, _naming(own), replace(origin, parameter=parameter))


def _function(owner: object, method: str) -> str:
    """Return the full name of a method, by the package that exports its class, or else by the module of the class."""
    kind = type(owner)
    package = ".".join(kind.__module__.split(".")[:2])
    exported = getattr(sys.modules.get(package), kind.__qualname__, None) is kind
    return f"{package if exported else kind.__module__}.{kind.__qualname__}.{method}"


def _naming(names: Mapping[str, str]) -> Callable[[str], str]:
    return lambda name: names.get(name, name)


def _parameter(names: list[LayerNames], slot: Slot) -> str:
    return names[slot.layer].parameters[slot.name]
