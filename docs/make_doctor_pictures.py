"""Make the pictures of the doctor's faults anew: small trainings and arrays with each fault, from fixed seeds.

    python docs/make_doctor_pictures.py

needs the packages of the extra ``dev``. Grey is sound, or with the remedy; red is the fault.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from PIL import Image

from whence.data import Samples
from whence.nn import CrossEntropy, Sequential
from whence.nn.architecture import network
from whence.training import Training, fit

IMAGES = Path(__file__).parent / "images"
SOUND, FAULT, OTHER = "#9aa0a6", "#c62828", "#1f6fb2"
CLASSES = (OTHER, "#e0a030", SOUND)
Panel = Callable[[Axes], None]
RNG = np.random.default_rng(1)
DEEP = "linear 16, {0}, linear 16, {0}, linear 16, {0}, linear 16, {0}, linear 16, {0}, linear"


def rings(count: int = 300, seed: int = 1) -> Samples:
    """Return points on two rings."""
    rng = np.random.default_rng(seed)
    ring = np.arange(count) % 2
    angle, radius = rng.uniform(0, 2 * np.pi, count), 0.6 + ring + 0.12 * rng.standard_normal(count)
    return Samples(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), ring.astype(np.int64))


def wave(count: int = 200, seed: int = 1) -> Samples:
    """Return numbers and a noisy sine of them."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-3, 3, (count, 1))
    return Samples(x, np.sin(2 * x) + 0.1 * rng.standard_normal((count, 1)))


def trained(
    arch: str, optimizer: str = "adam(0.01)", train: Samples | None = None, **settings
) -> tuple[Sequential, Training]:
    """Return a network and its training on the rings, or on other samples."""
    train = train or rings()
    numbers = train.targets.ndim == 2
    net = network(arch, train.inputs.shape[1:], outputs=1 if numbers else 2, seed=1)
    settings = {"epochs": 40, "seed": 1, "loss_fn": "mean_squared_error" if numbers else "cross_entropy"} | settings
    loss_fn = settings.pop("loss_fn")
    with np.errstate(all="ignore"):
        return net, fit(net, loss_fn, optimizer, train, **settings)


def losses(axes: Axes, sound: dict, fault: dict) -> None:
    """Draw the losses of two trainings, each given by arguments of `trained`."""
    for colour, settings in ((SOUND, sound), (FAULT, fault)):
        history = trained(**settings)[1].history
        axes.plot([0, *range(1, len(history))], [record["train_loss"] for record in history], color=colour)
    labelled(axes, "epoch", "loss")


