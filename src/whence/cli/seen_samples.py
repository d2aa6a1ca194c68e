"""What a measurement says of new data: whether its samples are those that the network was trained on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from whence.cli.traced_run import open_run
from whence.data import Batches, Samples
from whence.errors import WhenceError
from whence.training import Model
from whence.wording import counted


def remark_on_seen_samples(run: Path, model: Model, splits: Mapping[str, Samples]) -> str:
    """Return a sentence if the last part of the data, which a report is about, was trained on, and else nothing.

    Parameters
    ----------
    run : Path
        The folder of a run, or a file in it; if its data are gone or changed, there is nothing to compare with.
    model : Model
        The network of the run.
    splits : mapping of str to Samples
        The parts of the data that are measured.
    """
    *_, (name, samples) = splits.items()
    if name == "train":
        return "there are no test samples: these are training samples, whose measures say little of new data"
    try:
        train = open_run(run if run.is_dir() else run.parent, offline=True)[0].train
    except WhenceError:
        return ""
    known = set(_digests(model, train))
    seen = sum(digest in known for digest in _digests(model, samples))
    if not seen:
        return ""
    return (
        f"{seen:,} of {counted(len(samples), 'sample')} are equal to samples that {run} was trained on, "
        "whose measures say little of new data"
    )


def _digests(model: Model, samples: Samples) -> Iterator[int]:
    """Yield a number for each sample by which equal inputs with equal targets are known."""
    net = model.net
    batches = Batches(samples, model.preprocessing, 1000, rng=None, dtype=net.dtype, input_dtype=net.input_dtype)
    for batch in batches:
        yield from map(hash, zip(map(bytes, batch.x), map(bytes, batch.y), strict=True))
