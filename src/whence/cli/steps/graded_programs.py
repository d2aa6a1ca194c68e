"""The programs of one learner or of a class, graded against the step of an architecture or of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from whence.cli.steps.described_network import described_step
from whence.errors import DataError, WhenceError

if TYPE_CHECKING:
    from whence.nn import Loss, Sequential
    from whence.optim import Optimizer
    from whence.own_program import Grade

Graded: TypeAlias = dict[str, "Grade | WhenceError"]
"""The grade of each program by its name, or why it could not be graded."""


def programs_in(path: Path) -> dict[str, Path]:
    """Return the files of a program, or of those of a class in a folder, by the names of the programs.

    Raises
    ------
    DataError
        If the folder holds none.
    """
    if not path.is_dir():
        return {path.name: path}
    found = sorted([*path.glob("*.npz"), *path.glob("*/*.npz")])
    if not found:
        raise DataError(f"{path} holds no .npz files; give a folder with one for each program")
    return {str(file.relative_to(path)): file for file in found}


def grade_programs(
    run: Path | None, arch: str | None, given: Mapping[str, Any], programs: Mapping[str, Path], pairs: Mapping[str, str]
) -> Graded:
    """Return the grade of each program.

    Parameters
    ----------
    run : Path or None
        The folder of a run whose network, loss and optimizer are meant.
    arch : str or None
        Or else the architecture.
    given : mapping
        Options by key, as in `architecture_options`; None for one that was not given.
    programs : mapping of str to Path
        The files by the names of the programs.
    pairs : mapping of str to str
        The textbook's names of some arrays by the programs'.
    """
    graded: Graded = {}
    for name, file in programs.items():
        try:
            graded[name] = _grade(run, arch, given, file, pairs)
        except DataError as error:
            graded[name] = error
    return graded


def _grade(run: Path | None, arch: str | None, given: Mapping[str, Any], file: Path, pairs: Mapping[str, str]) -> Grade:
    from whence.data.array_reading import read_numpy_file
    from whence.own_program import grade, learning_rate_in

    arrays = read_numpy_file(file, spell=str)
    settings = dict(given)
    if settings["learning_rate"] is None and (found := learning_rate_in(arrays)):
        own, settings["learning_rate"] = found
        del arrays[own]
    net, loss_fn, optimizer = described_step(arch, settings) if arch else _of_run(run, settings)
    return grade(arrays, net, loss_fn, optimizer=optimizer, pairs=_by_textbook(pairs, arrays))


def _by_textbook(pairs: Mapping[str, str], arrays: Iterable[str]) -> dict[str, str]:
    """Return the program's names by the textbook's, also of pairs that were written the other way round."""
    own = {*arrays}
    return {name: mine for mine, name in (pair if pair[0] in own else pair[::-1] for pair in pairs.items())}


def _of_run(run: Path | None, settings: Mapping[str, Any]) -> tuple[Sequential, Loss, Optimizer]:
    """Return the network of a run in float64, its loss, and an optimizer with the run's settings."""
    from whence.nn import Sequential
    from whence.optim import optimizers
    from whence.training import load_checkpoint

    assert run is not None
    checkpoint = load_checkpoint(run)
    model = checkpoint.best_model()
    net = Sequential.from_config({**model.net.config(), "dtype": "float64"})
    optimizer = optimizers.from_json(checkpoint.optimizer().to_json())
    if settings["learning_rate"] is not None:
        optimizer.learning_rate = settings["learning_rate"]
    optimizer.decays = net.decays
    return net, model.loss_fn, optimizer
