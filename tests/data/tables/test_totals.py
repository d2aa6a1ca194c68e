import pandas as pd
import pytest

from whence.data.tables.columns import NumberColumn
from whence.data.tables.table import Table
from whence.data.tables.totals import total_remark


@pytest.mark.parametrize(
    ("numbers", "is_total"),
    [
        ([1.5, 2, 3, 4, 5, 15.5], True),
        ([0.1, -0.2, 0.3, None, 1, 2, 3.2], True),
        ([1, 2, 3, 4, 5, 16], False),
        ([0, 0, 1, 0, 0, 1], False),
        ([1, 2, 3], False),
        ([1e308] * 6 + [1.5e308], False),
        ([1, 2, 3, 4, 5, None], False),
    ],
)
def test_a_last_row_of_totals_is_said(numbers, is_total):
    table = Table("a.csv", pd.DataFrame({"y": numbers}), range(1, len(numbers) + 1))
    said = total_remark(table, [NumberColumn("y")])
    assert bool(said) is is_total
    assert not said or said[0].startswith(f"a.csv, row {len(numbers)} seems to hold totals")
