"""Peak memory of a Python program, for the tests of the loaders' bounds."""

import subprocess
import sys
from pathlib import Path

import pytest

REPORT = """
import re
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


def peak_megabytes(code):
    """Run ``code`` in a fresh interpreter and return the most memory that it ever held."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the peak memory of a program is read from /proc, which is not here")
    done = subprocess.run([sys.executable, "-c", code + REPORT], check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024
