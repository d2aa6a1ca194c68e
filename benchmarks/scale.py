"""How much faster is a training in several processes, and where does that end?

    mpiexec -n 2 python benchmarks/scale.py measured.json           # with --only CNN one network alone
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
from threadpoolctl import threadpool_limits

from whence.data import Preprocessing, Samples
from whence.nn import Conv2d, CrossEntropy, Flatten, Linear, MaxPool2d, ReLU, Sequential, mlp
from whence.optim import SGD
from whence.training import Callback, Training, fit
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
PREPROCESSING = Preprocessing(scale=1 / 255)


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


class Clock(Callback):
    """Notes when each step ends."""

    def on_start(self, training: Training) -> None:
        self.ends: list[float] = []

    def on_batch_end(self, training: Training) -> None:
        self.ends.append(time.perf_counter())


def seconds_per_step(net: Sequential, batch: int, steps: int, parallel: Any) -> float:
    """Return the time of a step of a training, without its first."""
    clock = Clock()
    given = {"batch_size": batch, "preprocessing": PREPROCESSING, "measure_train": False, "callbacks": [clock]}
    fit(net, CrossEntropy(), SGD(0.01), samples(batch * steps), max_steps=steps, **given, parallel=parallel)
    return (clock.ends[-1] - clock.ends[0]) / (steps - 1)


def measure(communicator: Any, path: Path, only: str, rounds: int) -> None:
    """Measure on two processes, and add it to a file."""
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"networks": {}}
    found["messages"], found["bookkeeping"] = messages(communicator), bookkeeping(communicator, rounds)
    for name, (batch, steps) in NETWORKS.items():
        if only in name:
            found["networks"][name] = measured(communicator, network(name), batch, steps, rounds)
    found["networks"] = {name: found["networks"][name] for name in NETWORKS if name in found["networks"]}
    if communicator.rank == 0:
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def measured(communicator: Any, net: Sequential, batch: int, steps: int, rounds: int) -> dict[str, Any]:
    """Return the medians of what steps of a network take, over rounds in which each is measured in its turn."""
    alone, both = {"whole": None, "chunks": Division()}, Division(communicator)
    together = {
        "two": both,
        "a chunk each": Division(communicator, chunks=2),
        "fast": Division(communicator, fast_reduce=True),
    }
    counts = [count for count in SHARES if batch >= 2 * count]
    seconds_per_step(net, batch, 2, both)
    found = []
    for _ in range(rounds):
        times: dict[str, Any] = {}
        if communicator.rank == 0:
            times |= {kind: seconds_per_step(net, batch, steps, parallel) for kind, parallel in alone.items()}
            times["1"] = share(None, net, batch, 1, steps)
        wait(communicator)
        net.theta[...] = communicator.bcast(net.theta)
        times |= {kind: seconds_per_step(net, batch, steps, parallel) for kind, parallel in together.items()}
        times |= {str(count): share(communicator, net, batch, count, steps) for count in counts[1:]}
        found.append(times)
    if communicator.rank:
        return {}
    return {
        **{kind: statistics.median(times[kind] for times in found) for kind in [*alone, *together]},
        "speedups": {kind: statistics.median(times["whole"] / times[kind] for times in found) for kind in together},
        "shares": {
            count: [statistics.median(times[str(count)][part] for times in found) for part in (0, 1)]
            for count in counts
        },
        "parameters": net.theta.size,
        "batch": batch,
    }


def share(communicator: Any, net: Sequential, batch: int, processes: int, steps: int) -> tuple[float, float]:
    """Return how long a process takes for its share of a batch, and for what each does for the whole.

    The share is the passes of its rows; the loss of all outputs, a look at the gradient and the update are not shared.
    With a communicator, both processes do the same at the same time, and the slower one counts.
    """
    rows = batch // processes
    count = max(1, CHUNKS // processes)
    images, y, outputs = samples(rows).inputs, np.zeros(batch, int), np.zeros((batch, 10), np.float32)
    loss_fn, sgd, times = CrossEntropy(), SGD(0.01), []
    for _ in range(steps):
        if communicator:
            communicator.Barrier()
        start = time.perf_counter()
        x = PREPROCESSING(images, net.dtype)
        passed = [net.forward(x[rows * chunk // count : rows * (chunk + 1) // count]) for chunk in range(count)]
        gradient = net.backward(np.zeros_like(passed[0][0]), passed[0][1])
        for logits, tape in passed[1:]:
            gradient += net.backward(np.zeros_like(logits), tape)
        shared = time.perf_counter()
        loss_fn(outputs, y)
        np.isfinite(gradient).all()
        sgd.step(net.theta, gradient)
        times.append((shared - start, time.perf_counter() - shared))
    if communicator:
        times = [max(each) for each in zip(*communicator.allgather(times), strict=True)]
    return statistics.median(each[0] for each in times), statistics.median(each[1] for each in times)


def bookkeeping(communicator: Any, rounds: int) -> list[float]:
    """Return what a step in chunks takes on one process and on two beside computing: that of a tiny network."""
    net, batch, steps = mlp((28, 28, 1), [], 10), CHUNKS, 200
    found = []
    for _ in range(rounds):
        one = None
        if communicator.rank == 0:
            one = seconds_per_step(net, batch, steps, Division()) - sum(share(None, net, batch, 1, steps))
        wait(communicator)
        net.theta[...] = communicator.bcast(net.theta)
        two = seconds_per_step(net, batch, steps, Division(communicator))
        found.append((one, two - sum(share(communicator, net, batch, 2, steps))))
    return [statistics.median(each) for each in zip(*found, strict=True)] if communicator.rank == 0 else []


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


def predicted(found: dict[str, Any], name: str, processes: int, latency: float, bandwidth: float) -> float:
    """Return the time of a step by the model of the cost.

    Every process computes its share of the rows, receives its piece of the others' gradients and adds it, and sends the
    sum to all; outputs and targets go to all; four times all agree. The loss and the update are not shared. The
    bookkeeping of two processes includes the latency of their messages. Between measured shares times are interpolated;
    shares smaller than the smallest take as long as that.
    """
    entry = found["networks"][name]
    counts, times = np.log([int(count) for count in entry["shares"]]), np.log([*entry["shares"].values()])
    computing = sum(math.exp(np.interp(math.log(processes), counts, part)) for part in times.T)
    if processes == 1:
        return computing + found["bookkeeping"][0]
    moved = (2 * 4 * entry["parameters"] + 48 * entry["batch"]) * (processes - 1) / processes
    waits = (hops(processes) - hops(2)) * latency
    return computing + found["bookkeeping"][1] + moved / bandwidth + waits


def speedup(found: dict[str, Any], name: str, processes: int, latency: float, bandwidth: float) -> float:
    """Return how many times as fast as one process several are by the model."""
    return predicted(found, name, 1, latency, bandwidth) / predicted(found, name, processes, latency, bandwidth)


def hops(processes: int) -> int:
    """Return how many messages of a step follow each other."""
    return 2 * (processes - 1) + 6 * math.ceil(math.log2(processes))


def report(path: Path, plot: Path | None) -> None:
    """Print the measured and the predicted figures, and draw the model."""
    found = json.loads(path.read_text(encoding="utf-8"))
    latency, bandwidth = found["messages"]["latency"], found["messages"]["bandwidth"]
    one, two = found["bookkeeping"]
    print(f"latency {latency * 1e6:.1f} µs, bandwidth {bandwidth / 1e9:.1f} GB/s")
    print(f"bookkeeping {one * 1e3:.2f} ms on one process, {two * 1e3:.2f} ms on two\n")
    for name, entry in found["networks"].items():
        print(f"{name}: {entry['whole'] * 1e3:.1f} ms whole, {entry['chunks'] * 1e3:.1f} ms in chunks")
        for kind, times in entry["speedups"].items():
            print(f"  on two processes, {kind}: {entry[kind] * 1e3:.1f} ms, × {times:.2f}")
        for count, measured in ((1, entry["chunks"]), (2, entry["two"])):
            model = predicted(found, name, count, latency, bandwidth)
            print(f"  {count}: model {model * 1e3:.1f} ms, {model / measured - 1:+.0%}")
        for title, link in LINKS.items():
            cost = link or (latency, bandwidth)
            ends = [f"{count}: × {speedup(found, name, count, *cost):.1f}" for count in (8, 64, 512)]
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
            axes.plot(
                counts,
                [speedup(found, name, count, *cost) for count in counts],
                label=title,
            )
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
    parser.add_argument("--only", default="", help="measure the networks whose name contains this, and keep the others")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--report", action="store_true")
    given = parser.parse_args()
    if given.plot or given.report:
        report(given.file, given.plot)
        return
    from mpi4py import MPI

    threadpool_limits(1)
    measure(MPI.COMM_WORLD, given.file, given.only, given.rounds)


if __name__ == "__main__":
    main()
