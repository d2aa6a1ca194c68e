"""Runs are made again, with the same bits, by whatever looks at their training."""

import os
import signal
import tomllib
from pathlib import Path

import numpy as np
import pytest
from runs import assert_same_run

from whence.cli.steps.replayed_run import ReplayedRun
from whence.errors import ArgumentError, DataError, ReplayError, RunFolderError, TrainingInterrupted
from whence.nn import Linear
from whence.training import Callback, Checkpointing


class Watching(Callback):
    def __init__(self):
        self.thetas = []

    def on_epoch_end(self, training):
        self.thetas.append(training.net.theta.copy())


def files(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def test_a_run_is_made_again_any_number_of_times_and_stays_as_it_is(whence, trained):
    before, run = files(trained), ReplayedRun.of(Path(trained))
    first, second = Watching(), Watching()
    run.replay([first])
    run.replay([second], epochs=4)
    assert np.array_equal(first.thetas[-1], run.checkpoint.best_model().net.theta)
    assert np.array_equal(second.thetas[-1], run.checkpoint.model.net.theta)
    assert files(trained) == before


RUNS = {
    "text": ["text:text.txt", "--arch", "embed 4, gru 5, linear", "--window", 8, "-m", 3],
    "table": ["table.csv", "-s", 4, "-m", 12, "--patience", 3, "--validation", 0.3, "--class-weights", "balanced"],
    "pictures": ["digits", "--arch", "conv 2 3, batch_norm, relu, flatten, linear", "--augment", "shift 1", "-m", 2],
    "scheduled": ["digits", "-s", 8, "-m", 3, "--schedule", "plateau(1)", "--dropout", 0.2, "--validation", 0.2],
    "replacement": ["digits", "-s", 8, "-m", 2, "--replacement", "--optimizer", "adamw", "--no-measure-train"],
}


@pytest.fixture
def data():
    rng = np.random.default_rng(2)
    rows = [f"{x:.3f},{y:.3f},{'ab'[int(x + y > 0.7)]}" for x, y in rng.normal(size=(40, 2))]
    Path("table.csv").write_text("\n".join(["x,y,kind", *rows]))
    Path("text.txt").write_text("the quick brown fox jumps over the lazy dog. " * 12)


@pytest.mark.parametrize("name", RUNS)
def test_every_kind_of_run(whence, data, name):
    whence("train", *RUNS[name], "--out", "run", "--quiet")
    run, watching = ReplayedRun.of(Path("run")), Watching()
    run.replay([watching], epochs=run.checkpoint.state.epoch)
    assert np.array_equal(watching.thetas[-1], run.checkpoint.model.net.theta)


def test_a_run_that_was_interrupted_and_resumed(whence, trained, monkeypatch):
    def stop_in_the_second_epoch(self, training):
        if training.step == 60:
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(Checkpointing, "on_batch_end", stop_in_the_second_epoch)
        whence("train", "-m", 4, "-s", 16, "--out", "stopped", "--quiet", code=130)
    run = ReplayedRun.of(Path("stopped"))
    assert run.checkpoint.state.position
    run.replay([])
    with pytest.raises(ArgumentError, match="epochs is 2, but stopped has completed 1 epoch; give at most that"):
        run.replay([], epochs=2)
    (step,), _ = run.steps(60, 1)  # of the epoch that is not completed
    (other,), _ = ReplayedRun.of(Path(trained)).steps(60, 1)
    assert np.array_equal(step["W1"], other["W1"])
    whence("train", "--resume", "stopped", "--quiet")
    assert_same_run("stopped", trained)
    ReplayedRun.of(Path("stopped")).replay([], epochs=4)


def test_an_unfinished_first_epoch(whence, monkeypatch):
    monkeypatch.setattr(Checkpointing, "on_batch_end", lambda self, training: os.kill(os.getpid(), signal.SIGINT))
    whence("train", "-s", 8, "--out", "run", "--quiet", code=130)
    with pytest.raises(RunFolderError, match="run has not completed an epoch yet; go on with"):
        ReplayedRun.of(Path("run")).replay([])


def test_ctrl_c_leaves_the_run_as_it_is(whence, trained):
    class Stopping(Callback):
        def on_batch_end(self, training):
            os.kill(os.getpid(), signal.SIGINT)

    before = files(trained)
    with pytest.raises(TrainingInterrupted, match="interrupted after step 1"):
        ReplayedRun.of(Path(trained)).replay([Stopping()])
    assert files(trained) == before


def test_a_replay_that_differs_names_epoch_and_versions(whence, trained, monkeypatch):
    initialise = Linear.initialise

    def otherwise(self, rng, following):
        initialise(self, rng, following)
        self.weight = 1.01 * self.weight

    monkeypatch.setattr(Linear, "initialise", otherwise)
    run = ReplayedRun.of(Path(trained))
    record = tomllib.loads(Path(trained, "config.toml").read_text())["record"]
    versions = f"whence {record['whence']}, Python {record['python']}, NumPy {record['numpy']}, 1 thread"
    for replay in (lambda: run.replay([]), lambda: run.steps(60, 1)):
        with pytest.raises(
            ReplayError, match=r"run: the training made again is another one: .* after epoch 1"
        ) as error:
            replay()
        assert str(error.value).endswith(f"the versions that it was made with: {versions}")


def test_data_that_changed_or_are_gone(whence, data):
    whence("train", *RUNS["table"], "--out", "run", "--quiet")
    path = Path("table.csv")
    path.write_text(path.read_text() + "\n0.5,0.5,a")
    with pytest.raises(DataError, match="are not the data that run was trained on"):
        ReplayedRun.of(Path("run"))
    path.unlink()
    with pytest.raises(DataError, match="which is no longer there"):
        ReplayedRun.of(Path("run"))


def test_a_run_whose_seed_was_edited(whence, trained):
    config = Path(trained, "config.toml")
    config.write_text(config.read_text().replace("seed = 1", "seed = 2", 1))
    with pytest.raises(RunFolderError, match="was edited since the run was made"):
        ReplayedRun.of(Path(trained))


def test_no_such_run(tmp_path):
    with pytest.raises(RunFolderError, match="there is no run"):
        ReplayedRun.of(tmp_path / "none")


def start_of(run, step):
    """Return after which epoch a replay for a step begins."""
    kept = run.arguments(step, first=step)["resume"]
    return 0 if kept is None else kept.state.epoch


@pytest.fixture
def kept(whence, once):
    """A run with the checkpoints of its second and fourth epoch, of five."""
    train = "train", "-m", 5, "-s", 8, "-b", 500, "--keep-every", 2
    once("kept", lambda: whence(*train, "--out", "run", "--quiet"))
    return Path("run")


def test_later_steps_are_replayed_from_the_nearest_kept_checkpoint(kept):
    run = ReplayedRun.of(kept)
    per_epoch = run.checkpoint.state.steps_per_epoch
    steps = 1, 2 * per_epoch, 2 * per_epoch + 1, 5 * per_epoch
    assert [start_of(run, step) for step in steps] == [0, 0, 2, 4]
    first = 4 * per_epoch + 1
    near, _ = run.steps(first, 2)
    for path in kept.glob("checkpoint-*"):
        path.unlink()
    far, _ = run.steps(first, 2)
    assert all(np.array_equal(one[name], other[name]) for one, other in zip(near, far, strict=True) for name in far[0])


def test_a_kept_checkpoint_that_is_damaged_or_of_another_run_is_not_used(kept, whence):
    run = ReplayedRun.of(kept)
    last = run.checkpoint.state.step
    path = kept / "checkpoint-4.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    assert start_of(run, last) == 2
    whence("train", "-m", 5, "-s", 8, "-b", 500, "--keep-every", 2, "--seed", 2, "--out", "other", "--quiet")
    for name in ("checkpoint-2.safetensors", "checkpoint-4.safetensors"):
        (kept / name).write_bytes(Path("other", name).read_bytes())
    assert start_of(run, last) == 0


def test_a_run_that_replaces_another_has_none_of_its_kept_checkpoints(kept, whence):
    whence("train", "-m", 1, "-s", 8, "-b", 500, "--out", kept, "--force", "--quiet")
    assert not list(kept.glob("checkpoint-*"))


def test_steps_are_replayed_with_the_threads_that_made_them(kept, whence, monkeypatch):
    monkeypatch.setattr("whence.cli.threads._WORTH_SHARING_PRODUCTS", 0)
    whence("train", "--resume", kept, "-m", 6, "--threads", 2, "--quiet")
    run = ReplayedRun.of(kept)
    per_epoch = run.checkpoint.state.steps_per_epoch
    with pytest.raises(ArgumentError, match=f"so the steps after {5 * per_epoch} cannot be replayed"):
        run.replay([], epochs=6)
    run.replay([], epochs=5)
    whence("train", "--resume", kept, "-m", 9, "--keep-every", 1, "--quiet")
    run = ReplayedRun.of(kept)
    assert start_of(run, 8 * per_epoch) == 7
    assert len(run.steps(8 * per_epoch, per_epoch)[0]) == per_epoch
