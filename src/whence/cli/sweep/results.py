"""What a sweep ends with: a table, a picture, and the settings of the best trial."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import tomli_w

from whence.cli.report import measure_text
from whence.cli.sweep.claims import folder_of
from whence.cli.sweep.plan import SweepPlan
from whence.cli.sweep.study import finished
from whence.cli.sweep.trial_run import DIVERGED, EPOCHS, PRUNED, SETTINGS
from whence.errors import StorageError
from whence.files import make_folder, replacing
from whence.plots.sweep import TrialPoint, sweep_picture
from whence.text_table import csv_for_people, text_table
from whence.wording import counted

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

PICTURE, BEST, TABLE = "sweep.png", "best.toml", "trials.csv"
_ROWS_SHOWN = 10


def best_trial(study: Study) -> FrozenTrial | None:
    """Return the complete trial with the best measure, the first of equals; None if none is complete."""
    from optuna.trial import TrialState

    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return study.best_trial if complete else None


def write_results(study: Study, sweep: SweepPlan) -> FrozenTrial:
    """Write the table of all trials, the picture and the settings of the best trial, which is returned.

    Raises
    ------
    StorageError
        If no trial is complete.
    """
    best = best_trial(study)
    if best is None:
        raise StorageError(
            f"none of {counted(len(finished(study)), 'trial')} is complete: all diverged or were pruned; lower the "
            'learning rates, or set pruner = "none"'
        )
    make_folder(sweep.folder)
    records = [_record(trial, sweep) for trial in finished(study)]
    columns = list(dict.fromkeys(name for record in records for name in record))
    with replacing(sweep.folder / TABLE) as file:
        file.write(csv_for_people(columns, records).encode())
    with replacing(sweep.folder / BEST) as file:
        said = f"# trial {best.number}: validation {sweep.options.measure} {best.value:.6g}; train it again with\n"
        file.write(f"{said}# whence train --config {BEST}\n".encode())
        tomli_w.dump(best.user_attrs[SETTINGS], file)
    _draw(study, sweep)
    return best


def trial_line(study: Study, sweep: SweepPlan, number: int) -> str:
    """Return a line on a trial that has come to an end."""
    trial = study.get_trials(deepcopy=False)[number]
    best = best_trial(study)
    is_best = ", the best so far" if best is not None and best.number == number else ""
    chosen = ", ".join(f"{name} {_value_text(value)}" for name, value in trial.params.items())
    return f"trial {number}: {_ending(trial, sweep)}{is_best}; {chosen}"


def trials_table(study: Study, sweep: SweepPlan) -> str:
    """Return the best trials as a table."""
    trials = sorted(finished(study), key=lambda trial: _rank(trial, sweep))
    names = list(dict.fromkeys(name for trial in trials for name in trial.params))
    rows = [
        [str(trial.number), _ending(trial, sweep, short=True), *(_value_text(trial.params.get(name)) for name in names)]
        for trial in trials[:_ROWS_SHOWN]
    ]
    table = text_table(["trial", f"validation {sweep.options.measure}", *names], rows)
    more = len(trials) - _ROWS_SHOWN
    return table if more <= 0 else f"{table}\n… and {more} more in {sweep.folder / TABLE}"


def summary(study: Study, sweep: SweepPlan, best: FrozenTrial) -> dict[str, Any]:
    """Return what a sweep found as a JSON object."""
    trials = finished(study)
    return {
        "study": sweep.study,
        "folder": str(sweep.folder),
        "trials": len(trials),
        "pruned": sum(PRUNED in trial.user_attrs for trial in trials),
        "diverged": sum(DIVERGED in trial.user_attrs for trial in trials),
        "best": {
            "trial": best.number,
            "run": str(folder_of(best, sweep)),
            sweep.options.measure: best.value,
            "settings": best.params,
        },
    }


def _record(trial: FrozenTrial, sweep: SweepPlan) -> dict[str, Any]:
    return {
        "trial": trial.number,
        "ending": "diverged"
        if DIVERGED in trial.user_attrs
        else "pruned"
        if PRUNED in trial.user_attrs
        else "complete",
        sweep.options.measure: trial.value,
        "epochs": trial.user_attrs.get(EPOCHS),
        **trial.params,
    }


def _ending(trial: FrozenTrial, sweep: SweepPlan, *, short: bool = False) -> str:
    if DIVERGED in trial.user_attrs:
        return "diverged"
    if PRUNED in trial.user_attrs:
        return f"pruned after epoch {trial.user_attrs[PRUNED]}"
    assert trial.value is not None
    value = measure_text(sweep.options.measure, trial.value)
    return value if short else f"validation {sweep.options.measure} {value}"


def _rank(trial: FrozenTrial, sweep: SweepPlan) -> tuple[bool, bool, float, int]:
    unfinished = not trial.user_attrs.keys().isdisjoint((PRUNED, DIVERGED))
    value = trial.value
    worth = 0.0 if value is None else value if sweep.minimises else -value
    return unfinished, value is None, worth, trial.number


def _draw(study: Study, sweep: SweepPlan) -> None:
    points = [
        TrialPoint(trial.number, trial.value, trial.params, complete=PRUNED not in trial.user_attrs)
        for trial in finished(study)
        if trial.value is not None and DIVERGED not in trial.user_attrs
    ]
    logarithmic = {name for trial in finished(study) for name, kind in trial.distributions.items() if _is_log(kind)}
    sweep_picture(
        points,
        sweep.folder / PICTURE,
        measure=f"validation {sweep.options.measure}",
        minimises=sweep.minimises,
        importances=_importances(study),
        logarithmic=logarithmic,
    )


def _importances(study: Study) -> Mapping[str, float]:
    """Return how much of the differences between the best trials and all comes of each setting, if that can be said."""
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
        except (ValueError, RuntimeError):  # of too few trials, or of none that differ
            return {}


def _is_log(distribution: Any) -> bool:
    return bool(getattr(distribution, "log", False))


def _value_text(value: Any) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
