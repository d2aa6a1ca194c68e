"""The page of training steps as one HTML file."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence

from whence.arguments import checks_arguments
from whence.arrays import Shape
from whence.errors import ArgumentError
from whence.files import replacing
from whence.formula.cell import cell_name
from whence.trace import Trace
from whence.trace.cell_chain import telling_gradient
from whence.views.browser.document import document
from whence.views.exercise import Exercise
from whence.views.page.pack import pack, pack_exercise
from whence.views.texts import LANGUAGES, Language, Texts
from whence.views.which_step import which_step

STYLES = (
    "browser/style/colours.css",
    "browser/style/base.css",
    *(f"page/style/{name}.css" for name in ("layout", "figures", "compact", "cell", "exercise", "network", "print")),
)


@checks_arguments
def page_html(
    traces: Trace | Sequence[Trace],
    *,
    title: str = "whence",
    images: Shape | None = None,
    language: Language | None = None,
    embedded: bool = False,
    exercise: Exercise | None = None,
    solved: bool = False,
) -> str:
    """Return a page that shows training steps.

    Parameters
    ----------
    traces : Trace or sequence of Trace
        One training step or several consecutive ones.
    title : str
        The title of the page.
    images : tuple of int, optional
        The shape ``(height, width)`` or ``(height, width, channels)`` of images that were flattened into the inputs;
        it is not needed if the network itself flattens them.
    language : str, optional
        The language in which the page opens, ``"en"``, ``"ru"`` or ``"zh"``; by default the reader's.
    embedded : bool
        Whether the page is part of another one, such as a notebook, and omits its title.
    exercise : Exercise, optional
        An exercise on the only step: its cells are blank, and the reader's numbers for them are checked.
    solved : bool
        Whether these cells have their numbers, as a key for the teacher.

    Returns
    -------
    str
        HTML that loads no other files, with a content security policy.

    Raises
    ------
    ArgumentError
        If there is no trace.
    """
    steps = [traces] if isinstance(traces, Trace) else list(traces)
    if not steps:
        raise ArgumentError("there are no training steps to show; give at least one trace")
    if exercise is not None and not solved:
        steps = [exercise.unfinished]
    data = {
        "which": {language: [which_step(step, Texts("page", language)) for step in steps] for language in LANGUAGES},
        "firstStep": round(float(steps[0]["τ"])),
        "start": _telling_cell(steps[0]) if exercise is None else cell_name(*exercise.blanks[0]),
        "exercise": exercise and pack_exercise(exercise, solved=solved),
        "images": images and list(images),
        "embedded": embedded,
        **pack(steps),
    }
    return document("page", STYLES, data, title=title, language=language)


@checks_arguments
def write_page(
    path: str | os.PathLike[str],
    traces: Trace | Sequence[Trace],
    *,
    title: str = "whence",
    images: Shape | None = None,
    language: Language | None = None,
    exercise: Exercise | None = None,
    solved: bool = False,
) -> None:
    """Write the page of `page_html` to a file, atomically.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    content = page_html(traces, title=title, images=images, language=language, exercise=exercise, solved=solved)
    with replacing(path) as file:
        file.write(content.encode())


@checks_arguments
def notebook_html(traces: Trace | Sequence[Trace], *, height: int = 720) -> str:
    """Return the page in an ``<iframe>`` for notebooks, which separates the styles of both.

    Parameters
    ----------
    traces : Trace or sequence of Trace
        One training step or several consecutive ones.
    height : int
        Height of the frame in CSS pixels.
    """
    content = html.escape(page_html(traces, embedded=True), quote=True)
    return (
        f'<iframe srcdoc="{content}" title="whence" sandbox="allow-scripts allow-forms" width="100%" height="{height}" '
        'style="border: 1px solid #8884; border-radius: 8px"></iframe>'
    )


def _telling_cell(step: Trace) -> str:
    """Return the gradient of a weight to which samples contribute much; nothing if all gradients are zero."""
    try:
        name, index = telling_gradient(step)
    except ArgumentError:
        return ""
    return cell_name(name, index)
