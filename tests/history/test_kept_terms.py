"""Terms that are kept are added up by sample as if each were added in its step."""

import numpy as np
import pytest

from whence.history.kept_terms import KeptTerms

SAMPLES, CELLS, STEPS, BATCH = 700, 3, 40, 50


@pytest.mark.parametrize("own", [CELLS, 1], ids=["an effect for each cell", "an effect for all cells"])
@pytest.mark.parametrize("columns", [[0, 1, 2], [1, 0, 1]], ids=["columns of their own", "columns in common"])
def test_sums_are_those_of_all_steps(rng, own, columns):
    kept = KeptTerms(SAMPLES, np.array(columns), STEPS * BATCH, np.float64)
    effects = rng.normal(size=(2, STEPS, own))
    for _ in range(2):  # the second time after `clear`
        expected = np.zeros((2, SAMPLES, CELLS))
        for step in range(STEPS):
            assert kept.has_room(BATCH)
            rows, terms = (
                rng.integers(SAMPLES, size=BATCH),
                rng.normal(size=(BATCH, max(columns) + 1)),
            )  # some samples twice
            kept.room_for(rows)[...] = terms
            for state in range(2):
                np.add.at(expected[state], rows, terms[:, columns] * effects[state, step])
        assert not kept.has_room(1)
        parts = [*kept.sums(effects)]
        assert [part.start for part, _ in parts[1:]] == [part.stop for part, _ in parts[:-1]]
        assert np.allclose(np.concatenate([sums for _, sums in parts], axis=1), expected, rtol=0, atol=1e-13)
        kept.clear()


def test_effects_far_below_rounding_do_not_count():
    kept = KeptTerms(1, np.zeros(1, np.intp), 2, np.float32)
    for _ in range(2):
        kept.room_for(np.zeros(1, np.intp))[...] = 1
    ((_, sums),) = kept.sums(np.array([[[1e-30], [1.0]]]))
    assert sums.tolist() == [[[1.0]]]
