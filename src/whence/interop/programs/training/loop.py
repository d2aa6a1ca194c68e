"""One training loop as a program, step by step as a person would compute it: all formulas of a trace in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from whence.arrays import Array
from whence.formula import Formula, Recurrence, walk
from whence.formula.expressions import Reduction
from whence.interop.programs.recurrences import groups
from whence.nn import Sequential
from whence.nn.context import Context
from whence.nn.naming import name_layers
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
    recurrences : sequence of Recurrence
        Which arrays of a step are computed together, time step by time step.
    masks : mapping of str to float
        The probability of a zero in every mask of dropout, by its name.
    """

    trace: Trace
    rounds: int
    samples: str
    recurrences: Sequence[Recurrence] = ()
    masks: Mapping[str, float] = field(default_factory=dict)

    @property
    def output(self) -> str:
        """The name of what the network answers: probabilities if the loss computes any, or its outputs."""
        return "p" if "p" in self.trace.formulas else self.trace.layers[-1].output

    @property
    def given(self) -> dict[str, Array]:
        """The arrays that the loop begins with: data, first parameters, and the state of the optimizer."""
        read = {entry.array for formula in self.trace.formulas.values() for entry in formula.sources}
        made = {*self.trace.formulas, *self.masks}
        return {name: self.trace[name] for name in self.trace if name in read and name not in made}

    @property
    def updates(self) -> dict[str, str]:
        """The name of the new value of each array that a step changes."""
        return {name: f"{name}_new" for name in self.given if f"{name}_new" in self.trace.formulas}

    def described(self) -> list[str]:
        """Return what the program is, in paragraphs."""
        return [
            f"One training loop: {self.rounds:,} rounds of {len(self.trace.steps)} steps each, on {self.samples}.",
            *(["Masks of dropout are drawn, or taken from the lines of a file that is given."] if self.masks else []),
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
            formulas = [self.trace.formulas[name] for name in step.arrays if name in self.trace.formulas]
            nodes = [node for formula in formulas for node in walk(formula.expression)]
            sums = any(isinstance(node, Reduction) for node in nodes)
            return f"the weighted sums of layer {step.number}" if sums else f"the activation of layer {step.number}"
        return _TITLES[step.kind].format(number=step.number)

    def computations(self) -> Iterator[tuple[str, Recurrence | None, list[Formula]]]:
        """Yield the formulas in the order of computation, alone or those of a recurrence, with the title of a step."""
        title_of = {name: title for title, step in self.titles() for name in step.arrays}
        formulas = [self.trace.formulas[name] for name in title_of if name in self.trace.formulas]
        for recurrence, together in groups(formulas, self.recurrences):
            yield title_of[together[0].target.array], recurrence, together


def recurrences_of(net: Sequential) -> list[Recurrence]:
    """Return which arrays of a training step are computed together, time step by time step."""
    return [
        each.renamed(names.renamed.__getitem__)
        for layer, names in zip(net.layers, name_layers(net.layers), strict=True)
        for each in layer.formulas_in(Context(training=True)).recurrences
    ]


def rows_of(values: Array) -> Array:
    """Return what a program prints of outputs: a row for each sample."""
    return np.asarray(values).reshape(len(values), -1)
