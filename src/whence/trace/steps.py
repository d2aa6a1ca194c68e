"""The order in which a person would compute a training step by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from whence.errors import FormulaError
from whence.formula import Formula, Recurrence
from whence.nn.naming import LayerNames
from whence.trace.trace import Origin, Step


def order_steps(
    origins: Mapping[str, Origin],
    formulas: Mapping[str, Formula],
    names: Sequence[LayerNames],
    recurrences: Sequence[Recurrence],
) -> tuple[Step, ...]:
    """Return the order in which a person would compute the arrays of a training step.

    First come the data and the parameters; then the layers one by one, the output layer with its activation; the error
    and the loss; the slopes of all activations; the delta of the output, and for each layer below it the error at its
    output and then its delta; last the new weights and the new biases. A network with one hidden layer has twelve
    steps. The sources of an array come before it, if necessary in the same step.

    Parameters
    ----------
    origins : mapping of str to Origin
        The origin of each array, in the order of computation.
    formulas : mapping of str to Formula
        The formulas of the computed arrays.
    names : sequence of LayerNames
        The names of the layers' arrays.
    recurrences : sequence of Recurrence
        Which arrays depend on each other over time.

    Raises
    ------
    FormulaError
        If arrays depend on each other without a `Recurrence` that says so.
    """
    output = max(name.number for name in names)
    steps = [_step("data", None, _made(origins, "data")), _step("parameters", None, _made(origins, "parameter"))]
    slopes = [name.renamed["slope"] for name in reversed(names) if name.renamed.get("slope") in origins]

    forward = [(name.number, _made(origins, "forward", name.position)) for name in names]
    steps += [_step("layer", number, arrays) for number, arrays in forward if number != output]
    steps.append(_step("output", output, [array for number, arrays in forward if number == output for array in arrays]))

    output_delta = f"d{names[-1].output}"
    steps.append(_step("error", None, [array for array in _made(origins, "loss") if array != output_delta]))
    steps.append(_step("slopes", None, slopes))

    gradients = [f"d{parameter}" for name in names for parameter in name.parameters.values()]
    for number in range(output, -1, -1):
        group = [name for name in names if name.number == number]
        deltas = [f"d{name.output}" for name in reversed(group) if f"d{name.output}" in origins]
        elsewhere = {*deltas, *(f"d{name.input}" for name in group), *gradients, *slopes}
        made = [array for name in reversed(group) for array in _made(origins, "backward", name.position)]
        inner = [array for array in made if array not in elsewhere]
        if number == output:
            steps.append(_step("output delta", number, [*deltas, *inner]))
        else:
            steps.append(_step("layer error" if [*deltas[1:], *inner] else "layer delta", number, deltas[:1]))
            steps.append(_step("layer delta", number, [*deltas[1:], *inner]))
    placed = {array for step in steps for array in step.arrays} | set(gradients)
    steps.append(_step("input delta", None, [array for array in _made(origins, "backward") if array not in placed]))
    return tuple(_sources_first([*steps, *_update_steps(origins, names)], formulas, recurrences))


def _sources_first(
    steps: Sequence[Step], formulas: Mapping[str, Formula], recurrences: Sequence[Recurrence]
) -> Iterator[Step]:
    """Yield the steps that have arrays, each array once and after the computed arrays that its formula reads.

    Arrays that depend on each other over time are in the order in which they are computed at each time step.
    """
    together = [recurrence.arrays for recurrence in recurrences]
    later = {array: set(arrays[place:]) for arrays in together for place, array in enumerate(arrays)}
    reads = {array: [s.array for s in formula.sources if s.array in formulas] for array, formula in formulas.items()}
    placed: dict[str, None] = {}

    def put(array: str, above: tuple[str, ...]) -> None:
        if array in above:
            raise FormulaError(
                f"the formulas of {' and '.join(above[above.index(array) :])} read each other; state a "
                "Recurrence of them in the formulas of their layer"
            )
        for source in reads.get(array, ()):
            if source not in placed and source not in later.get(array, ()):
                put(source, (*above, array))
        placed[array] = None

    for step in steps:
        before = len(placed)
        for array in step.arrays:
            if array not in placed:
                put(array, ())
        if arrays := tuple(placed)[before:]:
            yield Step(step.kind, step.number, arrays)


def _update_steps(origins: Mapping[str, Origin], names: Sequence[LayerNames]) -> list[Step]:
    """Return the steps of the update, the output layer's parameters first; with clipping, all gradients come before."""
    owned: dict[str, list[str]] = {"gradients": [], "weights": [], "biases": []}
    updated = _made(origins, "update")
    clipping = [array for array in updated if origins[array].layer is None and origins[array].parameter is None]
    parameters = {array: attribute for name in reversed(names) for attribute, array in name.parameters.items()}
    for parameter, attribute in parameters.items():
        kind = "biases" if attribute.split(".")[-1] == "bias" else "weights"
        owned["gradients" if clipping else kind].append(f"d{parameter}")
        owned[kind] += [array for array in updated if origins[array].parameter == parameter]
    return [
        _step("gradients", None, owned["gradients"]),
        _step("clipping", None, clipping),
        _step("weights", None, owned["weights"]),
        _step("biases", None, owned["biases"]),
        _step("statistics", None, [array for array in updated if origins[array].layer is not None]),
    ]


def _step(kind: str, number: int | None, arrays: Sequence[str]) -> Step:
    return Step(kind, number, tuple(arrays))


def _made(origins: Mapping[str, Origin], phase: str, layer: int | None = None) -> list[str]:
    """Return the arrays that were made in a phase of the step, of one layer if ``layer`` is its position."""
    return [array for array, origin in origins.items() if origin.phase == phase and layer in (None, origin.layer)]
