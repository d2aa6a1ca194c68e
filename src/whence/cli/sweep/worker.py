"""A worker: it makes one trial after another until all have come to an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from whence.cli.sweep.claims import is_complete, next_claim
from whence.cli.sweep.plan import SweepPlan
from whence.cli.sweep.trial_run import LoadedData, make_trial

if TYPE_CHECKING:
    from optuna import Study

_SECONDS_BETWEEN_LOOKS = 0.2


def work(study: Study, sweep: SweepPlan, tell: Callable[[int], object]) -> None:
    """Make trials of a study until all have come to an end, those of other processes too.

    Parameters
    ----------
    study : optuna.Study
        The study.
    sweep : SweepPlan
        The sweep.
    tell : callable
        Called with the number of each trial that was made here.
    """
    data = LoadedData()
    if not sweep.varies_data:
        data.of(sweep.common_settings())
    while not is_complete(study, sweep):
        with next_claim(study, sweep) as claim:
            if claim is not None:
                make_trial(study, sweep, claim, data)
                tell(claim.trial.number)
        if claim is None:  # others make the last ones, and may be killed
            time.sleep(_SECONDS_BETWEEN_LOOKS)