def labelled(axes: Axes, x: str, y: str) -> None:
    """Name the axes."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)


def regions(axes: Axes, net: Sequential, samples: Samples) -> None:
    """Draw where a network tells which class, and the samples."""
    across = np.linspace(-2.1, 2.1, 120)
    grid = np.stack(np.meshgrid(across, across), axis=-1).reshape(-1, 2)
    told = net(grid.astype(np.float32)).argmax(axis=1).reshape(120, 120)
    axes.contourf(across, across, told, levels=[-0.5, 0.5, 1.5], colors=CLASSES[:2], alpha=0.25)
    points(axes, samples)


def points(axes: Axes, samples: Samples) -> None:
    """Draw samples with two inputs in the colours of their classes."""
    axes.scatter(*samples.inputs.T, c=[CLASSES[each] for each in samples.targets], s=5, linewidths=0)
    axes.set_aspect("equal")
    labelled(axes, "x[n, 0]", "x[n, 1]")


def passed(net: Sequential, samples: Samples) -> dict[int, np.ndarray]:
    """Return the output of every layer."""
    outputs: dict[int, np.ndarray] = {}
    net.forward(samples.inputs.astype(np.float32), watch=outputs.__setitem__)
    return outputs


def deltas(arch: str) -> list[float]:
    """Return the root mean square of the delta at each linear layer before the first step, first layer first."""
    net, samples, found = network(arch, (2,), outputs=2, seed=1), rings(), {}
    logits, tape = net.forward(samples.inputs.astype(np.float32))
    _, delta = CrossEntropy()(logits, samples.targets)
    found[len(net.layers)] = delta
    net.backward(delta, tape, watch=found.__setitem__)
    return [float(np.sqrt((found[place + 1] ** 2).mean())) for place in range(0, len(net.layers), 2)]


def fading(axes: Axes) -> None:
    """Draw deltas of a deep network with sigmoids, and with rectifiers."""
    for colour, name in ((SOUND, "relu"), (FAULT, "sigmoid")):
        sizes = deltas(DEEP.format(name))
        axes.semilogy(range(1, len(sizes) + 1), sizes, "o-", ms=3, color=colour)
    labelled(axes, "layer", "size of dz")


def useless(axes: Axes) -> None:
    """Draw an input that tells nothing."""
    axes.scatter(RNG.normal(size=200), RNG.normal(size=200), s=5, color=FAULT, linewidths=0)
    labelled(axes, "any input", "target")


def unscaled(axes: Axes) -> None:
    """Draw the deviations of inputs, one of which is far larger."""
    axes.bar(range(5), [1, 3, 0.4, 5000, 2], color=[SOUND, SOUND, SOUND, FAULT, SOUND])
    axes.set_yscale("log")
    labelled(axes, "input", "deviation")


def leaks(axes: Axes) -> None:
    """Draw an input that is the target, beside one that is not."""
    y = RNG.normal(size=150)
    axes.scatter(y + RNG.normal(size=150), y, s=5, color=SOUND, linewidths=0)
    axes.scatter(y, y, s=5, color=FAULT, linewidths=0)
    labelled(axes, "an input", "target")


def wrong_labels(axes: Axes) -> None:
    """Draw samples, and a ring around each wrong label."""
    samples = rings()
    wrong = RNG.choice(300, 45, replace=False)
    targets = samples.targets.copy()
    targets[wrong] = 1 - targets[wrong]
    points(axes, Samples(samples.inputs, targets))
    axes.scatter(*samples.inputs[wrong].T, s=26, facecolors="none", edgecolors=FAULT, linewidths=0.8)


def imbalance(axes: Axes) -> None:
    """Draw how many of a frequent and of a rare class are found."""
    rng, sizes = np.random.default_rng(3), (400, 12)
    x = np.concatenate([rng.normal(0, 1, (sizes[0], 2)), rng.normal(1.6, 1, (sizes[1], 2))])
    net, _ = trained("linear 16, relu, linear", train=Samples(x, np.repeat([0, 1], sizes)))
    told = [
        net(rng.normal(mean, 1, (500, 2)).astype(np.float32)).argmax(axis=1) == each
        for each, mean in ((0, 0), (1, 1.6))
    ]
    axes.bar(["400\nsamples", "12\nsamples"], [each.mean() for each in told], color=[SOUND, FAULT])
    labelled(axes, "", "found of the class")


def sorted_split(axes: Axes) -> None:
    """Draw sorted targets, the last of which are held out."""
    y = np.sort(RNG.normal(size=200))
    axes.scatter(range(140), y[:140], s=4, color=SOUND, linewidths=0)
    axes.scatter(range(140, 200), y[140:], s=4, color=FAULT, linewidths=0)
    labelled(axes, "row (red: held out)", "target")


def loss_of_outliers(axes: Axes) -> None:
    """Draw what is predicted of targets with a few far ones, which are outside of the picture."""
    samples = wave()
    targets = samples.targets.copy()
    targets[:6] += 40
    across = np.linspace(-3, 3, 200, dtype=np.float32)[:, np.newaxis]
    axes.scatter(samples.inputs, samples.targets, s=4, color=OTHER, linewidths=0)
    for colour, loss_fn in ((SOUND, "l1"), (FAULT, "mean_squared_error")):
        net, _ = trained("linear 32, tanh, linear", train=Samples(samples.inputs, targets), loss_fn=loss_fn, epochs=150)
        axes.plot(across, net(across), color=colour)
    axes.set_ylim(-3, 5)
    labelled(axes, "x", "target")


def output_of_relu(axes: Axes) -> None:
    """Draw what is predicted with a rectifier at the end, and without."""
    samples = wave()
    across = np.linspace(-3, 3, 200, dtype=np.float32)[:, np.newaxis]
    axes.scatter(samples.inputs, samples.targets, s=4, color=OTHER, linewidths=0)
    for colour, end in ((SOUND, ""), (FAULT, ", relu")):
        net, _ = trained(f"linear 32, tanh, linear{end}", train=samples, epochs=200)
        axes.plot(across, net(across), color=colour)
    labelled(axes, "x", "target")


def equal_units(axes: Axes) -> None:
    """Draw weights of units that began alike."""
    net, _ = trained("linear 12 weight_init=constant(0.3), tanh, linear weight_init=constant(0.3)")
    axes.imshow(net.layers[0].weight, aspect="auto", cmap="RdBu", vmin=-1, vmax=1, interpolation="nearest")
    axes.set_yticks([0, 1])
    labelled(axes, "unit", "input of W1 after training")


def first_weights(scale: float) -> Panel:
    """Return the panel of what first weights of a scale make of the inputs."""

    def draw(axes: Axes) -> None:
        for colour, init in ((SOUND, ""), (FAULT, f" weight_init=normal({scale})")):
            arch = f"linear 64{init}, tanh, linear 64{init}, tanh, linear 64{init}, tanh, linear"
            values = passed(network(arch, (2,), outputs=2, seed=1), rings())[5]
            axes.hist(values.ravel(), bins=41, range=(-1, 1), color=colour, alpha=0.7, density=True)
        axes.set_yticks([])
        labelled(axes, "a3 before the first step", "share")

    return draw


def overfits(axes: Axes) -> None:
    """Draw the losses of few samples and of others."""
    noisy = lambda seed: Samples(np.random.default_rng(seed).normal(size=(40, 20)), np.arange(40) % 2)  # noqa: E731
    _, made = trained("linear 64, relu, linear", train=noisy(1), validation=noisy(2), epochs=60)
    axes.plot([record["train_loss"] for record in made.history], color=SOUND)
    axes.plot([record["validation_loss"] for record in made.history], color=FAULT)
    labelled(axes, "epoch", "loss (red: held out)")


def dead(axes: Axes) -> None:
    """Draw units that are 0 for every sample."""
    net, _ = trained("linear 24 bias_init=constant(-2), relu, linear 8, relu, linear")
    values = passed(net, rings(60))[1]
    axes.imshow(np.where(values == 0, np.nan, values), aspect="auto", cmap="Greys", vmin=-1, interpolation="nearest")
    axes.set_facecolor("#f6d5d5")
    labelled(axes, "unit", "a1 of each sample (pink: 0)")


def saturated(axes: Axes) -> None:
    """Draw the outputs of sigmoids after short and long steps."""
    for colour, rate in ((SOUND, 0.1), (FAULT, 100)):
        net, _ = trained("linear 16, sigmoid, linear 16, sigmoid, linear", f"sgd({rate})", epochs=20)
        axes.hist(passed(net, rings())[3].ravel(), bins=40, range=(0, 1), color=colour, alpha=0.7, density=True)
    axes.set_yticks([])
    labelled(axes, "a2 after training", "share")


def explodes(axes: Axes) -> None:
    """Draw the size of a delta on its way back through time."""
    for colour, largest in ((SOUND, 0.9), (FAULT, 1.2)):
        matrix = RNG.normal(size=(16, 16))
        matrix *= largest / np.abs(np.linalg.eigvals(matrix)).max()
        delta, sizes = np.ones(16), []
        for _ in range(40):
            sizes.append(np.linalg.norm(delta))
            delta = matrix @ delta
        axes.semilogy(sizes, color=colour)
    labelled(axes, "time steps back", "size of the delta")


PLAIN = {"arch": "linear 16, relu, linear"}
NOISY = {"arch": "linear 16, relu, linear 16, relu, linear"}
SHEETS: dict[str, dict[str, Panel]] = {
    "doctor_data": {
        "constant-or-useless-inputs": useless,
        "inputs-not-scaled": unscaled,
        "target-leaks": leaks,
        "labels-wrong": wrong_labels,
        "class-imbalance": imbalance,
        "not-shuffled": sorted_split,
    },
    "doctor_network": {
        "unsuitable-loss": loss_of_outliers,
        "unsuitable-output-activation": output_of_relu,
        "no-nonlinearity": lambda axes: regions(axes, trained("linear 16, linear")[0], rings()),
        "unsuitable-hidden-activation": lambda axes: losses(
            axes, {"arch": DEEP.format("relu")}, {"arch": DEEP.format("sigmoid")}
        ),
        "symmetric-initialisation": equal_units,
        "initial-weights-too-large": first_weights(3.0),
        "initial-weights-too-small": first_weights(0.05),
        "too-small-network": lambda axes: regions(axes, trained("linear 1, relu, linear")[0], rings()),
    },
    "doctor_steps": {
        "overfitting": overfits,
        "dropout-too-strong": lambda axes: losses(
            axes, {"arch": "linear 16, relu, dropout 0.1, linear"}, {"arch": "linear 16, relu, dropout 0.95, linear"}
        ),
        "regularisation-too-strong": lambda axes: losses(
            axes, PLAIN, PLAIN | {"optimizer": "adamw(0.01, weight_decay=30)"}
        ),
        "learning-rate-too-high": lambda axes: losses(
            axes, NOISY | {"optimizer": "sgd(0.3)"}, NOISY | {"optimizer": "sgd(8)"}
        ),
        "learning-rate-too-low": lambda axes: losses(axes, PLAIN, PLAIN | {"optimizer": "adam(0.0001)"}),
        "unsuitable-optimizer": lambda axes: losses(axes, NOISY, NOISY | {"optimizer": "sgd(0.01)"}),
        "batch-size-unsuitable": lambda axes: losses(axes, PLAIN, PLAIN | {"batch_size": None}),
        "too-few-epochs": lambda axes: losses(axes, PLAIN, PLAIN | {"epochs": 4}),
    },
    "doctor_symptoms": {
        "dead-units": dead,
        "saturated-units": saturated,
        "vanishing-gradient": fading,
        "exploding-gradient": explodes,
    },
}
"""The panels of each picture, by fault."""


def sheet(panels: dict[str, Panel]) -> plt.Figure:
    """Draw panels in rows of up to four, each with the fault's name."""
    columns = 3 if len(panels) % 3 == 0 else 4
    rows = -(-len(panels) // columns)
    figure, grid = plt.subplots(rows, columns, figsize=(2.9 * columns, 2.4 * rows), squeeze=False, layout="constrained")
    for axes, (fault, draw) in zip(grid.flat, panels.items(), strict=True):
        draw(axes)
        axes.set_title(fault, fontsize=9.5, loc="left", fontweight="bold")
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def main(names: Sequence[str] = tuple(SHEETS)) -> None:
    """Write the pictures."""
    plt.rcParams.update({"font.size": 7.5, "axes.linewidth": 0.6, "lines.linewidth": 1.4, "axes.labelsize": 7.5})
    for name in names:
        path = IMAGES / f"{name}.png"
        sheet(SHEETS[name]).savefig(path, dpi=100, metadata={"Software": None})
        Image.open(path).convert("RGB").quantize(128).save(path, optimize=True)
        assert path.stat().st_size < 300_000, path


if __name__ == "__main__":
    main()
