"""``whence train``: the command made from the table of options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from whence.cli.one_message import one_message
from whence.cli.options.settings import settings_from
from whence.cli.options.shared import IMPORT, Command, misuse, reader
from whence.cli.options.table import OPTIONS, SECTIONS, Option
from whence.cli.options.values import FLAG
from whence.cli.runs.run_files import CONFIG
from whence.errors import ArgumentError

_DATA = OPTIONS["data"]
_HELP_COLUMN = 31
_WHOLE_RUNS = [
    ("    --config FILE.toml", "read options from a file, by their names; those of the command line take precedence"),
    ("    --resume RUN", "continue a run that was stopped; with a larger -m also a finished one"),
    ("    --import MODULES", "import modules with user-defined layers, losses or optimizers, separated by commas"),
    ("-h, --help", "show this message and exit"),
]
_KEPT_WITH_RESUME = {
    "max_iter",
    "max_steps",
    "patience",
    "watch",
    "dir",
    "offline",
    "threads",
    "keep_every",
    "log",
    "profile",
    "pictures",
    "save_learning_curve",
    "json",
    "quiet",
}


class _Train(Command):
    """Shows the options in the sections of the table."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections = {
            name: [(_spelling(option), _help(option)) for option in part if option is not _DATA]
            for name, part in SECTIONS.items()
        }
        for section, lines in {**sections, "Whole runs": _WHOLE_RUNS}.items():
            with formatter.section(section):
                formatter.write_dl([(spelling.ljust(_HELP_COLUMN), said) for spelling, said in lines], _HELP_COLUMN)


def _spelling(option: Option) -> str:
    off = f" / {option.off}" if option.off else ""
    metavar = f" {option.kind.metavar}" if option.kind.metavar else ""
    return f"{option.short + ',' if option.short else '':<4}--{option.name}{off}{metavar}"


def _help(option: Option) -> str:
    if option.default is None or option.kind is FLAG:
        return option.help
    shown = ",".join(map(str, option.default)) if isinstance(option.default, tuple) else option.default
    return f"{option.help} (default: {shown})"


def _click_option(option: Option) -> click.Option:
    short = [option.short] if option.short else []
    if option.kind is FLAG:
        return click.Option(
            [*short, f"--{option.name}/{option.off or f'--no-{option.name}'}", option.key], default=None
        )
    names = [*short, f"--{option.name}", option.key]
    return click.Option(names, type=str, callback=reader(option), default=None, multiple=option.kind.several)


def _run(file: str | None, config: Path | None, resume: Path | None, **given: Any) -> None:
    if file is not None:
        if given["data"] != "text":
            raise click.UsageError(
                f"{file} after {given['data']} is not expected; only a text takes two words: text {file}"
            )
        given["data"] = f"text:{file}"
    with one_message():
        if resume is not None:
            _refuse_settings(given, config)
            from whence.cli.training_session import resume as resume_run

            resume_run(resume, {key: value for key, value in given.items() if value is not None})
            return
        with misuse():
            settings = settings_from(given, config)
            if settings.data is not None:
                _refuse_run(settings.data)
        from whence.cli.training_session import start

        start(settings)


def _refuse_run(data: str) -> None:
    from whence.data import datasets

    if data not in datasets and (Path(data) / CONFIG).is_file():
        raise ArgumentError(f"{data} is a run, not data to train on; to continue it: whence train --resume {data}")


def _refuse_settings(given: dict[str, Any], config: Path | None) -> None:
    names = [OPTIONS[key].name for key, value in given.items() if value is not None and key not in _KEPT_WITH_RESUME]
    if config is not None:
        names.append("config")
    if names:
        raise click.UsageError(
            f"--resume uses the settings of the run; leave out {', '.join(names)}, or start a new run"
        )


command = _Train(
    "train",
    callback=_run,
    params=[
        click.Argument([_DATA.key], type=str, callback=reader(_DATA), required=False),
        click.Argument(["file"], type=str, required=False, metavar="[FILE]"),
        *(_click_option(option) for option in OPTIONS.values() if option is not _DATA),
        click.Option(["--config"], type=click.Path(path_type=Path)),
        click.Option(["--resume"], type=click.Path(path_type=Path)),
        IMPORT,
    ],
    help=f"""Train a network on DATA: {_DATA.help} (default: digits, or the folder given with -d).

    The run's folder holds the trained model, the last checkpoint, the metrics of every epoch, pictures and a report.
    A flag that a file sets is unset by its name with "no-" before it.""",
)
