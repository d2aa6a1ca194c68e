"""Arguments and options that several commands share."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from whence.cli.options.table import Option
from whence.cli.options.values import FLAG
from whence.cli.terminal import echo
from whence.errors import ArgumentError, ShapeError
from whence.files import require_ending, require_place
from whence.views.texts import LANGUAGES, Language

RUN = click.Argument(["run"], type=click.Path(path_type=Path))
NETWORK = click.Argument(["network"], metavar="RUN|ARCH")
DIR = click.Option(["-d", "--dir", "directory"], type=click.Path(), help="Folder that holds the files of the data set.")
OFFLINE = click.Option(["--offline"], is_flag=True, help="Never download; stop instead.")
JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON object and nothing else.")


def language_option(default: Language | None, help_text: str) -> click.Option:
    """Return the option for the language of what a view says."""
    metavar, kind = "|".join(LANGUAGES), click.Choice(LANGUAGES)
    return click.Option(["--language"], type=kind, metavar=metavar, default=default, help=help_text, show_default=True)


LANGUAGE = language_option("en", "English, Russian or Chinese.")


def count_option(name: str, help_text: str, default: int | None = None, *, most: int | None = None) -> click.Option:
    """Return an option that takes a whole number of at least 1."""
    kind = click.IntRange(1, most)
    return click.Option([name], type=kind, metavar="N", default=default, show_default=True, help=help_text)


BEST, NEXT = "best", "next"
"""The step that a run would make from the model that it saved, and the one after its last step."""


def _step(ctx: click.Context, parameter: click.Parameter, given: str) -> str:
    """Check the step that is asked for."""
    if given not in (BEST, NEXT, "first", "last") and not re.fullmatch(r"0*[1-9]\d{0,17}", given):
        raise click.UsageError(f"step is {given!r}; give best, next, first, last, or a number from 1", ctx)
    return given


STEP = click.Option(
    ["--step"],
    metavar="STEP",
    default=BEST,
    callback=_step,
    help="The training step: best, the one after the best epoch, from the weights of the saved model; next, the one "
    "after the last; or first, last or a number from 1, replayed on the samples that the run made it on.  "
    "[default: best]",
)
STEPS = count_option("--steps", "Number of consecutive training steps.", 1)
EXERCISE = click.Option(
    ["--exercise"],
    type=click.IntRange(0, 2**63 - 1),
    metavar="SEED",
    help="Leave cells blank along one chain from a weight to the loss and back, chosen by this number: another number, "
    "other cells. A key is written beside it.",
)
SMALL, HANDFUL = 8, 4
"""Up to how many training samples a step takes all by default, and how many it takes of more."""
BATCH = count_option("--batch", "Take the first N training samples instead.")


def _sample_numbers(ctx: click.Context, parameter: click.Parameter, given: str | None) -> list[int] | None:
    """Return the numbers in a text such as ``3,7,12``."""
    if given is None:
        return None
    if not re.fullmatch(r"\d{1,18}(,\d{1,18})*", given):
        raise click.UsageError(f"samples is {given!r}; give numbers from 0, separated by commas, such as 3,7,12", ctx)
    return [int(number) for number in given.split(",")]


SAMPLES = click.Option(
    ["--samples", "--sample"],
    metavar="N,N,…",
    callback=_sample_numbers,
    help="Training samples of the step, numbered from 0.  "
    f"[default: all of at most {SMALL}, or else the first {HANDFUL} of different classes]",
)


def _import(ctx: click.Context, parameter: click.Parameter, given: str | None) -> str | None:
    """Import the modules, separated by commas, in which a user defines layers, losses or optimizers."""
    import_modules(given)
    return given


def import_modules(given: str | None) -> None:
    """Import the modules whose names, separated by commas, are given."""
    if given and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    for name in given.split(",") if given else ():
        try:
            importlib.import_module(name.strip())
        except Exception as error:  # a user's module can raise anything
            raise Misuse(
                f"the module {name.strip()} cannot be imported: {error}; put it into the working folder or install it"
            ) from error


def import_option(*, exposed: bool) -> click.Option:
    """Return the option that imports modules; a command that starts others needs to know them."""
    return click.Option(
        ["--import", "modules"],
        metavar="MODULES",
        is_eager=True,
        expose_value=exposed,
        callback=_import,
        help="Modules with user-defined layers, losses or optimizers, separated by commas.",
    )


IMPORT = import_option(exposed=False)


class Command(click.Command):
    """A command that refuses an option of one value that is given twice, of which click would forget the first."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        order = self.make_parser(ctx).parse_args(list(args))[2]
        for parameter, count in Counter(order).items():
            takes_one = isinstance(parameter, click.Option) and not (parameter.multiple or parameter.is_flag)
            if takes_one and count > 1:
                raise click.UsageError(f"{parameter.opts[-1]} was given {count} times; give it once", ctx)
        return super().parse_args(ctx, args)


