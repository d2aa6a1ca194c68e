"""A short run of the fuzzer, and that it tells the faults that it looks for."""

import os
from pathlib import Path

import pytest

from exhaustive import exhaustive

if not Path("/proc/self/stat").exists():
    pytest.skip("the fuzzer reads Linux's /proc", allow_module_level=True)


@pytest.fixture(scope="module")
def fuzz():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
        import fuzz

        yield fuzz


def outcome_of(fuzz, tmp_path, use, *, checked=False, remade=()):
    """Return what becomes of the first harm to a file of eight zeros with the given use."""
    from fuzz_kinds import Kind

    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "file").write_bytes(b"\0" * 8)
    fuzzer = fuzz.Fuzzer(tmp_path / "files", {"kind": Kind("file", [use], remade, checked)})
    _, outcome = next(fuzz.outcomes(fuzzer, iter([fuzz.Input("kind", 1, 1)]), 1))
    return outcome.name


def harmed():
    return Path("file").read_bytes() != b"\0" * 8


def test_a_traceback_is_told(fuzz, tmp_path):
    assert outcome_of(fuzz, tmp_path, lambda: str(1 / (not harmed()))) == "traceback"


def test_a_process_that_is_killed_is_told(fuzz, tmp_path):
    assert outcome_of(fuzz, tmp_path, lambda: os._exit(3) if harmed() else "") == "crash"


def test_a_process_without_end_is_told(fuzz, tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz, "SECONDS", 0.1)

    def use():
        while harmed():
            pass
        return ""

    assert outcome_of(fuzz, tmp_path, use) == "hang"


def test_memory_without_bound_is_told(fuzz, tmp_path):
    assert outcome_of(fuzz, tmp_path, lambda: str(len(b"\0" * (3 << 30))) if harmed() else "") == "memory"


def test_another_result_is_wrong_where_a_sum_can_tell(fuzz, tmp_path):
    assert outcome_of(fuzz, tmp_path, lambda: str(harmed()), checked=True) == "wrong"


def test_another_result_is_none_of_our_business_where_nothing_can_tell(fuzz, tmp_path):
    assert outcome_of(fuzz, tmp_path, lambda: str(harmed())) == "other"


def test_a_harm_that_changes_nothing_is_no_fault(fuzz, tmp_path):
    assert outcome_of(fuzz, tmp_path, lambda: "", checked=True) == "same"


def test_an_error_without_a_sentence_is_a_traceback(fuzz, tmp_path):
    from fuzz_kinds import Refused

    def use():
        if harmed():
            raise Refused("")
        return ""

    assert outcome_of(fuzz, tmp_path, use) == "traceback"


@exhaustive
def test_no_harmed_file_makes_whence_fail(fuzz):
    faults = []
    with fuzz.fuzzing(fuzz.kinds()) as fuzzer:
        inputs = fuzz.numbered(fuzzer.kinds, 600, 7)
        counts = fuzz.run(fuzzer, inputs, 2, lambda harmed, outcome: faults.append((harmed, outcome)))
    assert sum(count.total() for count in counts.values()) == 600
    assert not faults


def test_the_same_number_is_the_same_input(fuzz):
    from fuzz_kinds import Kind
    from mutations import in_json

    content = b'{"a": [1, 2, {"b": "c"}]}' * 20
    kind = Kind("file", [], [in_json])
    inputs = list(fuzz.numbered({"kind": kind}, 20, 3))
    assert [one.harmed(kind, content) for one in inputs] == [one.harmed(kind, content) for one in inputs]
    assert len({one.harmed(kind, content) for one in inputs}) > 15
