"""Recording a training step: the ordinary code runs, and every array that it leaves is kept by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from whence.arrays import Array
from whence.formula import Entry, Formula, Index, walk
from whence.formula.rename import rename
from whence.nn import Loss, Sequential
from whence.nn.parameter import Slot, views_of
from whence.optim import Optimizer
from whence.trace.naming import LayerNames, name_layers
from whence.trace.steps import order_steps
from whence.trace.trace import LayerInfo, Origin, Trace


def trace(
    net: Sequential,
    loss_fn: Loss,
    optimizer: Optimizer,
    x: Array,
    y: Array,
    *,
    classes: tuple[str, ...] | None = None,
) -> Trace:
    """Make one training step and record it.

    The step goes through the ordinary code, and moves ``net.theta`` as any other does, to the bit.

    Parameters
    ----------
    net : Sequential
        The network; its parameters are updated.
    loss_fn : Loss
        The loss.
    optimizer : Optimizer
        What updates the parameters.
    x : array, shape (N, *net.input_shape)
        A batch of inputs, preprocessed.
    y : array
        Its targets.
    classes : tuple of str, optional
        The names of the classes, for views.

    Returns
    -------
    Trace
        Every array of the step.

    Raises
    ------
    ShapeError
        If ``x`` or ``y`` do not fit the network.
    """
    x, y = np.array(net.checked(x)), np.array(y)
    names = name_layers(net)
    outputs: list[Array] = []
    deltas: dict[int, Array] = {}
    logits, tape = net.forward(x, watch=lambda _, output: outputs.append(output))
    evaluated = loss_fn.evaluate(logits, y)
    gradient = net.backward(evaluated[1], tape, watch=deltas.__setitem__)
    deltas[len(net.layers)] = evaluated[1]
    loss_arrays = loss_fn.arrays(logits, y, None, evaluated)

    recorder = _Recorder()
    recorder.give("x", x, Origin("data"))
    recorder.give("y", loss_arrays["y"], Origin("data"))
    recorder.give("η", np.asarray(optimizer.learning_rate), Origin("setting"))
    recorder.give("t", np.asarray(optimizer.steps + 1.0), Origin("setting"))
    for slot in net.slots:
        recorder.give(_parameter(names, slot), slot.view(net.theta).copy(), Origin("parameter", layer=slot.layer))

    layer_arrays = []
    for position, layer in enumerate(net.layers):
        views = views_of(gradient, net.slots, net.layers.index(layer))
        inflowing = outputs[position - 1] if position else x
        arrays = layer.arrays(
            inflowing, outputs[position], tape[position], deltas.get(position + 1), views, deltas.get(position)
        )
        layer_arrays.append(arrays)
    for name, arrays, layer in zip(names, layer_arrays, net.layers, strict=True):
        origin = Origin("forward", f"whence.nn.{type(layer).__name__}.forward", name.position)
        recorder.compute(layer.formulas().forward, arrays, name.renamed.__getitem__, origin)

    outermost = names[-1].output
    in_loss = _naming({loss_fn.input_symbol: outermost, f"d{loss_fn.input_symbol}": f"d{outermost}"})
    loss_origin = Origin("loss", f"whence.nn.{type(loss_fn).__name__}.evaluate")
    recorder.compute(loss_fn.formulas(y), loss_arrays, in_loss, loss_origin)
    for name, arrays, layer in reversed(list(zip(names, layer_arrays, net.layers, strict=True))):
        if name.position + 1 not in deltas:
            continue
        origin = Origin("backward", f"whence.nn.{type(layer).__name__}.backward", name.position)
        recorder.compute(layer.formulas().backward, arrays, name.renamed.__getitem__, origin)

    for name, arrays, layer in zip(names, layer_arrays, net.layers, strict=True):
        origin = Origin("update", f"whence.nn.{type(layer).__name__}.observe", name.position)
        recorder.compute(layer.formulas().update, arrays, name.renamed.__getitem__, origin)

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
        steps=order_steps(recorder.origins, recorder.formulas, names),
        layers=tuple(
            LayerInfo(
                repr(layer), type(layer).__name__, name.number, name.input, name.output, tuple(name.parameters.values())
            )
            for layer, name in zip(net.layers, names, strict=True)
        ),
        description={
            "loss": {"loss": type(loss_fn).__name__, **loss_fn.config()},
            "optimizer": {"optimizer": type(optimizer).__name__, **optimizer.config()},
            "classes": classes and list(classes),
        },
    )


class _Recorder:
    """Collects arrays, the formulas that made them and where, in the order of computation."""

    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}
        self.formulas: dict[str, Formula] = {}
        self.origins: dict[str, Origin] = {}

    def give(self, name: str, array: Array, origin: Origin) -> None:
        """Record an array that no formula made."""
        self.arrays[name] = array
        self.origins[name] = origin

    def compute(
        self, formulas: Iterable[Formula], arrays: Mapping[str, Array], name_of: Callable[[str], str], origin: Origin
    ) -> None:
        """Record the targets of formulas, and before each what it reads and nothing has recorded yet."""
        for formula in formulas:
            if formula.target.array not in arrays:
                continue
            for node in walk(formula.expression):
                if isinstance(node, Entry) and name_of(node.array) not in self.arrays:
                    self.give(name_of(node.array), arrays[node.array], replace(origin, function=""))
            renamed = rename(formula, name_of)
            name = renamed.target.array
            if name in self.formulas:  # the gradient of a layer that stands twice: the sum over its places
                renamed = Formula(renamed.target, self.formulas.pop(name).expression + renamed.expression)
            for recorded in (self.arrays, self.origins):
                recorded.pop(name, None)  # a state that others read before it was computed moves to its place
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
    origin = Origin("update", f"whence.optim.{type(optimizer).__name__}.step")
    scalars = {name: array for name, array in after.items() if array.ndim == 0}
    flat = {"g": gradient, **before, **{f"{name}_new": after[name] for name in before}}
    gradients = [f"d{_parameter(names, slot)}" for slot in net.slots]
    elements = {name: recorder.formulas[name].indices for name in gradients}
    bounded = {name: _bounded(element, recorder.arrays[name]) for name, element in elements.items()}
    recorder.compute(optimizer.clip_formulas(bounded), {**recorder.arrays, **scalars}, str, origin)
    for slot in net.slots:
        parameter = _parameter(names, slot)
        arrays = {**scalars, **{name: slot.view(array) for name, array in flat.items()}}
        own = {"θ": parameter, "g": f"d{parameter}", "θ_new": f"{parameter}_new"}
        for state in optimizer.state:
            own |= {state: f"{state}_{parameter}", f"{state}_new": f"{state}_{parameter}_new"}
        formulas = optimizer.formulas(elements[own["g"]], decays=slot.decays)
        recorder.compute(formulas, arrays, _naming(own), replace(origin, parameter=parameter))


def _bounded(element: tuple[Index, ...], array: Array) -> tuple[Index, ...]:
    """Return indices that each know how far they run."""
    return tuple(Index(index.name, length) for index, length in zip(element, array.shape, strict=True))


def _naming(names: Mapping[str, str]) -> Callable[[str], str]:
    return lambda name: names.get(name, name)


def _parameter(names: list[LayerNames], slot: Slot) -> str:
    return names[slot.layer].parameters[slot.name]
