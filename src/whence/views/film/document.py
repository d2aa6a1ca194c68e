"""The page of one film or two as one HTML file."""

from __future__ import annotations

import os
from collections.abc import Sequence

from whence.arguments import checks_arguments
from whence.errors import ArgumentError
from whence.files import replacing
from whence.history import Film
from whence.views.browser.document import document
from whence.views.film.pack import pack_film
from whence.views.texts import Language

_MOST_FILMS = 2
_STYLES = ("browser/style/colours.css", "browser/style/base.css", "film/style/film.css", "film/style/panels.css")


@checks_arguments
def film_html(
    films: Film | Sequence[Film],
    *,
    titles: Sequence[str] = (),
    runs: Sequence[str] = (),
    language: Language | None = None,
    embedded: bool = False,
) -> str:
    """Return a page that shows the film of a training, or those of two side by side.

    Parameters
    ----------
    films : Film or sequence of Film
        One film or two.
    titles : sequence of str
        What each of the trainings is called; by default by its number.
    runs : sequence of str
        The folder of each run, as it is given to ``whence why``, which tells the life of any weight.
    language : str, optional
        The language in which the page opens, ``"en"``, ``"ru"`` or ``"zh"``; by default the reader's.
    embedded : bool
        Whether the page is part of another one, such as a notebook, and omits its title.

    Returns
    -------
    str
        HTML that loads no other files, with a content security policy.

    Raises
    ------
    ArgumentError
        If there is not one film or two, or not a title and a run for each.
    """
    shown = [films] if isinstance(films, Film) else list(films)
    if not 1 <= len(shown) <= _MOST_FILMS:
        raise ArgumentError(f"{len(shown)} films were given; a page shows one, or two side by side")
    names = list(titles) or [str(number + 1) for number in range(len(shown))]
    folders = list(runs) or ["RUN"] * len(shown)
    if len(names) != len(shown) or len(folders) != len(shown):
        raise ArgumentError(f"{len(names)} titles and {len(folders)} runs were given; give one for each film")
    packed = [pack_film(film, name, run) for film, name, run in zip(shown, names, folders, strict=True)]
    title = " · ".join(names) if titles else "whence"
    return document("film", _STYLES, {"films": packed, "embedded": embedded}, title=title, language=language)


@checks_arguments
def write_film(
    path: str | os.PathLike[str],
    films: Film | Sequence[Film],
    *,
    titles: Sequence[str] = (),
    runs: Sequence[str] = (),
    language: Language | None = None,
) -> None:
    """Write the page of `film_html` to a file, atomically.

    Raises
    ------
    ArgumentError
        As for `film_html`.
    RunFolderError
        If the file cannot be written.
    """
    content = film_html(films, titles=titles, runs=runs, language=language)
    with replacing(path) as file:
        file.write(content.encode())
