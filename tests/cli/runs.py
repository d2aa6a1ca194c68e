"""Looking at the folders of runs, finished or not."""

import json
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

AT_STEP = """
import os, signal, sys
from whence.cli import main
from whence.training import Checkpointing

step, sent, real = int(sys.argv[1]), signal.Signals[sys.argv[2]], Checkpointing.on_batch_end

def on_batch_end(self, training):
    if training.step == step:
        os.kill(os.getpid(), sent)
    real(self, training)

Checkpointing.on_batch_end = on_batch_end
main(sys.argv[3:])
"""
"""The program, which sends itself a signal at a step of the training, so that it is the same one on every machine."""


def metrics(folder):
    """The records of a run's epochs, without what the clock says."""
    lines = Path(folder, "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    return [{key: value for key, value in json.loads(line).items() if key != "seconds"} for line in lines]


def wait_for_epochs(process, folder, epochs):
    deadline = time.monotonic() + 240
    path = Path(folder, "metrics.jsonl")
    while not path.exists() or path.read_bytes().count(b"\n") < epochs:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def assert_same_run(folder, other):
    assert metrics(folder) == metrics(other)
    for name in ("model.safetensors", "checkpoint.safetensors"):
        arrays, others = load_file(Path(folder, name)), load_file(Path(other, name))
        assert arrays.keys() == others.keys()
        for key in arrays.keys() - {"history/records"}:  # which hold what the clock says
            array = arrays[key]
            assert array.tobytes() == others[key].tobytes(), key
            assert np.isfinite(array).all()
