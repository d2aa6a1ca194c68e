"""The study of a sweep, joined by every process that makes trials of it."""

from __future__ import annotations

import contextlib
import json
import time
import warnings
from typing import TYPE_CHECKING, Any

from whence.cli.sweep.plan import SweepPlan
from whence.cli.sweep.samplers import pruner
from whence.cli.sweep.storage import open_storage, shown
from whence.errors import StorageError
from whence.optional import require

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial

_IDENTITY, _DATA = "whence: sweep", "whence: SHA-256 of the data"
_TRIES, _SECONDS_BETWEEN_TRIES = 8, 0.05


def prepare_optuna() -> None:
    """Import Optuna, and leave it to whence to say what happens.

    Raises
    ------
    MissingDependencyError
        If it is not installed.
    """
    optuna = require("optuna", extra="sweep", purpose="a sweep")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)


def open_study(sweep: SweepPlan) -> Study:
    """Return the study of a sweep, made if there is none of its name.

    Raises
    ------
    StorageError
        If the storage cannot be used, or its study of that name is of another sweep.
    """
    prepare_optuna()
    made = _study(sweep, open_storage(sweep.storage))
    _require_same_sweep(made, sweep)
    return made


def finished(study: Study) -> list[FrozenTrial]:
    """Return the trials that came to an end, complete or pruned, in their order."""
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))


def require_same_data(study: Study, sweep: SweepPlan, sha256: str) -> None:
    """Raise `StorageError` if the data of a trial are not those of the others; the first one says which they are."""
    if sweep.varies_data:
        return
    known = study.user_attrs.get(_DATA)
    if known is None:
        study.set_user_attr(_DATA, sha256)
    elif known != sha256:
        raise StorageError(
            f"the data here are not those of the other trials of the study {sweep.study} in {shown(sweep.storage)} "
            "(the SHA-256 differs); use the same data, or another study"
        )


def _study(sweep: SweepPlan, storage: BaseStorage) -> Study:
    """Return the study, which another process may be making at this moment."""
    import optuna

    direction = optuna.study.StudyDirection.MINIMIZE if sweep.minimises else optuna.study.StudyDirection.MAXIMIZE
    for tried in range(1, _TRIES + 1):
        with contextlib.suppress(optuna.exceptions.DuplicatedStudyError):
            try:
                return optuna.create_study(
                    storage=storage,
                    study_name=sweep.study,
                    direction=direction,
                    pruner=pruner(sweep.options.pruner),
                    load_if_exists=True,
                )
            except optuna.exceptions.StorageInternalError as error:
                if tried == _TRIES:
                    raise StorageError(
                        f"the storage {shown(sweep.storage)} makes no study: {error}; check that it can be written"
                    ) from error
        time.sleep(_SECONDS_BETWEEN_TRIES * tried)
    raise AssertionError


def _require_same_sweep(study: Study, sweep: SweepPlan) -> None:
    now = json.loads(json.dumps(sweep.identity()))
    before = study.user_attrs.get(_IDENTITY)
    place = f"the study {sweep.study} in {shown(sweep.storage)}"
    if before is None:
        if study.get_trials(deepcopy=False):
            raise StorageError(f"{place} was not made by whence; choose another with --study")
        study.set_user_attr(_IDENTITY, now)
        return
    for name in sorted({*before, *now}):
        if before.get(name) != now.get(name):
            raise StorageError(
                f"{place} is of another sweep: {name} is {_shown(now.get(name))}, but was {_shown(before.get(name))}; "
                "undo it, or choose another with --study"
            )


def _shown(value: Any) -> str:
    return "not set" if value is None else json.dumps(value)
