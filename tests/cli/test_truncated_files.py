"""A file of a run that is cut short: the run goes on to the same bits, or is refused in a sentence."""

import shutil
from pathlib import Path

import pytest
from runs import assert_same_run

from whence.cli.runs.run_folder import read_run
from whence.errors import WhenceError
from whence.trace import load_traces
from whence.training import load_checkpoint, load_model

PARTS = 50
FILES_OF_BEFORE = Path(__file__).parents[1] / "files_of_0_1"


def shortened(path):
    """Cut a file at every fiftieth of its length, and yield each time."""
    content = path.read_bytes()
    for part in range(PARTS):
        path.write_bytes(content[: len(content) * part // PARTS])
        yield
    path.write_bytes(content)


def is_refused(read, path):
    try:
        read(path)
    except WhenceError as error:
        assert "\n" not in str(error)
        return True
    return False


def test_no_part_of_a_checkpoint_a_model_or_a_trace_is_read(trained, tmp_path):
    trace = Path(shutil.copy(FILES_OF_BEFORE / "step.safetensors", tmp_path))
    for file, read in (("checkpoint.safetensors", load_checkpoint), ("model.safetensors", load_model)):
        assert all(is_refused(read, trained) for _ in shortened(Path(trained, file)))
    assert all(is_refused(load_traces, trace) for _ in shortened(trace))


def test_a_part_of_a_configuration_is_refused_or_read_as_the_whole(trained):
    path = Path(trained, "config.toml")
    whole = read_run(Path(trained))
    for _ in shortened(path):
        assert is_refused(read_run, Path(trained)) or read_run(Path(trained)) == whole
    assert read_run(Path(trained)) == whole


@pytest.mark.parametrize("file", ["metrics.jsonl", "model.safetensors"])
def test_what_can_be_written_again_is_written_again(whence, trained, file):
    shutil.copytree(trained, "whole")
    path = Path(trained, file)
    for part, _ in enumerate(shortened(path)):
        if part % 20 == 3:
            whence("train", "--resume", trained, "--quiet")
            assert_same_run(trained, "whole")


def test_metrics_do_not_matter_where_the_checkpoint_has_them(trained):
    whole = load_checkpoint(trained).history
    for _ in shortened(Path(trained, "metrics.jsonl")):
        assert load_checkpoint(trained).history == whole


def test_a_damaged_checkpoint_is_refused_and_stays(whence, trained):
    path = Path(trained, "checkpoint.safetensors")
    path.write_bytes(path.read_bytes()[:1000])
    said = whence("train", "--resume", trained, code=1).stderr
    assert "checkpoint.safetensors is damaged" in said
    assert path.stat().st_size == 1000
