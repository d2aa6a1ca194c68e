"""PyTorch: the module of the same network, in the default layout or at its best."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from benchmarks.speed.rows import BATCHES, Row
from benchmarks.speed.sides import Side, Unsuitable
from whence.interop.torch import torch_source, torch_state_dict
from whence.nn import Sequential


def prepare(
    row: Row, threads: int, *, channels_last: bool = False, compiled: bool = False, fused: bool = False
) -> Side:
    """Return the steps of PyTorch.

    Parameters
    ----------
    row : Row
    threads : int
    channels_last : bool
        Whether images and weights lie in memory with the channels last, which is faster for most convolutions.
    compiled : bool
        Whether the module goes through ``torch.compile``.
    fused : bool
        Whether the optimizer is the fused one.
    """
    images = len(row.shape) == 3
    if channels_last and not images:
        raise Unsuitable("only images have channels to put last")
    torch.set_num_threads(threads)
    batches = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in row.batches()]
    net: Any = _module(row.network())
    if images:
        batches = [(x.permute(0, 3, 1, 2).contiguous(), y) for x, y in batches]
    if channels_last:
        net = net.to(memory_format=torch.channels_last)
        batches = [(x.contiguous(memory_format=torch.channels_last), y) for x, y in batches]
    parameters = list(net.parameters())
    called = torch.compile(net) if compiled else net
    if not row.trains:
        return _prediction(called, batches[0][0])
    loss_fn = nn.CrossEntropyLoss()
    make = torch.optim.SGD if row.optimizer == "sgd" else torch.optim.Adam
    optimizer = make(parameters, lr=row.learning_rate, fused=fused or None)

    def loss_on(batch: int) -> torch.Tensor:
        x, y = batches[batch % BATCHES]
        logits = called(x)
        return loss_fn(logits.reshape(-1, logits.shape[-1]), y.reshape(-1))

    def step(batch: int) -> torch.Tensor:
        optimizer.zero_grad()
        loss = loss_on(batch)
        loss.backward()
        optimizer.step()
        return loss.detach()

    def loss() -> float:
        net.eval()
        with torch.no_grad():
            x, y = batches[0]
            logits = net(x)
            measured = loss_fn(logits.reshape(-1, logits.shape[-1]), y.reshape(-1)).item()
        net.train()
        return measured

    return Side(step, loss)


def _prediction(called: Any, x: torch.Tensor) -> Side:
    @torch.inference_mode()
    def predict(batch: int) -> torch.Tensor:
        return called(x)[0, 0]

    return Side(predict)


def _module(net: Sequential) -> nn.Module:
    """Return the module whose source whence writes, with the network's weights."""
    names: dict[str, Any] = {}
    exec(torch_source(net, "Network"), names)
    module: nn.Module = names["Network"]()
    module.load_state_dict({path: torch.from_numpy(array.copy()) for path, array in torch_state_dict(net).items()})
    return module
