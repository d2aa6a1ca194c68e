"""The plan of a sweep: what its file and the command line say, checked before any trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.random import SeedSequence

from whence.cli.options.settings import SWEEP, by_key, read_toml, settings_from
from whence.cli.options.table import OPTIONS, SECTIONS, SWEEP_OPTIONS, Settings, SweepSettings
from whence.cli.sweep.ranges import Choices, Range, read_range
from whence.cli.sweep.samplers import pruner, sampler
from whence.cli.training_plan import check_names
from whence.errors import ArgumentError, UnknownNameError
from whence.registry import unknown
from whence.wording import listed

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.samplers import BaseSampler

JOURNAL = "journal.log"
BETTER_IF_LOWER = {"loss": True, "accuracy": False, "mae": True, "rmse": True, "r2": False, "bits": True}
"""The measures that a sweep can improve, and whether a lower value is better."""
_COMPARED_BY = {"data", "dir", "target", "task", "positive", "group", "test", "validation", "horizon"}
"""Settings that say which samples and targets trials are compared by, so that they are the same for all."""
_OF_THE_PLACE = {"data", "dir", "test", "validation", "offline", "threads"}
"""Settings that may differ between the machines of one study; a digest says whether the data are the same."""
_ON_DATA = {option.key for option in SECTIONS["Data"]} - {"augment"}


@dataclass(frozen=True)
class SweepPlan:
    """A sweep.

    Parameters
    ----------
    file : Path
        The file of ranges.
    folder : Path
        The folder of its trials on this machine.
    options : SweepSettings
        The options of the sweep itself.
    fixed : dict
        The settings that all trials have, by key.
    ranges : dict of str to Range
        The ranges, by key.
    """

    file: Path
    folder: Path
    options: SweepSettings
    fixed: dict[str, Any]
    ranges: dict[str, Range]

    @property
    def study(self) -> str:
        """The name of the study."""
        return self.options.study or self.file.stem

    @property
    def storage(self) -> str:
        """The URL of the storage, or the path of a journal file."""
        return self.options.storage or str(self.folder / JOURNAL)

    @property
    def minimises(self) -> bool:
        """Whether a lower measure is better."""
        return BETTER_IF_LOWER[self.options.measure]

    @property
    def varies_data(self) -> bool:
        """Whether the arrays of the data differ between trials."""
        return not _ON_DATA.isdisjoint(self.ranges)

    def settings_of(self, trial: Trial) -> Settings:
        """Return the settings of a trial, which chooses from the ranges where it has not done so already."""
        chosen = {}
        for position, (key, found) in enumerate(self.ranges.items()):
            # by a seed of its own, so that a trial whose worker was killed between two choices makes the same ones
            trial.study.sampler = self.sampler_of(trial.number, position)
            value = found.chosen_by(trial, OPTIONS[key].name)
            chosen[key] = value if isinstance(found, Choices) else OPTIONS[key].kind.check(OPTIONS[key].name, value)
        return self._settings(chosen)

    def sampler_of(self, *numbers: int) -> BaseSampler:
        """Return the sampler of a trial by its number, or of one of its choices, seeded by these."""
        seed = SeedSequence([self.options.seed, *numbers]).generate_state(1)[0]
        return sampler(self.options.sampler, int(seed))

    def common_settings(self) -> Settings:
        """Return the settings that all trials have, with defaults where they choose."""
        return self._settings({})

    def check_names(self) -> None:
        """Check all names, those of choices too, before any data are read.

        Raises
        ------
        ArgumentError
            If there is no such sampler, pruner, loss, optimizer or the like.
        """
        sampler(self.options.sampler, self.options.seed)
        pruner(self.options.pruner)
        common = self.common_settings()
        check_names(common)
        for key, found in self.ranges.items():
            for value in found.values if isinstance(found, Choices) else ():
                check_names(replace(common, **{key: value}))

    def identity(self) -> dict[str, Any]:
        """Return all that must be the same wherever trials of one study are made, by the names of the settings."""
        fixed = {key: _plain(value) for key, value in self.fixed.items() if key not in _OF_THE_PLACE}
        ranges = {key: found.to_json() for key, found in self.ranges.items()}
        named = {OPTIONS[key].name: value for key, value in sorted((fixed | ranges).items())}
        return {**named, "measure": self.options.measure}

    def _settings(self, chosen: Mapping[str, Any]) -> Settings:
        # one thread each, so that workers do not share cores and the number of workers does not change the bits
        return settings_from({"threads": 1, "quiet": True, **self.fixed, **chosen})


def read_sweep(file: Path, given: Mapping[str, Any], out: Path | None) -> SweepPlan:
    """Return the plan of a sweep.

    Parameters
    ----------
    file : Path
        A TOML file of settings, some of which are ranges, with a table ``[sweep]`` of options.
    given : mapping
        The options of the command line by key, which take precedence; None where one was not given.
    out : Path, optional
        The folder of the trials; by default ``sweeps/NAME``, with the name of the study.

    Raises
    ------
    ArgumentError
        If the file cannot be read, a setting or a range in it is none, or it has no range.
    """
    content = read_toml(file)
    options = _options(file, content.get(SWEEP, {}), given)
    fixed, ranges = {}, {}
    for key, name, value in by_key(file, content):
        if key in {option.key for option in SECTIONS["Run"]}:
            raise ArgumentError(f"{file} sets {name}, which is for a single run; leave it out")
        if not isinstance(value, dict):
            fixed[key] = OPTIONS[key].kind.check(f"{file}: {name}", value)
            continue
        if key in _COMPARED_BY:
            raise ArgumentError(f"{file}: {name} is a range, but by it trials are compared; give one value")
        ranges[key] = read_range(f"{file}: {name}", value, OPTIONS[key])
    if not ranges:
        raise ArgumentError(
            f"{file} has no range to choose from; write one in place of a value, such as "
            "learning-rate = {low = 1e-4, high = 1, log = true}"
        )
    if options.measure not in BETTER_IF_LOWER:
        raise UnknownNameError(f"{file}: {unknown('measure', options.measure, BETTER_IF_LOWER)}")
    if options.measure == "loss" and (compared := ranges.keys() & {"loss", "class_weights"}):
        raise ArgumentError(
            f"{file}: {OPTIONS[compared.pop()].name} is a range, so losses cannot be compared; choose another measure"
        )
    return SweepPlan(file, out or Path("sweeps", options.study or file.stem), options, fixed, ranges)


def _options(file: Path, table: Any, given: Mapping[str, Any]) -> SweepSettings:
    if not isinstance(table, dict):
        raise ArgumentError(f"{file}: sweep is {table!r}; expected a table [sweep] of {listed(SWEEP_OPTIONS)}")
    chosen = {}
    for name, value in table.items():
        if name not in SWEEP_OPTIONS:
            raise UnknownNameError(f"{file}: {unknown('option of [sweep]', name, SWEEP_OPTIONS)}")
        chosen[name] = SWEEP_OPTIONS[name].kind.check(f"{file}: {name}", value)
    return SweepSettings(**chosen | {key: value for key, value in given.items() if value is not None})


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
