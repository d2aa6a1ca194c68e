"""How much of a logit's change the training samples explain, what that costs, and what removing the strongest does.

    python benchmarks/prediction_biography.py                  # some minutes; MNIST in the folder WHENCE_DATA

The network is 784-96-10 with ReLU, batches of 200, on the first images of MNIST; asked are the logits of the predicted
classes of test images. Costs are processor time, both sides in turn. Removed samples are missing in the same batches;
of other samples of the class, the mean of five draws is taken.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from whence.data import Batch, Batches, Dataset, load
from whence.history import prediction_biography
from whence.nn import CrossEntropy, Sequential, mlp
from whence.optim import optimizers
from whence.training import fit

OPTIMIZERS = "sgd(0.1)", "sgd(0.01, momentum=0.9)", "adam(0.001)"
BATCH, SEED, REMOVED, DRAWS = 200, 3, 100, 5


class Without:
    """The batches of a training, in the same order, without some of its samples."""

    def __init__(self, data: Dataset, removed: np.ndarray) -> None:
        self.batches = Batches(data.train, data.preprocessing, BATCH, rng=np.random.default_rng(SEED))
        self.removed = removed

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[Batch]:
        for batch in self.batches:
            yield self.batches.take(batch.rows[~np.isin(batch.rows, self.removed)])


@dataclass
class Case:
    """Trainings of one network by one optimizer."""

    data: Dataset
    optimizer: str
    epochs: int

    def arguments(self, **changed: Any) -> dict[str, Any]:
        """Return the arguments of `fit`, with a new network."""
        net = mlp(self.data.input_shape, [96], self.data.outputs, seed=1)
        of_samples = {
            "train": self.data.train,
            "preprocessing": self.data.preprocessing,
            "batch_size": BATCH,
            "seed": SEED,
        }
        made = {"net": net, "loss_fn": CrossEntropy(), "optimizer": optimizers.read(self.optimizer)}
        return {**made, "epochs": self.epochs, **(changed or of_samples)}

    def logits(self, net: Sequential, row: int) -> np.ndarray:
        """Return the logits of a test image."""
        return net(self.data.preprocessing(self.data.test.inputs[row : row + 1], np.float32))[0]

    def logits_without(self, removed: np.ndarray, row: int) -> np.ndarray:
        """Return the logits of a test image after a training without some samples."""
        given = self.arguments(train=Without(self.data, removed))
        fit(**given)
        return self.logits(given["net"], row)

    def ask(self, row: int, rng: np.random.Generator) -> tuple[float, ...]:
        """Return of a test image the explained part, the cost, and the two falls of the logit."""
        given = self.arguments()
        seconds, _ = measured(partial(fit, **given))
        label = int(self.logits(given["net"], row).argmax())
        asked = self.data.test.take(slice(row, row + 1))
        more, life = measured(partial(prediction_biography, self.arguments(), asked, [("z2", (0, label))]))
        first, last = life.values[[0, -1]]
        own = np.flatnonzero(self.data.train.targets == label)
        draws = [rng.choice(own, REMOVED, replace=False) for _ in range(DRAWS)]
        strongest, *others = (
            last - self.logits_without(removed, row)[label] for removed in (np.argsort(-life.samples)[:REMOVED], *draws)
        )
        explained = (life.samples.sum() + life.decay) / (last - first)
        return explained, more / seconds, strongest, float(np.mean(others))


def measured(what: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor time of a call, and what it returned."""
    start = time.process_time()
    made = what()
    return time.process_time() - start, made


def main() -> None:
    """Print the figures of each optimizer."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--images", type=int, default=6000)
    arguments.add_argument("--epochs", type=int, default=5)
    arguments.add_argument("--asked", type=int, default=10)
    given = arguments.parse_args()
    data = load("mnist")
    data = replace(data, train=data.train.take(slice(given.images)))
    for optimizer in OPTIMIZERS:
        case, rng = Case(data, optimizer, given.epochs), np.random.default_rng(0)
        explained, cost, fall, other = np.array([case.ask(row, rng) for row in range(given.asked)]).T
        print(f"{optimizer}: {given.asked} logits of the predicted classes")
        print(f"  explained: {explained.min():.2%} to {explained.max():.2%} of the change")
        print(f"  cost: {np.median(cost):.2f} times the training")
        print(f"  without the {REMOVED} strongest: {np.median(fall):.3f} lower, {(fall > 0).sum()} of {given.asked}")
        print(
            f"  without {REMOVED} of the class: {np.median(other):.3f} lower, less in {(fall > other).sum()}",
            flush=True,
        )


if __name__ == "__main__":
    main()