class Misuse(click.ClickException):
    """Invalid settings; as for other misuse of the command line, the exit code is 2."""

    exit_code = 2


@contextlib.contextmanager
def misuse() -> Iterator[None]:
    """Turn errors about settings in the block into misuse of the command line."""
    try:
        yield
    except (ArgumentError, ShapeError) as error:
        raise Misuse(str(error)) from error


def refuse_typed(*names: str, but: str) -> None:
    """Raise `click.UsageError` if one of these options, which do nothing here but are for ``but``, was typed."""
    context = click.get_current_context()
    typed = [
        option.opts[0]
        for option in context.command.params
        if option.name in names and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    ]
    if typed:
        raise click.UsageError(f"{typed[0]} is for {but}; leave it out")


def output(name: str) -> click.Option:
    """Return the option for the file to write, by default ``name`` in the run's folder."""
    help_text = f"The file to write.  [default: {name} in the run's folder]"
    return click.Option(["-o", "--output"], type=click.Path(path_type=Path), help=help_text)


def output_path(network: str | Path, given: Path | None, name: str) -> Path:
    """Return the file to write: the given one, or ``name`` in a run's folder, beside a file of traces, or else here.

    Raises
    ------
    ArgumentError
        If the given file has the ending of another format.
    RunFolderError
        If the given file cannot be written: its folder does not exist, or a folder has its name.
    """
    if given is not None:
        require_ending(given, Path(name).suffix)
        require_place(given)
        return given
    if os.path.isfile(network):
        return Path(network).with_suffix(Path(name).suffix)
    return Path(network, name) if os.path.isdir(network) else Path(name)


def key_path(path: Path) -> Path:
    """Return the file for the key of an exercise: beside it, with ``-key`` in its name."""
    return path.with_name(f"{path.stem}-key{path.suffix}")


def say_written(path: Path, said: str) -> None:
    """Say that a file was written; on standard error if it is a pipe, since that may be standard output."""
    echo(said, err=not path.is_file())


def click_option(option: Option, **changes: Any) -> click.Option:
    """Return a command's option that is parsed like one of training, with what the command changes of it."""
    name = f"--{option.name}"
    if option.kind is FLAG:
        kind: dict[str, Any] = {"is_flag": True} if option.default is None else {"is_flag": True, "flag_value": True}
        name += f"/--no-{option.name}" if option.default is None else ""
    else:
        kind = {
            "type": str,
            "callback": reader(option),
            "metavar": option.kind.metavar,
            "multiple": option.kind.several,
        }
    shown = {"help": option.help, "default": option.default, "show_default": True}
    return click.Option([name, *filter(None, [option.short]), option.key], **kind | shown | changes)


def reader(option: Option) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """Return a callback that parses the text of an option."""

    def read(ctx: click.Context, parameter: click.Parameter, given: str | tuple[str, ...] | None) -> Any:
        try:
            if isinstance(given, tuple):
                return option.kind.check(option.name, given) if given else None
            return None if given is None else option.kind.parse(option.name, given)
        except ArgumentError as error:
            raise click.UsageError(str(error), ctx) from error

    return read
