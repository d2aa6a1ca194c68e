"""The page of every word of an architecture, and of losses, optimizers and schedules, from their own formulas."""

import inspect
import re
from collections.abc import Iterable

import numpy as np

from extensions.cell_maps import cell_map
from extensions.curves import curve
from extensions.graphs import graph
from extensions.typesetting import as_mathml, latex_to_copy
from extensions.valley import valley
from whence.arrays import Array
from whence.formula import Formula, Formulas
from whence.nn import Layer, Loss, Residual, initialiser, initialisers, layers, losses
from whence.nn.activations.base import Elementwise
from whence.nn.architecture import SHORT_WORDS, network
from whence.nn.context import Context
from whence.optim import optimizers, schedule, schedules

EXAMPLES = {
    "linear": ("linear 3", (4,)),
    "softmax": ("softmax", (4,)),
    "conv2d": ("conv 2 3", (6, 6, 1)),
    "conv1d": ("conv1d 2 3", (6, 1)),
    "conv_transpose2d": ("conv_transpose 2 3 stride=2", (3, 3, 1)),
    "max_pool2d": ("pool 2", (6, 6, 1)),
    "avg_pool2d": ("avg_pool 2", (6, 6, 1)),
    "global_avg_pool2d": ("global_avg_pool", (6, 6, 2)),
    "upsample": ("upsample 2", (3, 3, 1)),
    "embedding": ("embed 3 num_embeddings=5", (4,)),
    "rnn": ("rnn 3", (5, 2)),
    "gru": ("gru 3", (5, 2)),
    "lstm": ("lstm 3", (5, 2)),
    "last": ("last", (5, 2)),
    "dropout": ("dropout 0.5", (4,)),
    "batch_norm": ("batch_norm", (4,)),
    "layer_norm": ("layer_norm", (4,)),
    "group_norm": ("group_norm 2", (3, 3, 4)),
    "instance_norm": ("instance_norm", (3, 3, 2)),
    "flatten": ("flatten", (2, 3, 1)),
    "reshape": ("reshape 2x3", (6,)),
    "residual": ("residual(linear 4, tanh)", (4,)),
}
"""A notation and an input shape for each layer that takes values, or not any input."""
SCHEDULES = {
    "step": "step(2, 0.5)",
    "exponential": "exponential(0.8)",
    "plateau": "plateau(0.5, patience=2)",
    "warmup": "warmup(300) * cosine",
}
"""A notation for each schedule that needs values, or would not be seen to change."""
OPTIMIZERS = {
    "adagrad": "adagrad(0.5)",
    "adam": "adam(0.3)",
    "adamw": "adamw(0.3)",
    "rmsprop": "rmsprop(0.1)",
    "sgd": "sgd(0.03, momentum=0.9)",
}
"""A notation for each optimizer, with a learning rate for the valley in which its steps are drawn."""
INITIALISERS = {"constant": "constant(0.1)", "normal": "normal(0.1)", "uniform": "uniform(-0.2, 0.2)"}
"""A notation for each initialiser that needs values, or would fill no picture."""
INPUTS, OUTPUTS, INTERVALS = 100, 50, 41
"""Of the layer whose weights are drawn, and into how many intervals they are sorted, 0 in the middle of one."""
CLASSES, NUMBERS = np.array([0, 2]), np.zeros((2, 3))


def pages() -> dict[str, str]:
    """Return the page of words."""
    short = {name: word for word, name in SHORT_WORDS.items()}
    parts = [
        "# Words of architectures",
        "Each word with its formulas, as the network computes them: forward, then backward. They are typeset from the "
        "formulas of the layer's own file, and so is their LaTeX. [Networks in one line](../architecture.md) says how "
        "words make a network.",
        "## Layers",
        *(part for name in sorted(layers) for part in of_layer(name, short.get(name, name))),
        "## Losses",
        *(part for name in sorted(losses) for part in of_loss(name)),
        "## Optimizers",
        *(part for name in sorted(optimizers) for part in of_optimizer(name)),
        "## Schedules",
        "The learning rate, as a part of the highest, over 1,000 steps of 10 epochs in which the loss stays as it is.",
        *(part for name in sorted(schedules) for part in of_schedule(name)),
        "## Initialisers",
        f"How the weights of a layer with {INPUTS} inputs and {OUTPUTS} outputs are spread: the share of them in each "
        f"of {INTERVALS} intervals from −0.5 to 0.5.",
        *(part for name in sorted(initialisers) for part in of_initialiser(name)),
    ]
    return {"words.md": "\n\n".join(parts) + "\n"}


def made_layer(name: str) -> tuple[str, Layer]:
    """Return the notation of the example of a layer, and the layer."""
    notation, shape = example(name)
    return notation, network(notation, shape).layers[0]


