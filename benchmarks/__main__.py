"""Time whence beside other libraries that compute the same, in turn, and print the ratios.

    python -m benchmarks                                    # every row, one thread, all peers
    python -m benchmarks mlp-96 lstm --threads 1,2 --peers torch,jax
    python -m benchmarks --threads 1,2 --json speed.json --write docs/speed.md

With ``--json``, rows can be timed one after another: the file keeps those of runs before, and ``--write`` writes all.

Every side has the same first weights and the same batches, in a process of its own on as many cores as threads, and
only one of them works at a time; the losses after the first steps must be the same. A ratio is a side's time over
whence's: above 1, whence is faster. PyTorch is there as its users write it, with channels last and its fused optimizer,
and compiled. Bare products are the matrix products of a step alone: what no formula in NumPy can be faster than. The
peers come with ``pip install "whence-nn[peers]"``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.speed.machine import described, machine
from benchmarks.speed.report import kept, line, markdown, record, with_record, write_into, write_json
from benchmarks.speed.rows import ROWS
from benchmarks.speed.sides import PEERS
from benchmarks.speed.turns import installed, timed


def main() -> None:
    """Time what is asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"all if left out: {', '.join(ROWS)}")
    parser.add_argument("--threads", default="1", help="numbers of threads, as 1,2 (default: 1)")
    parser.add_argument("--peers", default=",".join(PEERS), help=f"of {', '.join(PEERS)} (default: all)")
    parser.add_argument("--turns", type=int, default=21, help="how often each side has its turn (default: 21)")
    parser.add_argument("--quick", action="store_true", help="five turns, for a first look")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all figures to a file, which keeps rows")
    parser.add_argument("--write", type=Path, metavar="PAGE.md", help="also write the table into a page")
    arguments = parser.parse_args()
    rows = arguments.rows or list(ROWS)
    if unknown := sorted(set(rows) - set(ROWS)):
        parser.error(f"there is no row {unknown[0]!r}; the rows are {', '.join(ROWS)}")
    peers = [peer for peer in arguments.peers.split(",") if peer]
    if unknown := sorted(set(peers) - set(PEERS)):
        parser.error(f"there is no peer {unknown[0]!r}; the peers are {', '.join(PEERS)}")
    threads = [int(count) if count.isdecimal() else 0 for count in arguments.threads.split(",")]
    found = machine()
    if not all(1 <= count <= found["cores"] for count in threads):
        parser.error(f"threads is {arguments.threads}; give whole numbers from 1 to {found['cores']}, as 1,2")
    turns = 5 if arguments.quick else arguments.turns
    if turns < 2:
        parser.error(f"turns is {turns}; quartiles need at least 2")
    sides = ["whence", *installed(peers), "products"]
    print(described(found), flush=True)
    records = kept(arguments.json, found) if arguments.json else []
    for row in rows:
        for count in threads:
            new = record(row, count, timed(row, sides, count, turns))
            print(line(new), flush=True)
            records = with_record(records, new)
            if arguments.json:
                write_json(arguments.json, found, records)
    if arguments.write:
        write_into(arguments.write, "training steps", f"{described(found)}.\n\n{markdown(records)}")


if __name__ == "__main__":
    main()
