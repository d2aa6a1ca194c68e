"""The program ``whence``: its commands, imported when they are called, and how errors become exit codes."""

from __future__ import annotations

import errno
import importlib
import io
import keyword
import sys
import warnings
from signal import SIGINT
from typing import Any, TextIO

import click

import whence
from whence.cli.launched import silence_followers
from whence.cli.terminal import echo
from whence.errors import DataWarning, WhenceError
from whence.registry import unknown
from whence.visible import on_one_line

_COMMANDS = {
    "train": "Train a network and save the run in a folder.",
    "sweep": "Train many networks with settings from ranges, and find the best.",
    "evaluate": "Evaluate a trained network: accuracy, confusion matrix, report.",
    "predict": "Predict classes or numbers for new tables, arrays or pictures.",
    "sample": "Generate text with a network that was trained on text.",
    "summary": "Show the layers of a network with their shapes and parameters.",
    "why": "Show where one number of a training step came from.",
    "show": "Write a training step as an interactive web page.",
    "history": "Draw a whole training as a film, or list suspect samples.",
    "sheet": "Write a training step as a spreadsheet of live formulas.",
    "formulas": "Derive the gradients of a network, step by step.",
    "doctor": "Say what is wrong with a training, and what helps.",
    "check": "Check the gradients of a network against finite differences.",
    "trace": "Find the slip in a program of your own, from the arrays that it saved.",
    "grade": "Grade a program, or those of a class, to the first wrong cell and the likely slip.",
    "export": "Write a network for other programs, proved by running it there.",
    "import": "Read a network that another program wrote, proved by running it there.",
    "data": "List, download or show data sets.",
}
_ENDED_BY_SIGNAL = 128


class Program(click.Group):
    r"""A group whose commands are modules, so that ``whence --help`` imports none of them.

    Exit codes: 1 for an error of whence, whose message is printed; 2 for misuse of the command line, invalid values of
    options included; 130, 143 or 129 for Ctrl-C, SIGTERM or SIGHUP. Characters that standard output cannot encode are
    printed as question marks, and control characters in names as ``\u001b``.
    """

    def main(self, *args: Any, **kwargs: Any) -> Any:
        silence_followers()
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            ctx.fail(unknown("command", cmd_name, _COMMANDS))
        command: click.Command = importlib.import_module(f"whence.cli.commands.{_module(cmd_name)}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return self._invoke(ctx)
        except click.ClickException as error:
            error.message = on_one_line(error.message)  # type: ignore[misc]
            raise

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("always", DataWarning)
                warnings.showwarning = _show_warning
                return super().invoke(ctx)
        except WhenceError as error:
            raise click.ClickException(str(error)) from error
        except MemoryError as error:
            raise click.ClickException("there is not enough memory; choose smaller layers or batches") from error
        except RecursionError as error:
            raise click.ClickException("a formula or the network is nested too deeply; use fewer layers") from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            place = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{place}{error.strerror or error}") from error
        except KeyboardInterrupt as interruption:
            echo(f"\n{interruption}" if str(interruption) else "\nInterrupted.", err=True)
            ctx.exit(_ENDED_BY_SIGNAL + getattr(interruption, "signal", SIGINT))


def _module(name: str) -> str:
    """Return the name of a command's module, which has an underscore after a word of Python."""
    return f"{name}_" if keyword.iskeyword(name) else name


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    echo(f"Warning: {on_one_line(str(message))}", err=True)


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Begin with: whence train",
)
@click.version_option(whence.__version__, message="whence %(version)s")
def main() -> None:
    """Train small neural networks, and see where every number in them came from."""