def example(name: str) -> tuple[str, tuple[int, ...]]:
    """Return the notation and the input shape of the example of a layer."""
    return EXAMPLES.get(name, (name, (3,)))


def of_layer(name: str, word: str) -> list[str]:
    """Return the section of a layer."""
    notation, layer = made_layer(name)
    formulas = layer.formulas_in(Context(training=True, rng=np.random.default_rng(0)))
    drawing = picture(name, layer, word, formulas)
    return [f"### `{word}`", summary(type(layer)), f"As in `{notation}`:", raw(drawing), *typeset(formulas)]


def of_loss(name: str) -> list[str]:
    """Return the section of a loss."""
    loss = losses[name]()
    stated = loss.formulas(CLASSES if name == "cross_entropy" else NUMBERS)
    return [f"### `{name}`", summary(type(loss)), raw(loss_curve(loss, name)), *typeset(stated)]


def of_optimizer(name: str) -> list[str]:
    """Return the section of an optimizer."""
    notation = OPTIMIZERS.get(name, name)
    title = [f"### `{name}`", summary(optimizers[name]), f"As in `{notation}`:"]
    return [*title, raw(valley(notation)), *typeset(optimizers.read(notation).formulas())]


def of_schedule(name: str) -> list[str]:
    """Return the section of a schedule."""
    notation = SCHEDULES.get(name, name)
    made = schedule(notation)
    made.start(1.0, steps_per_epoch=100, total_steps=1000)
    rates = []
    for step in range(1000):
        rates.append(made.rate(step))
        if step % 100 == 99:
            made.observe(1.0)
    drawn = curve({notation: lambda steps: np.array(rates)[steps.astype(int)]}, 0, 999, title=name)
    return [f"### `{name}`", summary(schedules[name]), raw(drawn)]


def of_initialiser(name: str) -> list[str]:
    """Return the section of an initialiser."""
    notation = INITIALISERS.get(name, name)
    weights = initialiser(notation)(np.random.default_rng(0), (INPUTS, OUTPUTS), INPUTS, OUTPUTS)
    counts, edges = np.histogram(weights, INTERVALS, (-0.5, 0.5))

    def share(weight: Array) -> Array:
        return (counts / weights.size)[np.searchsorted(edges[1:-1], weight)]

    return [f"### `{name}`", summary(initialisers[name]), raw(curve({notation: share}, -0.5, 0.5, title=name))]


def typeset(formulas: Formulas) -> list[str]:
    """Return formulas of both passes, drawn and as LaTeX."""
    passes: Iterable[list[Formula]] = ([*formulas.forward], [*formulas.backward])
    return [raw(as_mathml(stated) + latex_to_copy(stated)) for stated in passes if stated]


def picture(name: str, layer: Layer, word: str, formulas: Formulas) -> str:
    """Return a drawing of a layer: a curve, the graph of its formulas, or where one of its outputs comes from."""
    if isinstance(layer, Elementwise):
        return activation_curve(layer, word)
    notation, shape = example(name)
    if formulas.recurrences or isinstance(layer, Residual):
        label = f"{notation}: a line leads from each array to those that are computed from it"
        return graph(formulas.forward, label=label)
    label = f"{notation}: the outlined cell of the output is computed from the outlined cells of the input"
    return cell_map(network(notation, shape, seed=1), shape, label=label)


def activation_curve(layer: Elementwise, word: str) -> str:
    """Return the curve of an activation and of its slope."""

    def value(z: np.ndarray) -> np.ndarray:
        return layer.forward(z)[0]

    def slope(z: np.ndarray) -> np.ndarray:
        return np.broadcast_to(layer.slope(layer.forward(z)[1]), z.shape)

    return curve({"a": value, "its slope": slope}, -4, 4, title=word)


def loss_curve(loss: Loss, name: str) -> str:
    """Return the curve of a loss over one output, and of its slope."""
    classes = name == "cross_entropy"

    @np.vectorize
    def evaluated(z: float) -> tuple[float, float]:
        value, delta = loss(np.array([[0, z]] if classes else [[z]]), CLASSES[:1] if classes else NUMBERS[:1, :1])
        return value, delta[0, -1]

    over = "the logit of the wrong class of two" if classes else "one output for the target 0"
    lines = {f"the loss over {over}": lambda z: evaluated(z)[0], "its slope": lambda z: evaluated(z)[1]}
    return curve(lines, -3, 3, title=name)


def summary(documented: type) -> str:
    """Return the first paragraph of a docstring in Markdown."""
    text = inspect.getdoc(documented).partition("\n\n")[0].replace("\n", " ")
    return re.sub(r"``(.+?)``", r"`\1`", text)


def raw(html: str) -> str:
    """Return HTML as a block in Markdown."""
    return f"```{{raw}} html\n{html}\n```"
