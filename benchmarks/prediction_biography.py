"""How much of a logit's change the training samples explain, what that costs, and what removing the strongest does.

    python benchmarks/prediction_biography.py                  # some minutes; MNIST in the folder WHENCE_DATA

The network is 784-96-10 with ReLU, batches of 200, on the first images of MNIST; asked are the logits of the predicted
classes of test images. Costs are processor time, both sides in turn; removed samples are missing in the same batches, and
other samples of the class are drawn five times.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from whence.data import Batch, Batches, Dataset, load
from whence.history import prediction_biography
from whence.nn import CrossEntropy, Sequential, mlp
from whence.optim import optimizers
from whence.training import fit

OPTIMIZERS = "sgd(0.1)", "sgd(0.01, momentum=0.9)", "adam(0.001)"
BATCH, SEED, REMOVED, DRAWS = 200, 3, 100, 5


def network(data: Dataset) -> Sequential:
    return mlp(data.input_shape, [96], data.outputs, seed=1, dtype=np.float32)


def training(data: Dataset, optimizer: str, epochs: int) -> dict[str, Any]:
    made = {"net": network(data), "loss_fn": CrossEntropy(), "optimizer": optimizers.read(optimizer)}
    return {
        **made,
        "train": data.train,
        "preprocessing": data.preprocessing,
        "batch_size": BATCH,
        "epochs": epochs,
        "seed": SEED,
    }


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


def logit_without(data: Dataset, optimizer: str, epochs: int, removed: np.ndarray, row: int, label: int) -> float:
    """Return a logit of a test image after a training without some samples."""
    net = network(data)
    fit(net, CrossEntropy(), optimizers.read(optimizer), Without(data, removed), epochs=epochs, measure_train=False)
    return float(net(data.preprocessing(data.test.inputs[row : row + 1], np.float32))[0, label])


def measured(what: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    made = what()
    return time.process_time() - start, made


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--images", type=int, default=6000)
    arguments.add_argument("--epochs", type=int, default=5)
    arguments.add_argument("--asked", type=int, default=10)
    given = arguments.parse_args()
    data = load("mnist")
    data = replace(data, train=data.train.take(slice(given.images)))
    for optimizer in OPTIMIZERS:
        report(data, optimizer, given.epochs, given.asked)


def report(data: Dataset, optimizer: str, epochs: int, asked: int) -> None:
    rng = np.random.default_rng(0)
    explained, costs, falls = [], [], []
    for row in range(asked):
        plain = training(data, optimizer, epochs)
        seconds, _ = measured(lambda: fit(**plain))
        label = int(plain["net"](data.preprocessing(data.test.inputs[row : row + 1], np.float32)).argmax())
        number = [("z2", (0, label))]
        again = training(data, optimizer, epochs)
        more, life = measured(lambda: prediction_biography(again, data.test.take(slice(row, row + 1)), number))
        costs.append(more / seconds)
        change = life.values[-1] - life.values[0]
        explained.append((life.samples.sum() + life.decay) / change)
        own = np.flatnonzero(data.train.targets == label)
        draws = [rng.choice(own, REMOVED, replace=False) for _ in range(DRAWS)]
        left = [
            logit_without(data, optimizer, epochs, removed, row, label)
            for removed in (np.argsort(-life.samples)[:REMOVED], *draws)
        ]
        falls.append([life.values[-1] - left[0], life.values[-1] - np.mean(left[1:])])
    strongest, random = np.transpose(falls)
    print(f"{optimizer}: {len(explained)} logits of the predicted classes")
    print(f"  explained      {min(explained):.2%} to {max(explained):.2%} of the change")
    print(f"  cost           {np.median(costs):.2f} times the training")
    print(
        f"  without the {REMOVED} strongest they fall by {np.median(strongest):.3f} in the median, "
        f"{(strongest > 0).sum()} of {asked}; without {REMOVED} others of the class by {np.median(random):.3f}, "
        f"less in {(strongest > random).sum()}"
    )


if __name__ == "__main__":
    main()
