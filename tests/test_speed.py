"""The timing of whence beside other libraries: that all sides compute the same, and what it says and refuses."""

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from exhaustive import exhaustive

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from benchmarks.board import __main__ as board  # noqa: E402
from benchmarks.board.__main__ import Reached  # noqa: E402
from benchmarks.speed import turns  # noqa: E402
from benchmarks.speed.report import kept, with_record, write_into, write_json  # noqa: E402
from benchmarks.speed.rows import ROWS  # noqa: E402
from benchmarks.speed.sides import NEEDS, PEERS, Unsuitable, prepared  # noqa: E402

PEER_OF = {side: peer for peer, sides in PEERS.items() for side in sides}
IN_THIS_PROCESS = [side for side in PEER_OF if side not in ("torch-compiled", "jax")]
"""Those without a compiler, and without threads that do not bear the forks of other tests."""
ORDINARY = {("mlp-96", "sklearn"), ("mlp-96-adam", "sklearn"), ("cnn-batch-norm", "torch"), ("gru", "torch")}


def run_module(name, *arguments):
    return subprocess.run([sys.executable, "-m", name, *arguments], cwd=ROOT, capture_output=True, text=True)


def run(*arguments):
    return run_module("benchmarks", *arguments)


def run_board(*arguments):
    return run_module("benchmarks.board", *arguments)


@pytest.mark.parametrize(
    ("row", "side"),
    [
        pytest.param(row, side, marks=() if (row, side) in ORDINARY else exhaustive)
        for row in ROWS
        for side in IN_THIS_PROCESS
    ],
)
def test_all_sides_of_a_row_compute_the_same(row, side):
    pytest.importorskip(PEER_OF[side], reason=f"pip install {NEEDS[PEER_OF[side]]}")
    small = replace(ROWS[row], batch=min(ROWS[row].batch, 8))
    ours = prepared("whence", small, 1)
    try:
        theirs = prepared(side, small, 1)
    except Unsuitable:
        pytest.skip(f"{side} has nothing for {row}")
    if ours.loss is None:
        if side == "sklearn":
            pytest.skip("it predicts probabilities, and no logits")
        assert float(theirs.step(0)) == pytest.approx(float(ours.step(0)), abs=1e-5)
        return
    assert theirs.loss() == pytest.approx(ours.loss(), rel=1e-4)
    if small.steps_are_alike:
        for batch in range(5):
            assert float(theirs.step(batch)) == pytest.approx(float(ours.step(batch)), rel=1e-3)


def test_another_computation_is_noticed():
    found = {"whence": turns.Timed((2.3, 2.2)), "torch": turns.Timed((2.3, 2.21))}
    with pytest.raises(SystemExit, match=r"mlp-96: the losses of whence are .* not the same"):
        turns._require_same("mlp-96", found)


@pytest.mark.exhaustive
def test_a_row_is_timed_beside_its_bare_products(tmp_path):
    done = run("mlp-30", "--peers", "", "--turns", "2", "--json", str(tmp_path / "speed.json"))
    assert done.returncode == 0, done.stderr
    (record,) = json.loads((tmp_path / "speed.json").read_text())["records"]
    assert record["row"] == "mlp-30" and record["milliseconds"] > 0
    assert list(record["ratios"]) == ["products"]
    assert record["ratios"]["products"][1] > 0


