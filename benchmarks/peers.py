"""Time training steps of whence and of PyTorch, one after the other, many times over, and print the ratios.

    python benchmarks/peers.py                        # both networks, one thread
    python benchmarks/peers.py lstm --threads 2

Both sides compute the same: the same network with the same first weights on the same batch, in float32, with Adam. Each
has a process of its own, as a user's program would, and only one of them works at a time. PyTorch is in its default
layout. It comes with ``pip install "whence-nn[peers]"``.

NumPy's OpenBLAS chooses kernels for the processor; where the variable OPENBLAS_CORETYPE names an older one, NumPy's
products are slower than they need be, while PyTorch's are not. Each line says which kernels it took.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

ARCHITECTURES = {
    "cnn": "conv 16 5, relu, pool 2, conv 32 5, relu, pool 2, flatten, linear 128, relu, dropout 0.5, linear 10",
    "lstm": "embed 128, lstm 256, linear",
}
BATCH = {"cnn": 128, "lstm": 64}
TIME_STEPS, CHARACTERS, CLASSES = 64, 65, 10
STEPS_A_TURN = 5
LEARNING_RATE = 0.001

Step = Callable[[], object]


def batch(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the inputs and targets that both sides train on: images and classes, or characters and the next ones."""
    rng = np.random.default_rng(0)
    if name == "cnn":
        return rng.random((BATCH[name], 28, 28, 1), np.float32), rng.integers(CLASSES, size=BATCH[name])
    shape = (BATCH[name], TIME_STEPS)
    return rng.integers(CHARACTERS, size=shape), rng.integers(CHARACTERS, size=shape)


def whence_step(name: str, threads: int) -> tuple[Step, float, dict[str, np.ndarray]]:
    """Return a step of whence, its network's first loss without dropout, and its first weights."""
    from whence.cli.threads import use_threads
    from whence.nn import CrossEntropy
    from whence.nn.architecture import network
    from whence.optim import Adam
    from whence.training.memory import keep_freed_memory

    x, y = batch(name)
    outputs = CLASSES if name == "cnn" else CHARACTERS
    net = network(ARCHITECTURES[name], x.shape[1:], outputs=outputs, symbols=CHARACTERS)
    use_threads(threads, net, x.shape)
    keep_freed_memory()
    loss_fn, optimizer = CrossEntropy(), Adam(LEARNING_RATE)

    def step() -> None:
        logits, tape = net.forward(x)
        _, delta = loss_fn(logits, y)
        optimizer.step(net.theta, net.backward(delta, tape))

    return step, loss_fn(net(x), y)[0], net.state_dict()


def torch_step(name: str, threads: int, weights: dict[str, np.ndarray]) -> tuple[Step, float]:
    """Return a step of PyTorch from the same weights, and its network's first loss without dropout."""
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    x, y = (torch.from_numpy(array) for array in batch(name))
    given = {path: torch.from_numpy(array) for path, array in weights.items()}
    if name == "cnn":
        x = x.permute(0, 3, 1, 2).contiguous()
        net = nn.Sequential(
            *(nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(512, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, CLASSES)),
        )
        by_channel = given["7.weight"].reshape(4, 4, 32, 128).permute(3, 2, 0, 1).reshape(128, 512)
        state = {path: given[path] for path in net.state_dict() if path.endswith("bias")}
        state |= {f"{place}.weight": given[f"{place}.weight"].permute(3, 2, 0, 1) for place in (0, 3)}
        state |= {"7.weight": by_channel, "10.weight": given["10.weight"].T}
    else:

        class Characters(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.embed = nn.Embedding(CHARACTERS, 128)
                self.lstm = nn.LSTM(128, 256, batch_first=True)
                self.linear = nn.Linear(256, CHARACTERS)

            def forward(self, characters: torch.Tensor) -> torch.Tensor:
                return self.linear(self.lstm(self.embed(characters))[0])

        net = Characters()
        gates = {f"lstm.{path[2:]}": array.T for path, array in given.items() if path.startswith("1.weight")}
        biases = {"lstm.bias_ih_l0": given["1.bias_l0"], "lstm.bias_hh_l0": torch.zeros_like(given["1.bias_l0"])}
        rest = {"embed.weight": given["0.weight"], "linear.weight": given["2.weight"].T, "linear.bias": given["2.bias"]}
        state = {**gates, **biases, **rest}
    net.load_state_dict(state)
    loss_fn, optimizer = nn.CrossEntropyLoss(), torch.optim.Adam(net.parameters(), LEARNING_RATE)

    def loss() -> torch.Tensor:
        logits = net(x)
        return loss_fn(logits.reshape(-1, logits.shape[-1]), y.reshape(-1))

    def step() -> None:
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    net.eval()
    first = loss().item()
    net.train()
    return step, first


def serve(side: str, name: str, threads: int, pipe: Connection) -> None:
    """Make the steps of one side when told to, and tell how long they took."""
    if side == "whence":
        step, first_loss, weights = whence_step(name, threads)
        pipe.send((first_loss, weights, kernels()))
    else:
        step, first_loss = torch_step(name, threads, pipe.recv())
        pipe.send(first_loss)
    while pipe.recv():
        started = time.perf_counter()
        for _ in range(STEPS_A_TURN):
            step()
        pipe.send((time.perf_counter() - started) / STEPS_A_TURN)


def kernels() -> str:
    """Return which library makes NumPy's products, and for which processor."""
    from threadpoolctl import threadpool_info

    return ", ".join(f"{pool['internal_api']} {pool.get('architecture', '')}" for pool in threadpool_info())


def compare(name: str, threads: int, turns: int) -> None:
    """Print the times of both sides and PyTorch's time divided by ours."""
    spawn = multiprocessing.get_context("spawn")
    pipes: dict[str, Any] = {}
    for side in ("whence", "torch"):
        pipes[side], end = spawn.Pipe()
        spawn.Process(target=serve, args=(side, name, threads, end), daemon=True).start()
    ours, weights, products = pipes["whence"].recv()
    pipes["torch"].send(weights)
    theirs = pipes["torch"].recv()
    if abs(ours - theirs) > 1e-4:
        raise SystemExit(f"{name}: the first losses are {ours:.6f} and {theirs:.6f}; both should compute the same")
    seconds: dict[str, list[float]] = {"whence": [], "torch": []}
    for turn in range(turns + 1):
        for side, times in seconds.items():
            pipes[side].send(True)
            taken = pipes[side].recv()
            if turn:
                times.append(taken)
    for pipe in pipes.values():
        pipe.send(False)
    ratios = sorted(t / w for t, w in zip(seconds["torch"], seconds["whence"], strict=True))
    low, middle, high = statistics.quantiles(ratios, n=4)
    whence_ms, torch_ms = (1000 * statistics.median(times) for times in seconds.values())
    print(
        f"{name}, {threads} thread{'s' if threads > 1 else ''}, {products}: whence {whence_ms:.1f} ms, "
        f"PyTorch {torch_ms:.1f} ms a step; {middle:.2f} × as fast (quartiles {low:.2f} and {high:.2f})",
        flush=True,
    )


def main() -> None:
    """Compare the networks that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", choices=[*ARCHITECTURES, []], help="cnn or lstm; both if left out")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--turns", type=int, default=30, help=f"how often each side makes {STEPS_A_TURN} steps")
    arguments = parser.parse_args()
    if arguments.turns < 2:
        parser.error(f"turns is {arguments.turns}; quartiles need at least 2")
    for name in arguments.networks or ARCHITECTURES:
        compare(name, arguments.threads, arguments.turns)


if __name__ == "__main__":
    main()
