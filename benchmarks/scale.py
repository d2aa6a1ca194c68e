"""How much faster is a training in several processes, and where does that end?

    mpiexec -n 2 python benchmarks/scale.py measured.json
    python benchmarks/scale.py measured.json --plot docs/images/scale.png

The first command measures steps of three networks on one process and on two, in turns, what a share of a batch takes to
compute, and what messages cost; the second compares a model of the cost with these figures, and draws what it says of
more processes.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from whence.data import Preprocessing, Samples
from whence.nn import Conv2d, CrossEntropy, Flatten, Linear, MaxPool2d, ReLU, Sequential, mlp
from whence.optim import SGD
from whence.training import fit
from whence.training.parallel import Division
from whence.training.parallel.division import CHUNKS

SHARES = (1, 2, 4, 8, 32, 128)
"""The numbers of processes whose share of a batch is computed alone."""
NETWORKS = {
    "784-1024-1024-10, b1024": (1024, 6),
    "CNN 32c3-p2-64c3-p2-128, b256": (256, 4),
    "784-96-10, b200": (200, 40),
}
"""Batch size, and the steps of one measurement."""
LINKS = {
    "shared memory, as measured": None,
    "InfiniBand, 2 µs, 12 GB/s": (2e-6, 12e9),
    "Ethernet, 30 µs, 1.2 GB/s": (3e-5, 1.2e9),
}
_ROUNDS = 4


def network(name: str) -> Sequential:
    """Return a network by its name."""
    if name.startswith("CNN"):
        first, second = (
            (Conv2d(1, 32, 3, padding="same"), ReLU(), MaxPool2d(2)),
            (Conv2d(32, 64, 3, padding="same"), ReLU()),
        )
        return Sequential(
            *first,
            *second,
            MaxPool2d(2),
            Flatten(),
            Linear(3136, 128),
            ReLU(),
            Linear(128, 10),
            input_shape=(28, 28, 1),
        )
    sizes = [int(size) for size in name.partition(",")[0].split("-")]
    return mlp((28, 28, 1), sizes[1:-1], sizes[-1])


def samples(count: int) -> Samples:
    """Return pictures of noise."""
    rng = np.random.default_rng(0)
    return Samples(rng.integers(0, 256, (count, 28, 28, 1), dtype=np.uint8), rng.integers(0, 10, count))


def seconds_per_step(net: Sequential, batch: int, steps: int, parallel: Any) -> float:
    """Return the time of a step of a training."""
    given = {"batch_size": batch, "preprocessing": Preprocessing(scale=1 / 255), "measure_train": False}
    train = samples(batch * steps)
    start = time.perf_counter()
    fit(net, CrossEntropy(), SGD(0.01), train, max_steps=steps, **given, parallel=parallel)
    return (time.perf_counter() - start) / steps


def measure(communicator: Any, path: Path) -> None:
    """Measure everything on two processes, and write it to a file."""
    found: dict[str, Any] = {"messages": messages(communicator), "networks": {}}
    both, fast = Division(communicator), Division(communicator, fast_reduce=True)
    for name, (batch, steps) in NETWORKS.items():
        net, times = network(name), {"whole": [], "chunks": [], "two": [], "fast": []}
        seconds_per_step(net, batch, 1, both)
        for _ in range(_ROUNDS):
            for kind, parallel in (("whole", None), ("chunks", Division())):
                if communicator.rank == 0:
                    times[kind].append(seconds_per_step(net, batch, steps, parallel))
                wait(communicator)
            net.theta[...] = communicator.bcast(net.theta)
            for kind, parallel in (("two", both), ("fast", fast)):
                times[kind].append(seconds_per_step(net, batch, steps, parallel))
        shares = {}
        for count in (each for each in SHARES if batch >= 8 * each):
            shares[count] = share(communicator, net, batch // count, max(1, CHUNKS // count), steps)
        serial = update_and_loss(net, batch)
        ratio = statistics.median(a / b for a, b in zip(times["whole"] or [1], times["two"], strict=False))
        found["networks"][name] = {
            **{kind: statistics.median(each) for kind, each in times.items() if each},
            "speedup": ratio,
            "shares": shares,
            "serial": serial,
            "parameters": net.theta.size,
            "batch": batch,
        }
    if communicator.rank == 0:
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def share(communicator: Any, net: Sequential, rows: int, count: int, steps: int) -> float:
    """Return how long the passes of some rows in chunks take, while the other process does the same."""
    x, y = np.random.default_rng(0).random((rows, 28, 28, 1), np.float32), np.zeros(rows, int)
    chunks = [slice(rows * chunk // count, rows * (chunk + 1) // count) for chunk in range(count)]
    loss_fn, times = CrossEntropy(), []
    for _ in range(3):
        communicator.Barrier()
        start = time.perf_counter()
        for _ in range(steps):
            gradients = []
            for part in chunks:
                logits, tape = net.forward(x[part])
                gradients.append(net.backward(loss_fn(logits, y[part])[1], tape))
            for gradient in gradients[1:]:
                gradients[0] += gradient
        times.append((time.perf_counter() - start) / steps)
    return statistics.median(times)


def update_and_loss(net: Sequential, batch: int) -> float:
    """Return how long every process takes for what is not shared: the loss of all outputs, and the update."""
    logits, y, gradient, sgd = (
        np.zeros((batch, 10), np.float32),
        np.zeros(batch, int),
        np.zeros_like(net.theta),
        SGD(0.01),
    )
    times = []
    for _ in range(9):
        start = time.perf_counter()
        CrossEntropy()(logits, y)
        np.isfinite(gradient).all()
        sgd.step(net.theta, gradient)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def messages(communicator: Any) -> dict[str, float]:
    """Return the latency in seconds and the bandwidth in bytes a second, by messages to and fro."""
    times = {}
    for size, rounds in ((1, 2000), (1 << 22, 40)):
        buffer = np.zeros(size, np.uint8)
        communicator.Barrier()
        start = time.perf_counter()
        for _ in range(rounds):
            for sender in (0, 1):
                if communicator.rank == sender:
                    communicator.Send(buffer, 1 - sender)
                else:
                    communicator.Recv(buffer, sender)
        times[size] = (time.perf_counter() - start) / (2 * rounds)
    return {"latency": times[1], "bandwidth": (1 << 22) / (times[1 << 22] - times[1])}


def wait(communicator: Any) -> None:
    """Wait for the other process without using the processor."""
    arrived = communicator.Ibarrier()
    while not arrived.Test():
        time.sleep(0.001)


def predicted(entry: dict[str, Any], processes: int, latency: float, bandwidth: float) -> float:
    """Return the time of a step by the model of the cost.

    Every process computes its share of the rows, receives its piece of the others' gradients and adds it, and sends the
    sum to all; outputs and targets go to all; four times all agree. The loss and the update are not shared.
    """
    known = {int(count): seconds for count, seconds in entry["shares"].items()}
    count = max(each for each in known if each <= processes)
    compute = known[count] * count / processes
    length, others = 4 * entry["parameters"], (processes - 1) / processes
    moved = (2 * length + 48 * entry["batch"]) * others / bandwidth
    hops = 4 * (processes - 1) + 4 * math.ceil(math.log2(processes))
    return compute + entry["serial"] + (moved + hops * latency if processes > 1 else 0)


def report(path: Path, plot: Path | None) -> None:
    """Print the measured and the predicted figures, and draw the model."""
    found = json.loads(path.read_text(encoding="utf-8"))
    latency, bandwidth = found["messages"]["latency"], found["messages"]["bandwidth"]
    print(f"latency {latency * 1e6:.1f} µs, bandwidth {bandwidth / 1e9:.1f} GB/s\n")
    for name, entry in found["networks"].items():
        print(
            f"{name}: {entry['whole'] * 1e3:.1f} ms whole, {entry['chunks'] * 1e3:.1f} ms in chunks; on two processes "
            f"{entry['two'] * 1e3:.1f} ms, × {entry['speedup']:.2f}, fast-reduce {entry['fast'] * 1e3:.1f} ms"
        )
        for count, measured in ((1, entry["chunks"]), (2, entry["two"])):
            model = predicted(entry, count, latency, bandwidth)
            print(f"  {count}: model {model * 1e3:.1f} ms, {model / measured - 1:+.0%}")
        for title, link in LINKS.items():
            ends = [
                f"{n}: × {predicted(entry, 1, 0, 1) / predicted(entry, n, *(link or (latency, bandwidth))):.1f}"
                for n in (8, 64, 512)
            ]
            print(f"  {title}: {', '.join(ends)}")
    if plot is not None:
        draw(found, plot)


def draw(found: dict[str, Any], path: Path) -> None:
    """Draw the speed over the number of processes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.6), layout="constrained")
    counts = [2**power for power in range(10)]
    for axes, (name, entry) in zip(
        figure.subplots(1, len(found["networks"]), sharey=True), found["networks"].items(), strict=True
    ):
        axes.plot(counts, counts, color="0.8", linewidth=1, label="as many times as processes")
        for title, link in LINKS.items():
            cost = link or (found["messages"]["latency"], found["messages"]["bandwidth"])
            axes.plot(counts, [predicted(entry, 1, 0, 1) / predicted(entry, n, *cost) for n in counts], label=title)
        axes.plot([1, 2], [1, entry["chunks"] / entry["two"]], "ko", markersize=4, label="measured")
        axes.set(
            xscale="log",
            yscale="log",
            title=name,
            xlabel="processes",
            xticks=[1, 2, 8, 64, 512],
            xticklabels=["1", "2", "8", "64", "512"],
        )
        axes.set_ylim(0.5, 600)
        axes.minorticks_off()
    figure.axes[0].set_ylabel("times as fast")
    figure.axes[0].legend(fontsize=7)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Measure, or compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--report", action="store_true")
    given = parser.parse_args()
    if given.plot or given.report:
        report(given.file, given.plot)
        return
    from mpi4py import MPI

    measure(MPI.COMM_WORLD, given.file)


if __name__ == "__main__":
    main()
