"""One training in several processes: the batches, the bits and the measures of one process."""

import json

import numpy as np
import pytest

from training.parallel.launch import in_processes, needs_mpi
from training.parallel.trainings import KINDS, ended
from whence.training.parallel import Division


@pytest.fixture(scope="module")
def found():
    """Return what each kind of training ends with, in each of the processes, by their number."""
    return {count: json.loads(in_processes(count, "trainings.py").stdout) for count in (2, 4)}


@needs_mpi
@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_the_number_of_processes_changes_no_bit(make, found):
    alone = json.loads(json.dumps(ended(make, Division())))
    for count, everywhere in found.items():
        assert [each[make.__name__] for each in everywhere] == [alone] * count


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_a_training_in_chunks_is_the_training_without(make):
    whole, chunked = ended(make, None, np.float64), ended(make, Division(), np.float64)
    assert chunked["norm"] == pytest.approx(whole["norm"], rel=1e-9)
    assert chunked["measures"] == pytest.approx(whole["measures"], rel=1e-7)