def test_a_file_keeps_the_rows_of_runs_before(tmp_path):
    path, machine = tmp_path / "speed.json", {"processor": "P", "cores": 2, "products": "openblas", "versions": {}}
    records = kept(path, machine)
    for row, threads, milliseconds in (("lstm", 1, 9), ("mlp-96", 2, 2), ("mlp-96", 1, 3), ("lstm", 1, 8)):
        records = with_record(records, {"row": row, "threads": threads, "milliseconds": milliseconds, "ratios": {}})
        write_json(path, machine, records)
        records = kept(path, machine)
    assert [(one["row"], one["threads"], one["milliseconds"]) for one in records] == [
        ("mlp-96", 1, 3),
        ("mlp-96", 2, 2),
        ("lstm", 1, 8),
    ]
    with pytest.raises(SystemExit, match=r"is of P, 2 cores; .*; give another file for this machine"):
        kept(path, {**machine, "cores": 4})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mlp-97"], "there is no row 'mlp-97'; the rows are mlp-96"),
        (["--peers", "tensorflow"], "there is no peer 'tensorflow'; the peers are torch, sklearn, jax"),
        (["--threads", "0"], "threads is 0; give whole numbers from 1 to"),
        (["--turns", "1"], "turns is 1; quartiles need at least 2"),
    ],
)
def test_what_cannot_be_timed_is_refused(arguments, said):
    done = run(*arguments)
    assert done.returncode == 2 and said in done.stderr.splitlines()[-1]


def test_a_table_replaces_the_last_one_of_a_page(tmp_path):
    page = tmp_path / "speed.md"
    page.write_text("before\n<!-- steps -->\nold\n<!-- end of steps -->\nafter\n")
    write_into(page, "steps", "new")
    assert page.read_text() == "before\n<!-- steps -->\nnew\n<!-- end of steps -->\nafter\n"
    with pytest.raises(SystemExit, match="no place between <!-- board -->"):
        write_into(page, "board", "new")


def test_the_board_has_times_ratios_and_accuracies():
    ours, theirs = Reached([2.0, 4.0, 2.0], [0.97, 0.98, 0.99]), Reached([4.0, 6.0, 5.0], [0.97, 0.97, 0.97])
    table = board.markdown({"99": {"whence": ours}, "97": {"whence": ours, "jax": theirs}})
    assert table.splitlines() == [
        "| test images | whence | JAX |",
        "| --- | --- | --- |",
        "| 97 % | 2.0 s; 98.00% | 5.0 s, 2.00 ×; 97.00% |",
        "| 99 % | 2.0 s; 98.00%, below 99 % |  |",
    ]


def test_a_board_that_was_stopped_measures_only_what_it_lacks(tmp_path, monkeypatch):
    file, measured = tmp_path / "board.json", []

    def measure(level, side, seed):
        if len(measured) == 3:
            raise KeyboardInterrupt
        measured.append((level, side, seed))
        return 1.0 + seed, 0.97

    monkeypatch.setattr(board, "measure", measure)
    with pytest.raises(KeyboardInterrupt):
        board.complete({}, "97", ["whence", "jax"], 2, file)
    assert measured == [("97", "whence", 1), ("97", "jax", 1), ("97", "whence", 2)]
    measured.clear()
    found = board.read_board(file)
    board.complete(found, "97", ["whence", "jax"], 2, file)
    assert measured == [("97", "jax", 2)]
    assert (
        board.read_board(file) == found == {"97": {side: Reached([2.0, 3.0], [0.97] * 2) for side in ("whence", "jax")}}
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["96"], "there is no level '96'; the levels are 97, 98, 99"),
        (["--peers", "tensorflow"], "there is no peer 'tensorflow'; the peers are torch, sklearn, jax"),
        (["--seeds", "0"], "seeds is 0; give at least 1"),
    ],
)
def test_a_board_that_cannot_be_is_refused(arguments, said):
    done = run_board(*arguments)
    assert done.returncode == 2 and said in done.stderr.splitlines()[-1]


@exhaustive
@pytest.mark.skipif(not os.environ.get("WHENCE_DATA"), reason="MNIST is not here; name its folder with WHENCE_DATA")
@pytest.mark.parametrize("peer", ["", "torch", "sklearn", "jax"])
def test_the_scripts_of_the_board_reach_what_they_promise(peer):
    if peer and importlib.util.find_spec(peer) is None:
        pytest.skip(f"pip install {NEEDS[peer]}")
    done = run_board("97", "--seeds", "1", "--peers", peer)
    assert done.returncode == 0, done.stderr
    accuracies = [float(line.rpartition("least ")[2].rstrip("%")) for line in done.stdout.splitlines()]
    assert len(accuracies) == 1 + bool(peer) and min(accuracies) > 96.5
