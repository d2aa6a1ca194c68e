"""whence, as ``whence train`` and `whence.fit` use it."""

from __future__ import annotations

from benchmarks.speed.rows import BATCHES, Row
from benchmarks.speed.sides import Side
from whence.cli.threads import use_threads
from whence.nn import CrossEntropy
from whence.optim import SGD, Adam
from whence.training.memory import keep_freed_memory


def prepare(row: Row, threads: int) -> Side:
    """Return the steps of whence."""
    net, batches = row.network(), row.batches()
    use_threads(threads, net, batches[0][0].shape)
    keep_freed_memory()
    if not row.trains:
        x = batches[0][0][0]
        return Side(lambda batch: net.predict(x)[0])
    loss_fn = CrossEntropy()
    optimizer = SGD(row.learning_rate) if row.optimizer == "sgd" else Adam(row.learning_rate)

    def step(batch: int) -> float:
        x, y = batches[batch % BATCHES]
        logits, tape = net.forward(x)
        loss, delta = loss_fn(logits, y)
        optimizer.step(net.theta, net.backward(delta, tape))
        return loss

    def loss() -> float:
        x, y = batches[0]
        return loss_fn(net(x), y)[0]

    return Side(step, loss)
