"""Several processes decide as one on the end of a training."""

import json

import numpy as np
import pytest

from training.parallel.launch import in_processes, needs_mpi
from whence.errors import ArgumentError
from whence.nn import mlp
from whence.training import Callback, fit
from whence.training.parallel import Division
from whence.training.parallel.chunks import Chunks
from whence.training.parallel.ranks import Ranks

ELSEWHERE = "EndedElsewhere: training ended in process {}; see its message"
pytestmark = needs_mpi


@pytest.fixture(scope="module")
def endings():
    return json.loads(in_processes(2, "decisions.py").stdout)


@pytest.mark.parametrize(("case", "rank"), [("full disk", 0), ("full disk elsewhere", 1)])
def test_a_full_disk_of_one_process_ends_all(endings, case, rank):
    assert endings[rank][case] == "OSError: [Errno 28] No space left on device"
    assert endings[1 - rank][case] == ELSEWHERE.format(rank + 1)


@pytest.mark.parametrize(
    ("case", "ending"),
    [
        ("stop", [6, 2]),
        ("interruption", "TrainingInterrupted: training was interrupted after step 4"),
    ],
)
def test_what_one_process_asks_for_all_do(endings, case, ending):
    assert [each[case] for each in endings] == [ending] * 2


def test_patience_ends_at_the_same_epoch(endings):
    assert endings[0]["patience"] == endings[1]["patience"]


def test_what_is_not_finite_in_one_process_ends_all_before_the_next_epoch(endings):
    assert all(each["not finite"].startswith("NonFiniteError: ") for each in endings)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("other data", "training data than process 1;"),
        ("other parameters", "parameters than process 1;"),
        ("other chunks", "number of chunks than process 1, 3 and not 4;"),
        ("other sums", "way of adding gradients (fast_reduce) than process 1, True and not False;"),
        ("other batches", "batch size than process 1, 9 and not 8;"),
        (
            "other measuring",
            "choice of measured samples than process 1, ['validation'] and not ['train', 'validation'];",
        ),
    ],
)
def test_processes_that_differ_are_refused_in_one_sentence(endings, case, said):
    assert endings[0][case].startswith(f"ArgumentError: process 2 has another {said} start all ")
    assert endings[1][case] == ELSEWHERE.format(1)


def test_a_process_that_fails_within_a_step_ends_all_with_a_sentence():
    done = in_processes(2, "crash.py", fails=True)
    assert done.stderr.count("Error: the disk with the data was unplugged (process 2 of 2, which ends all)") == 1


def test_more_processes_than_chunks_are_refused():
    many = Ranks()
    many.size = 5
    with pytest.raises(ArgumentError, match="there are 5 processes, but a batch is computed in 4 chunks; start at"):
        Division(many)


def test_a_callback_that_watches_the_layers_needs_all_rows():
    class Watching(Callback):
        watches = True

    two = Ranks()
    two.size = 2
    with pytest.raises(ArgumentError, match="Watching needs what passes between the layers for whole batches"):
        batches = [(np.zeros((2, 3)), np.zeros(2, int))]
        fit(
            mlp((3,), [4], 2), "cross_entropy", "sgd", batches, epochs=1, callbacks=[Watching()], parallel=Division(two)
        )


@pytest.mark.parametrize("processes", [1, 2, 3, 4, 7, 8, 13])
@pytest.mark.parametrize("samples", [1, 3, 8, 50])
def test_chunks_are_each_of_one_process_and_spans_cover_them(samples, processes):
    chunks = Chunks(samples, min(samples, 8), processes)
    ranks = range(processes)
    assert [chunk for rank in ranks for chunk in chunks.owned(rank)] == list(range(chunks.count))
    assert all(len(chunks.computed(rank)) for rank in ranks)
    spans = [span for rank in ranks for span in chunks.spans(rank)]
    assert [chunk for first, last in spans for chunk in range(first, last)] == list(range(chunks.count))
    assert sum(chunks.sizes()) == samples
