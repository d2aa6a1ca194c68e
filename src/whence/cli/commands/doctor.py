"""``whence doctor``: what is wrong with the training of a run, and what helps."""

from __future__ import annotations

import json
from pathlib import Path

import click

from whence.cli.options.shared import IMPORT, JSON, RUN, Command
from whence.cli.terminal import echo

_SECONDS, _SECONDS_TO_PROVE = 6.0, 60.0


def _run(run: Path, as_json: bool, prove: bool) -> None:
    from whence.cli.steps.run_patient import patient_of_run
    from whence.doctor import diagnose
    from whence.doctor.report import as_json as findings_as_json
    from whence.doctor.report import as_text

    diagnosis = diagnose(patient_of_run(run), seconds=_SECONDS_TO_PROVE if prove else _SECONDS, prove=prove)
    if as_json:
        echo(json.dumps({"run": str(run), "findings": findings_as_json(diagnosis)}, ensure_ascii=False))
    else:
        echo(as_text(diagnosis, str(run), curves=prove))


command = Command(
    "doctor",
    callback=_run,
    params=[
        RUN,
        click.Option(
            ["--prove"],
            is_flag=True,
            help="try remedies in trainings ten times as long, draw their losses, and withdraw what does not help",
        ),
        IMPORT,
        JSON,
    ],
    help="""Say what is wrong with the training of RUN, how that is known, and what helps.

    Its settings, history, data and arrays are looked at, and remedies are tried in short trainings from the same
    seed. A healthy training has no findings.""",
)
