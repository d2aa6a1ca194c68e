"""The derivation of a norm of groups, whose sums are not written out where a place is a digit of an index."""

import numpy as np
import pytest

from whence.nn import CrossEntropy, Flatten, GroupNorm, InstanceNorm, Linear, Sequential
from whence.optim import SGD
from whence.trace import trace
from whence.views.derivation import as_text, derive


@pytest.mark.parametrize("layer", [GroupNorm(1), GroupNorm(2), InstanceNorm()], ids=repr)
def test_a_norm_of_groups_is_derived(layer):
    net = Sequential(Linear(2, 4), layer, Flatten(), Linear(12, 3), input_shape=(3, 2), dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(3, 3, 2))
    said = as_text(derive(trace(net, CrossEntropy(), SGD(0.1), x, np.array([0, 1, 2]))))
    assert "dx̂" in said
