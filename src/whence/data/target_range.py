"""Numbers to predict, scaled into the range of an output activation, such as that of a sigmoid from 0 to 1."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from whence.data.preprocessing import Preprocessing
from whence.data.samples import Samples

_MARGIN = 0.1


def scaled_into(
    preprocessing: Preprocessing, train: Samples, low: float, high: float
) -> tuple[Preprocessing, tuple[str, ...]]:
    """Return a preprocessing that scales training targets into a range, and a remark that says so.

    Targets that lie in the range already as the preprocessing gives them are left as they are. Otherwise those of each
    column are scaled: into a bounded range evenly, so that a tenth of it is left at either end; into a half-open one by
    their standard deviation, beginning 0.1 from its end.
    """
    values = (train.targets - preprocessing.reference(train.inputs))[train.counted].astype(np.float64)  # (N, K)
    given = (values - preprocessing.target_shift) * preprocessing.target_scale
    if given.min() >= low and given.max() <= high:
        return preprocessing, ()
    smallest, largest = values.min(axis=0), values.max(axis=0)
    if np.isfinite([low, high]).all():
        unit, room = largest - smallest, (1 - 2 * _MARGIN) * (high - low)
        fixed, place = (smallest + largest) / 2, (low + high) / 2
    else:
        unit, room = values.std(axis=0), 1.0
        fixed, place = (smallest, low + _MARGIN) if np.isfinite(low) else (largest, high - _MARGIN)
    scale = room / np.where(unit > 0, unit, 1.0)
    shift = fixed - place / scale
    found = (values - shift) * scale
    remark = (
        f"the targets, {values.min():.4g} to {values.max():.4g} in training, are scaled to {found.min():.4g} to "
        f"{found.max():.4g}, since the output activation gives {_range_text(low, high)}; predictions are scaled back"
    )
    return replace(preprocessing, target_shift=shift, target_scale=scale), (remark,)


def _range_text(low: float, high: float) -> str:
    if np.isfinite(low) and np.isfinite(high):
        return f"numbers from {low:g} to {high:g}"
    return f"numbers above {low:.3g}" if np.isfinite(low) else f"numbers below {high:.3g}"
