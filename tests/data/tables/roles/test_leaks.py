import numpy as np
import pandas as pd
import pytest

from whence.data.tables.columns import CategoryColumn, NumberColumn
from whence.data.tables.roles.leaks import suspected_leaks
from whence.data.tables.table import Table

COUNT = 100
rng = np.random.default_rng(0)
NOISE = rng.random(COUNT)
CLASSES = rng.integers(0, 3, COUNT)


def leaks(targets, **columns):
    frame = pd.DataFrame({"noise": NOISE, **columns})
    inputs = [
        NumberColumn(name)
        if frame[name].dtype.kind in "iuf"
        else CategoryColumn(name, categories=tuple(sorted(frame[name].unique())))
        for name in frame
    ]
    return suspected_leaks(Table("a.csv", frame, range(len(frame))), inputs, targets)


@pytest.mark.parametrize(
    ("targets", "column", "tells"),
    [
        (CLASSES, pd.Series(["no", "yes", "perhaps"], dtype=object)[CLASSES].reset_index(drop=True), True),
        (CLASSES, pd.Series(["no", "no", "yes"], dtype=object)[CLASSES].reset_index(drop=True), False),
        (CLASSES, pd.Series(7 - CLASSES), True),
        (CLASSES, pd.Series(rng.integers(0, 3, COUNT)), False),
        (CLASSES, pd.Series(np.arange(COUNT) + 0.5), False),
        (NOISE[:, np.newaxis] * 3 + 1, pd.Series(rng.random(COUNT)), False),
        (
            (CLASSES * 2.5)[:, np.newaxis],
            pd.Series(["a", "b", "c"], dtype=object)[CLASSES].reset_index(drop=True),
            True,
        ),
    ],
)
def test_a_column_that_alone_tells_the_target_is_suspected(targets, column, tells):
    assert ("column" in leaks(targets, column=column)) is tells


def test_a_linear_copy_of_the_target_is_suspected():
    assert leaks(NOISE[:, np.newaxis] * 3 + 1, other=pd.Series(rng.random(COUNT))) == ["noise"]
    almost = NOISE + rng.normal(0, 0.1, COUNT)
    assert leaks(almost[:, np.newaxis], other=pd.Series(rng.random(COUNT))) == []


def test_the_only_input_and_few_rows_are_not_suspected():
    assert leaks(NOISE[:, np.newaxis]) == []
    few = Table("a.csv", pd.DataFrame({"a": [0, 1] * 5, "b": [1, 2] * 5}), range(10))
    assert suspected_leaks(few, [NumberColumn("a"), NumberColumn("b")], np.array([0, 1] * 5)) == []


def test_one_part_in_two_hundred_may_differ():
    targets = np.arange(4000) % 2
    column = targets.copy()
    column[:5] = 1 - column[:5]
    table = Table("a.csv", pd.DataFrame({"a": column, "b": rng.random(4000)}), range(4000))
    inputs = [NumberColumn("a"), NumberColumn("b")]
    assert suspected_leaks(table, inputs, targets) == ["a"]
    column[5:50] = 1 - column[5:50]
    table = Table("a.csv", pd.DataFrame({"a": column, "b": rng.random(4000)}), range(4000))
    assert suspected_leaks(table, inputs, targets) == []
