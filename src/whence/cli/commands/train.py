"""``whence train``: the command made from the table of options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from whence.cli.options.settings import settings_from
from whence.cli.options.shared import misuse, reader
from whence.cli.options.table import OPTIONS, SECTIONS, Option
from whence.cli.options.values import FLAG
from whence.errors import ArgumentError

_DATA = OPTIONS["data"]
_HELP_COLUMN = 31
_WHOLE_RUNS = [
    ("    --config FILE.toml", "take settings from a file, by the names of these options; those given here come first"),
    ("    --resume RUN", "go on with a run that was stopped, by its own settings"),
    ("-h, --help", "show this and exit"),
]
_KEPT_WITH_RESUME = {"dir", "offline", "threads", "save_learning_curve", "json", "quiet"}


class _Train(click.Command):
    """Writes its options in the sections of the table."""

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
    return click.Option([*short, f"--{option.name}", option.key], type=str, callback=reader(option), default=None)


def _run(file: str | None, config: Path | None, resume: Path | None, **given: Any) -> None:
    if file is not None:
        if given["data"] != "text":
            raise click.UsageError(
                f"{file} is too much after {given['data']}; only a text is told by two words: text {file}"
            )
        given["data"] = f"text:{file}"
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
    from whence.cli.run_folder import CONFIG
    from whence.data import datasets

    if data not in datasets and (Path(data) / CONFIG).is_file():
        raise ArgumentError(f"{data} is a run, and no data to train on; to go on with it: whence train --resume {data}")


def _refuse_settings(given: dict[str, Any], config: Path | None) -> None:
    told = [
        option.name for key, option in OPTIONS.items() if key not in _KEPT_WITH_RESUME and given[key] is not None
    ] + ["config"] * (config is not None)
    if told:
        raise click.UsageError(
            f"--resume takes every setting from the run itself; leave out {', '.join(told)}, or start a new run"
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
    ],
    help=f"""Train a network on DATA: {_DATA.help} (default: digits, or the folder given with -d).

    It leaves a folder with the trained model, the last checkpoint, the metrics of every epoch, pictures and a report.
    What a file turns on, a flag with "no-" before its name turns off.""",
)
