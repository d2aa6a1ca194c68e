"""``whence sweep``: many trainings with settings from ranges, and the best of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from whence.cli.options.shared import JSON, Command, click_option, count_option, import_option, misuse
from whence.cli.options.table import SWEEP_OPTIONS
from whence.cli.terminal import echo


def _run(
    config: Path, out: Path | None, workers: int, modules: str | None, as_json: bool, quiet: bool, **given: Any
) -> None:
    from whence.cli.sweep.plan import read_sweep
    from whence.cli.sweep.study import finished, open_study, prepare_optuna

    prepare_optuna()
    with misuse():
        sweep = read_sweep(config, given, out)
        sweep.check_names()
    from whence.cli.sweep import results
    from whence.cli.sweep.claims import folder_of
    from whence.cli.sweep.processes import work_in_processes
    from whence.cli.sweep.worker import work
    from whence.wording import counted

    study = open_study(sweep)
    if not quiet and (before := len(finished(study))):
        echo(f"{sweep.study} goes on after {counted(before, 'trial')}", err=True)

    def tell(number: int) -> None:
        if not quiet:
            echo(results.trial_line(study, sweep, number), err=True)

    try:
        if workers == 1:
            work(study, sweep, tell)
        else:
            work_in_processes(sweep, workers, modules, tell)
    except KeyboardInterrupt as interruption:
        done = counted(len(finished(study)), "trial")
        interruption.args = (f"Interrupted after {done}; the same command goes on.",)
        raise
    best = results.write_results(study, sweep)
    if as_json:
        echo(json.dumps(results.summary(study, sweep, best)))
    elif not quiet:
        echo(f"\n{results.trials_table(study, sweep)}\n")
        echo(f"The trials are in {sweep.folder}, with {results.PICTURE} and {results.BEST}. Next, try:\n")
        run = folder_of(best, sweep)
        commands = f"train --config {sweep.folder / results.BEST}", f"why {run} loss", f"doctor {run}"
        for command in commands:
            echo(f"  whence {command}")


command = Command(
    "sweep",
    callback=_run,
    params=[
        click.Argument(["config"], metavar="CONFIG.toml", type=click.Path(path_type=Path)),
        *(click_option(option, default=None) for option in SWEEP_OPTIONS.values()),
        count_option("--workers", "Processes that make trials here; start the same command elsewhere for more.", 1),
        click.Option(
            ["--out"],
            type=click.Path(path_type=Path),
            metavar="FOLDER",
            help="The folder of the trials.  [default: sweeps/STUDY]",
        ),
        JSON,
        click.Option(["-q", "--quiet"], is_flag=True, help="Print nothing but errors."),
        import_option(exposed=True),
    ],
    help="""Train many networks with the settings in CONFIG.toml, some of which are ranges, and find the best.

    A range stands in place of a value: learning-rate = {low = 1e-4, high = 1, log = true}, or {choices = [...]}.
    Options of the sweep can be in its table [sweep]. Every trial is a run, which goes on where it was when the sweep
    is stopped or killed and started again; several processes and machines can work on one study.""",
)
