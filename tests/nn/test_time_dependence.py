"""What layers state of the time steps that their outputs depend on, held against their outputs."""

from __future__ import annotations

import numpy as np
import pytest

from whence.nn import GRU, Conv1d, Linear, Residual, Sequential, TimeDependence
from whence.nn.context import INFERENCE, Context

from .examples import ALL, Example, Step

STEPS = 6
CUT = 4


def on_sequences(example: Example) -> bool:
    """Return whether the example's outputs have the time steps of its inputs, its first axis."""
    step = Step(example, 1)
    axes = 1 if example.tokens else 2
    stated = step.layer.time_dependence < TimeDependence.ANY
    return stated and len(example.shape) >= axes and len(step.layer.output_shape) >= 2


SEQUENCES = [example for example in ALL if on_sequences(example)]


@pytest.mark.parametrize("example", SEQUENCES, ids=str)
def test_layers_depend_on_no_more_time_steps_than_they_state(example: Example) -> None:
    longer = Example(example.make, (STEPS, *example.shape[1:]), tokens=example.tokens)
    layer = Step(longer, 3).layer
    x = longer.inputs(np.random.default_rng(0), 3)
    whole, _ = layer.forward(x)
    before, cache = layer.forward(x[:, :CUT])
    context = INFERENCE if layer.time_dependence is TimeDependence.NONE else Context(state=layer.state_after(cache))
    after, _ = layer.forward(x[:, CUT:], context)
    np.testing.assert_allclose(np.concatenate([before, after], axis=1), whole, rtol=1e-12, atol=1e-14)


def test_every_recurrent_layer_and_those_that_keep_time_steps_apart_are_held_to_it() -> None:
    names = {type(Step(example, 1).layer).__name__ for example in SEQUENCES}
    assert {"LSTM", "GRU", "RNN", "Linear", "Embedding", "LayerNorm", "BatchNorm", "Dropout", "Residual"} <= names


def test_layers_made_of_layers_depend_on_what_these_do() -> None:
    apart, carried, any_steps = Linear(3, 3), GRU(3, 3), Conv1d(3, 3, 3, padding="same")
    assert Residual([apart]).time_dependence is TimeDependence.NONE
    assert Residual([apart, Residual([carried])]).time_dependence is TimeDependence.STATE
    assert Residual([carried, Residual([any_steps])]).time_dependence is TimeDependence.ANY
    assert GRU(3, 3, bidirectional=True).time_dependence is TimeDependence.ANY
    assert Sequential(Linear(3, 3), GRU(3, 3), input_shape=(-1, 3)).time_dependence is TimeDependence.STATE
