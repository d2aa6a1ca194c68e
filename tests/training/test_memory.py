"""Memory between steps: the system is not asked for the same pages again and again."""

import ctypes
import subprocess
import sys

import pytest

_FAULTS_OF_TEN_STEPS = """
import resource, sys
import numpy as np
from whence.training.memory import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()
def step():
    kept = [np.zeros(800_000, np.float32) for _ in range(12)]
    for array in kept:
        array += 1
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "mallopt"),
    reason="only the GNU C library is told",
)
def test_a_step_finds_the_memory_of_the_last_one():
    def faults(how):
        command = [sys.executable, "-c", _FAULTS_OF_TEN_STEPS, how]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert faults("kept") < faults("given back") / 10
