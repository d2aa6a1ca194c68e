"""Read back the equations that ``whence why`` shows of many traces, compute them in decimal, and count the false ones.

    PYTHONPATH=tests python benchmarks/shown_equations.py              # three cells of every array; some minutes
    PYTHONPATH=tests python benchmarks/shown_equations.py --cells 20

The traces are those of every registered layer, loss and optimizer in ``tests``, in both precisions, at the first and at
a later step; what reads the equations is ``tests/shown_arithmetic.py``.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator

import numpy as np

import traced_networks
from nn.examples import EXAMPLES
from shown_arithmetic import equation_of_why
from views import test_shown_arithmetic as shown
from whence.optim import optimizers
from whence.trace import Trace
from whence.views.text import why_text


def main() -> None:
    """Print for each precision how many equations were read and how many are false, and the first of these."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=3, help="cells of each array  [default: 3]")
    count = parser.parse_args().cells
    for precision in shown.PRECISIONS:
        found: Counter[str] = Counter()
        start = time.process_time()
        for traced in traces(precision):
            for name, index in shown.cells(traced, traced.formulas, count):
                shown.check(equation_of_why(why_text(traced, name, index, depth=0)), precision, found)
        seconds, read, rounded = time.process_time() - start, found.pop("all"), found.pop("rounded")
        print(f"{precision}: {read:,} equations in {seconds:.0f} s, {rounded:,} of them with ≈, {found.total()} false")
        for falsity in list(found)[:20]:
            print(f"  {falsity}")


def traces(precision: str) -> Iterator[Trace]:
    """Yield the traces whose equations are read, in a precision."""
    dtype = np.dtype(precision)
    for examples in EXAMPLES.values():
        for example in examples:
            if example.shape:
                yield traced_networks.traced_example(example, dtype, optimizers["adam"](0.01), count=3)[0]
    for make in shown.NETWORKS.values():
        yield from make(dtype)


if __name__ == "__main__":
    main()
