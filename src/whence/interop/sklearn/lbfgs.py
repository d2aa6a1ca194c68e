"""L-BFGS, SciPy's, on all samples at once."""

from __future__ import annotations

from typing import Any

from scipy.optimize import minimize

from whence.arrays import Array
from whence.data import Batch
from whence.interop.sklearn.penalty import penalised
from whence.nn import Loss, Sequential


def minimise(net: Sequential, loss_fn: Loss, batch: Batch, alpha: float, **options: Any) -> Any:
    """Bring a network to the least penalised loss of a batch, and return SciPy's result.

    Parameters
    ----------
    net : Sequential
        The network; ends with the best parameters.
    loss_fn : Loss
        The loss.
    batch : Batch
        All samples.
    alpha : float
        α of the penalty.
    **options
        Options of SciPy's method ``L-BFGS-B``.
    """

    def loss_and_gradient(theta: Array) -> tuple[float, Array]:
        net.theta[:] = theta
        outputs, tape = net.forward(batch.x)
        loss, delta = loss_fn(outputs, batch.y, batch.weights)
        return penalised(net, alpha, batch, loss, net.backward(delta, tape))

    found = minimize(loss_and_gradient, net.theta.copy(), method="L-BFGS-B", jac=True, options=options)
    net.theta[:] = found.x
    return found
