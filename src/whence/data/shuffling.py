"""The order of the samples in an epoch."""

from __future__ import annotations

from typing import Any

import numpy as np

from whence.arrays import Array
from whence.data.parts import Parts
from whence.stored_rows import StoredRows


def shuffled(rows: Array, inputs: Array, rng: np.random.Generator) -> Array:
    """Return rows in a random order: any order is as likely, unless the inputs are in parts that are read as needed.

    Parts with several rows are put into a random order, and as many of them after one another as are held in memory
    together, up to 256 MB, form a group, whose rows are put into a random order. So an epoch reads each part once, but
    samples of different groups are never in turn. The order depends on nothing but the parts and the generator.

    Parameters
    ----------
    rows : (N,) int array
        The numbers of the samples.
    inputs : (M, ...) array
        The inputs of all samples.
    rng : numpy.random.Generator
        Makes the choice.
    """
    given: Any = inputs
    source = given.source if isinstance(given, StoredRows) else None
    if not isinstance(source, Parts) or source.single_rows:
        return rng.permutation(rows)
    part_of = source.part_of(given.rows[rows])
    group_of = rng.permutation(len(source.parts))[part_of] // source.together
    return np.concatenate([rng.permutation(rows[group_of == group]) for group in np.unique(group_of)])
