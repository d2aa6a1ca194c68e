"""What each term contributes adds up to the cell, for every array of every kind of network."""

import numpy as np
import pytest

import traced_networks as networks
from nn.examples import ALL
from whence.formula import write
from whence.optim import Adam
from whence.trace import trace
from whence.trace.contributions import contributions, fill


@pytest.mark.parametrize("example", [example for example in ALL if example.shape], ids=str)
def test_contributions_add_up_to_the_cell(example):
    rng = np.random.default_rng(0)
    step, _ = networks.traced_example(example, optimizer=Adam(clip_norm=1), count=3)
    for name, formula in step.formulas.items():
        index = tuple(int(rng.integers(length)) for length in step[name].shape)
        terms = contributions(formula, index, step.arrays)
        assert sum(term.value for term in terms) == pytest.approx(float(step[name][index]), rel=1e-9, abs=1e-12)
        sizes = [abs(term.value) for term in terms]
        assert sizes == sorted(sizes, reverse=True)
        sources = {source for term in terms for source in term.sources(step.arrays)}
        assert sources == set(step.cell(name, *index).sources)
        assert fill(formula, index, step.arrays)


def test_terms_are_written_with_their_places():
    step = trace(*networks.r2())
    z = contributions(step.formulas["z1"], (1, 2), step.arrays)
    assert {write(term.expression) for term in z} == {*(f"x[1, {i}] · W1[{i}, 2]" for i in range(4)), "b1[2]"}
    assert write(fill(step.formulas["z1"], (1, 2), step.arrays)) == "Σ_i x[1, i] · W1[i, 2] + b1[2]"
    update = contributions(step.formulas["W1_new"], (0, 0), step.arrays)
    assert {write(term.expression) for term in update} == {"W1[0, 0]", "−(η · dW1[0, 0])"}


def test_a_mean_is_taken_apart_and_indices_become_numbers():
    step = networks.traced_classifier(4)
    assert {write(term.expression) for term in contributions(step.formulas["loss"], (), step.arrays)} == {
        f"ℓ[{n}] / 6" for n in range(6)
    }
    assert write(fill(step.formulas["dz2"], (0, 2), step.arrays)) == "(p[0, 2] − [2 = y[0]]) / 6"
