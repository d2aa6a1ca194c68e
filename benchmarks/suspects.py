"""Exchange labels of MNIST, and count how many of them are among the most suspect samples, by three rankings.

    WHENCE_DATA=data python benchmarks/suspects.py                # five seeds; some minutes
    python benchmarks/suspects.py --optimizer "adam(0.001)" --epochs 10

From each seed, 6,000 of the 60,000 training images are drawn, and 10 % of their labels become another of the ten. A
network 784-96-10 learns them by heart. The rankings are by how much the network contradicted a label when a batch met
it (``whence.history.suspects``), by the loss after the training, and by its mean over the ends of all epochs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from whence.arrays import Array
from whence.data import Samples, load
from whence.history import suspects
from whence.nn import CrossEntropy, mlp
from whence.training import Callback, Training, fit
from whence.training.outputs import outputs_for

T = TypeVar("T")

IMAGES, WRONG, LISTED = 6000, 0.1, (0.2, 0.1)


class Losses(Callback):
    """Adds up the losses of all samples at the ends of the epochs."""

    def __init__(self, samples: Samples) -> None:
        self.samples, self.sum = samples, np.zeros(len(samples))

    def on_epoch_end(self, training: Training) -> None:
        outputs = outputs_for(training.net, self.samples.inputs, training.preprocessing)
        probabilities = CrossEntropy().predictions(outputs)
        self.sum -= np.log(probabilities[np.arange(len(outputs)), self.samples.targets] + 1e-30)


def exchanged(samples: Samples, rng: np.random.Generator) -> tuple[Samples, Array, Array]:
    """Return some images with their labels, of which some are wrong; which are, and the right labels."""
    drawn = samples.take(rng.choice(len(samples), IMAGES, replace=False))
    wrong = rng.choice(IMAGES, round(WRONG * IMAGES), replace=False)
    targets = drawn.targets.copy()
    targets[wrong] = (targets[wrong] + rng.integers(1, 10, len(wrong))) % 10
    return Samples(drawn.inputs, targets), wrong, drawn.targets


def measure(seed: int, optimizer: str, epochs: int) -> dict[str, float]:
    """Return the share of the wrong labels that each ranking lists, and further figures."""
    data = load("mnist")
    samples, wrong, right = exchanged(data.train, np.random.default_rng(seed))

    def training(callbacks: list[Callback]) -> dict[str, Any]:
        return {
            "net": mlp(data.input_shape, [96], data.outputs, seed=seed),
            "loss_fn": CrossEntropy(),
            "optimizer": optimizer,
            "train": samples,
            "epochs": epochs,
            "preprocessing": data.preprocessing,
            "measure_train": False,
            "seed": seed,
            "callbacks": callbacks,
        }

    losses = Losses(samples)
    _, plain = timed(lambda: fit(**training([])))
    found, watched = timed(lambda: suspects(training([])))
    fit(**training([losses]))
    rankings = {"suspects": found.met, "last loss": found.last, "mean loss": losses.sum}
    shares = {
        f"{name}, {listed:.0%}": np.isin(wrong, np.argsort(-by)[: round(listed * IMAGES)]).mean()
        for listed in LISTED
        for name, by in rankings.items()
    }
    others = found.said[wrong].copy()
    others[np.arange(len(wrong)), samples.targets[wrong]] = -1  # the class that the network preferred to the wrong one
    return {**shares, "right class": (others.argmax(1) == right[wrong]).mean(), "time": watched / plain}


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what some work makes, and the processor time that it takes."""
    started = time.process_time()
    return work(), time.process_time() - started


def main() -> None:
    """Print a line for each seed, and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--optimizer", default="sgd(0.1)")
    parser.add_argument("--epochs", type=int, default=30)
    arguments = parser.parse_args()
    found = [measure(seed, arguments.optimizer, arguments.epochs) for seed in arguments.seeds]
    names = list(found[0])
    print(f"{'seed':>6}  " + "  ".join(f"{name:>14}" for name in names))
    for seed, figures in zip(arguments.seeds, found, strict=True):
        print(f"{seed:>6}  " + "  ".join(f"{figure:>14.4f}" for figure in figures.values()))
    print(f"{'mean':>6}  " + "  ".join(f"{np.mean([each[name] for each in found]):>14.4f}" for name in names))


if __name__ == "__main__":
    main()
