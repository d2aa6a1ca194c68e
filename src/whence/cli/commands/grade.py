"""``whence grade``: check a learner's program by the arrays that it saved, or those of a whole class."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.shared import IMPORT, JSON, LANGUAGE, Command, Misuse, say_written
from whence.cli.steps.described_network import architecture_options, refuse_options
from whence.cli.steps.graded_programs import Graded, grade_programs, programs_in
from whence.cli.terminal import echo
from whence.errors import ArgumentError, WhenceError
from whence.files import make_folder, replacing, require_ending, require_place
from whence.wording import counted

if TYPE_CHECKING:
    from whence.own_program import Grade
    from whence.views.texts import Language

_PAGE = ".step.html"


def _run(
    paths: tuple[str, ...],
    arch: str | None,
    language: Language,
    report: Path | None,
    table: Path | None,
    as_json: bool,
    **given: Any,
) -> None:
    try:
        run, program, pairs = _told_apart(paths)
        if (run is None) == (arch is None):
            raise ArgumentError("give the network either as --arch or as the folder of a run, before the program")
        if run is not None:
            refuse_options({key: value for key, value in given.items() if key != "learning_rate"})
        if report is not None and program.is_dir():
            if report.exists() and not report.is_dir():
                raise ArgumentError(f"{report} is a file, but each program of a class gets a report; name a folder")
            make_folder(report)
        elif report is not None:
            require_ending(report, ".html")
            require_place(report)
        if table is not None:
            require_ending(table, ".csv")
            require_place(table)
        graded = grade_programs(run, arch, given, programs_in(program), pairs)
        if program.is_dir():
            _show_class(graded, language, report, table, as_json)
        else:
            _show_one(program, graded, language, report, table, as_json)
    except WhenceError as error:
        raise Misuse(str(error)) from error
    if any(isinstance(grade, WhenceError) or not grade.right for grade in graded.values()):
        click.get_current_context().exit(1)


def _told_apart(paths: tuple[str, ...]) -> tuple[Path | None, Path, dict[str, str]]:
    """Return the run, the program and the pairs of names among the arguments."""
    pairs: dict[str, str] = {}
    files: list[Path] = []
    for text in paths:
        own, equals, name = text.partition("=")
        if os.path.exists(text) or not equals:
            files.append(Path(text))
        elif not (own and name):
            raise ArgumentError(f"{text!r} is not a pair of names; write the program's name and the textbook's: wh=W1")
        elif own in pairs:
            raise ArgumentError(f"{own} is given twice, as {pairs[own]} and as {name}; keep one")
        else:
            pairs[own] = name
    if not 1 <= len(files) <= 2:
        raise ArgumentError(
            f"there are {len(files)} files or folders; give the program's file, or the folder of a class, and at most "
            "the folder of a run before it"
        )
    return (files[0] if len(files) == 2 else None), files[-1], pairs


def _show_one(
    program: Path, graded: Graded, language: Language, report: Path | None, table: Path | None, as_json: bool
) -> None:
    from whence.views.graded import grade_text

    (grade,) = graded.values()
    if isinstance(grade, WhenceError):
        raise grade
    _write_table(graded, table, as_json)
    link = _write_report(program.name, grade, report, language) if report is not None else None
    if as_json:
        echo(json.dumps({"program": str(program), **grade.to_json(), "page": link}))
        return
    echo(grade_text(grade, language=language))
    if report is not None:
        say_written(report, f"\n{report}: the report; it opens {link}")


def _show_class(graded: Graded, language: Language, reports: Path | None, table: Path | None, as_json: bool) -> None:
    from whence.views.graded import class_table

    _write_table(graded, table, as_json)
    links: dict[str, str] = {}
    for name, grade in graded.items():
        if reports is not None and not isinstance(grade, WhenceError):
            report = reports / Path(name).with_suffix(".html")
            make_folder(report.parent)
            links[name] = _write_report(name, grade, report, language)
    if as_json:
        records = [
            {"program": name, "error": str(grade)}
            if isinstance(grade, WhenceError)
            else {"program": name, **grade.to_json(), "page": links.get(name)}
            for name, grade in graded.items()
        ]
        echo(json.dumps({"programs": records}))
        return
    echo(class_table(_said(graded), language=language))
    if reports is not None:
        echo(f"\n{reports}: {counted(len(links), 'report')}")


def _write_table(graded: Graded, table: Path | None, as_json: bool) -> None:
    from whence.views.graded import class_csv

    if table is not None:
        with replacing(table) as file:
            file.write(class_csv(_said(graded)).encode())
        if not as_json:
            say_written(table, f"{table}: the grades as a table\n")


def _said(graded: Graded) -> dict[str, Grade | str]:
    return {name: str(grade) if isinstance(grade, WhenceError) else grade for name, grade in graded.items()}


def _write_report(title: str, grade: Grade, report: Path, language: Language) -> str:
    """Write the report and, beside it, the page of the right step; return the address of the first wrong cell in it."""
    from whence.views.graded import grade_html
    from whence.views.page import write_page

    page = report.with_name(f"{report.stem}{_PAGE}")
    write_page(page, grade.trace, title=title, language=language)
    with replacing(report) as file:
        file.write(grade_html(grade, title=title, page=page.name, language=language).encode())
    return f"{page}#{grade.cell.text}" if grade.cell and grade.cell.index else str(page)


command = Command(
    "grade",
    callback=_run,
    params=[
        click.Argument(["paths"], metavar="[RUN] FILE|FOLDER [YOURS=NAME]…", nargs=-1, required=True),
        IMPORT,
        click.Option(["--arch"], metavar="ARCH", help='The network: "4, 3 sigmoid, 1 sigmoid".'),
        *architecture_options(step=True),
        click.Option(
            ["--report"],
            type=click.Path(path_type=Path),
            metavar="FILE.html|FOLDER",
            help="Write a report to hand back, and beside it the page of the right step, to which it is linked; for a "
            "class, one for each program, into a folder.",
        ),
        click.Option(
            ["--csv", "table"], type=click.Path(path_type=Path), metavar="FILE.csv", help="Write the grades as a table."
        ),
        LANGUAGE,
        JSON,
    ],
    help="""Check the training step of a program by the arrays that it saved; the program is not run.

    FILE is what numpy.savez("mine.npz", x=x, y=y, W1=W1, …) wrote: the inputs, the targets, the parameters before the
    update, and whatever else was computed, under names of your own, which are recognised or told in pairs such as
    wh=W1. The right step is made here in float64. Conventions, such as deltas that are not yet divided by the number of
    samples, are said and are no slips. The answer is the first wrong cell in the order of computation, what follows
    from it, and the likely slip, if one of those in docs/grade.md gives the same numbers. FOLDER holds the files of a
    class, or a folder for each program. RUN is the folder of a run whose network, loss and optimizer are meant. The
    exit code is 0 if all is right, 1 if not, and 2 if a program cannot be graded.""",
)
