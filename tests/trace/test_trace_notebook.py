"""How a notebook draws a trace: by the page, which nothing in the trace knows."""

import subprocess
import sys

CELL = """
import sys
import numpy as np
from whence.nn import CrossEntropy, Linear, Sequential
from whence.optim import SGD
from whence.trace import trace

step = trace(Sequential(Linear(3, 2)), CrossEntropy(), SGD(0.1), np.ones((4, 3)), np.array([0, 1, 1, 0]))
assert not [name for name in sys.modules if name.startswith("whence.views")]
print(step._repr_html_()[:7])
"""


def test_a_trace_is_drawn_although_no_view_was_imported():
    done = subprocess.run([sys.executable, "-c", CELL], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("<iframe", "")
