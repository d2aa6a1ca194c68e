"""What is timed: networks with their batches, one row of the table each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from whence.nn import Sequential

BATCHES = 4
"""Different batches that the steps of a row go through in turn."""


@dataclass(frozen=True)
class Row:
    """One network and what is done with it.

    Parameters
    ----------
    arch : str
        The network in whence's notation.
    shape : tuple of int
        The shape of one input.
    batch : int
        Samples in a batch.
    optimizer : str
        ``"sgd"`` or ``"adam"``, without momentum and decay.
    outputs : int
        Classes.
    symbols : int or None
        Different symbols, if the inputs are indices; every time step then has a target.
    trains : bool
        Whether a step is a training step, or else a prediction of one sample.
    """

    arch: str
    shape: tuple[int, ...]
    batch: int
    optimizer: str = "adam"
    outputs: int = 10
    symbols: int | None = None
    trains: bool = True

    @property
    def learning_rate(self) -> float:
        """The learning rate of both sides."""
        return 0.05 if self.optimizer == "sgd" else 0.001

    @property
    def steps_are_alike(self) -> bool:
        """Whether all libraries make the same steps: masks of dropout differ, and PyTorch's LSTM trains two biases."""
        return self.trains and not any(word in self.arch for word in ("dropout", "lstm"))

    def network(self) -> Sequential:
        """Return the network with the weights that every side begins with."""
        from whence.nn.architecture import network

        return network(self.arch, self.shape, outputs=self.outputs, symbols=self.symbols, seed=1)

    def batches(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return the batches (x, y), the same ones in every process."""
        import numpy as np

        rng = np.random.default_rng(0)
        if self.symbols is not None:
            shape = (self.batch, *self.shape)
            return [
                (rng.integers(self.symbols, size=shape), rng.integers(self.outputs, size=shape)) for _ in range(BATCHES)
            ]
        return [
            (rng.random((self.batch, *self.shape), np.float32), rng.integers(self.outputs, size=self.batch))
            for _ in range(BATCHES)
        ]

    def described(self) -> str:
        """Return what is timed, for the table."""
        size = " × ".join(map(str, self.shape))
        done = f"batches of {self.batch}, {self.optimizer}" if self.trains else "one sample, prediction"
        return f"`{self.arch}` on {size}; {done}"


ROWS = {
    "mlp-96": Row("96 relu, linear", (784,), 200, "sgd"),
    "mlp-30": Row("30 sigmoid, linear", (784,), 100, "sgd"),
    "mlp-96-adam": Row("96 relu, linear", (784,), 32),
    "mlp-512-256": Row("512 relu, 256 relu, linear", (784,), 128),
    "mlp-1024-1024": Row("1024 relu, 1024 relu, linear", (784,), 256, "sgd"),
    "mlp-batch-norm": Row(
        "linear 256, batch_norm, relu, dropout 0.3, linear 256, batch_norm, relu, dropout 0.3, linear", (784,), 128
    ),
    "lenet": Row(
        "conv 6 5 padding=2, tanh, avg_pool 2, conv 16 5, tanh, avg_pool 2, conv 120 5, tanh, flatten, 84 tanh, linear",
        (28, 28, 1),
        128,
    ),
    "cnn-5x5": Row(
        "conv 16 5, relu, pool 2, conv 32 5, relu, pool 2, flatten, linear 128, relu, linear", (28, 28, 1), 128
    ),
    "cnn-3x3": Row(
        "conv 32 3 padding=same, relu, conv 32 3 padding=same, relu, pool 2, conv 64 3 padding=same, relu, "
        "conv 64 3 padding=same, relu, pool 2, flatten, linear 128, relu, linear",
        (28, 28, 1),
        64,
    ),
    "cnn-batch-norm": Row(
        "conv 32 3 padding=same, batch_norm, relu, pool 2, conv 64 3 padding=same, batch_norm, relu, pool 2, "
        "flatten, linear",
        (32, 32, 3),
        64,
    ),
    "cnn-residual": Row(
        "conv 32 3 padding=same, batch_norm, relu, "
        "residual(conv 32 3 padding=same, batch_norm, relu, conv 32 3 padding=same, batch_norm), relu, pool 2, "
        "residual(conv 32 3 padding=same, batch_norm, relu, conv 32 3 padding=same, batch_norm), relu, "
        "global_avg_pool, linear",
        (28, 28, 1),
        64,
    ),
    "depthwise": Row(
        "conv 32 3 padding=same groups=32, relu, conv 32 1, relu, pool 2, flatten, linear", (28, 28, 32), 64
    ),
    "lstm": Row("embed 128, lstm 256, linear", (64,), 64, outputs=65, symbols=65),
    "lstm-both-ways": Row("lstm 128 bidirectional=true, last, linear", (28, 28), 128),
    "gru": Row("gru 128, last, linear", (28, 28), 128),
    "one-sample": Row("96 relu, linear", (784,), 1, "sgd", trains=False),
}
