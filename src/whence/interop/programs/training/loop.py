"""One training loop as a program, step by step as a person would compute it: all formulas of a trace in their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError
from whence.formula import Formula, walk
from whence.formula.expressions import Reduction
from whence.trace import Step, Trace

_TITLES = {
    "data": "the inputs and the targets",
    "parameters": "the first weights and biases",
    "error": "the error at the output, and the loss",
    "slopes": "the slopes of the activations",
    "output delta": "the delta of the output layer",
    "layer error": "the error at layer {number}",
    "layer delta": "the delta of layer {number}",
    "input delta": "the delta of the inputs",
    "gradients": "the gradients",
    "clipping": "the norm of the gradients, and clipping",
    "weights": "the new weights",
    "biases": "the new biases",
    "statistics": "the new statistics",
}


@dataclass(frozen=True, eq=False)
class TrainingLoop:
    """A training loop on the same samples again and again.

    Parameters
    ----------
    trace : Trace
        Its first step.
    rounds : int
        How many steps it makes.
    samples : str
        What it is trained on, in words.
    """

    trace: Trace
    rounds: int
    samples: str

    @property
    def output(self) -> str:
        """The name of what the network answers: probabilities if the loss computes any, or its outputs."""
        return "p" if "p" in self.trace.formulas else self.trace.layers[-1].output

    @property
    def given(self) -> dict[str, Array]:
        """The arrays that the loop begins with: data, first parameters, and the state of the optimizer."""
        read = {entry.array for formula in self.trace.formulas.values() for entry in formula.sources}
        return {name: self.trace[name] for name in self.trace if name not in self.trace.formulas and name in read}

    @property
    def updates(self) -> dict[str, str]:
        """The name of the new value of each array that a step changes."""
        return {name: f"{name}_new" for name in self.given if f"{name}_new" in self.trace.formulas}

    def described(self) -> list[str]:
        """Return what the program is, in paragraphs."""
        return [
            f"One training loop: {self.rounds:,} rounds of {len(self.trace.steps)} steps each, on {self.samples}.",
            "Above each line is its formula; d before a name is the derivative of the loss with respect to it.",
        ]

    def titles(self) -> Iterator[tuple[str, Step]]:
        """Yield every step with its title: ``Step 3: the weighted sums of layer 1``."""
        for number, step in enumerate(self.trace.steps, 1):
            yield f"Step {number}: {self._title(step)}", step

    def _title(self, step: Step) -> str:
        if step.kind == "output":
            return "what goes into the output layer, and its output"
        if step.kind == "layer":
            nodes = [node for name in step.arrays for node in walk(self.trace.formulas[name].expression)]
            sums = any(isinstance(node, Reduction) for node in nodes)
            return f"the weighted sums of layer {step.number}" if sums else f"the activation of layer {step.number}"
        return _TITLES[step.kind].format(number=step.number)

    def formulas(self, step: Step) -> list[Formula]:
        """Return the formulas of a step, in the order of computation."""
        return [self.trace.formulas[name] for name in step.arrays if name in self.trace.formulas]


def require_plain(trace: Trace) -> None:
    """Raise `ArgumentError` if a step draws numbers, or computes arrays step by step over time."""
    made: set[str] = set()
    computed = set(trace.formulas)
    layers = [layer.text for layer in trace.layers]
    for step in trace.steps:
        for name in step.arrays:
            formula, origin = trace.formulas.get(name), trace.origins[name]
            layer = "a layer" if origin.layer is None else layers[origin.layer]
            if formula is None:
                if origin.phase in ("forward", "backward") and f"{name}_new" not in computed:
                    raise ArgumentError(
                        f"{layer} draws new numbers in every step, which a program cannot draw alike; leave it out of "
                        "the network, or export without --training"
                    )
                continue
            made.add(name)
            if not {entry.array for entry in formula.sources} & computed <= made - {name}:
                raise ArgumentError(
                    f"{layer} goes through time step by step, which a training loop in steps does not; export without "
                    "--training"
                )


def rows_of(values: Array) -> Array:
    """Return what a program prints of outputs: a row for each sample."""
    return np.asarray(values).reshape(len(values), -1)
