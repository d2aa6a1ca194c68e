"""Settings: what the command line says, else a TOML file, else the defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from whence.cli.options.table import DEFAULTS, DESCRIBED_BY_ARCH, OPTIONS, SECTIONS, Settings
from whence.errors import ArgumentError, UnknownNameError
from whence.registry import unknown

RECORD = "record"
"""The table of a run's ``config.toml`` with versions and data, which are not settings."""
SWEEP = "sweep"
"""The table of a file of ranges with the options of ``whence sweep``."""


def settings_from(given: Mapping[str, Any], config: Path | None = None) -> Settings:
    """Return the settings.

    Parameters
    ----------
    given : mapping
        The options of the command line by key; None where one was not given.
    config : Path, optional
        A TOML file.

    Raises
    ------
    UnknownNameError
        If a key of the file is not an option.
    ArgumentError
        If the file cannot be read, a value is invalid, or the network is described twice.
    """
    chosen = read_config(config) if config else {}
    chosen |= {key: value for key, value in given.items() if value is not None}
    defaults: dict[str, Any] = {}
    if str(chosen.get("data")).startswith("text:"):
        from whence.optim import optimizers

        defaults |= DEFAULTS["text"]
        kind, settings = optimizers.parse(chosen.get("optimizer", defaults["optimizer"]))
        if kind is not optimizers[defaults["optimizer"]] or "learning_rate" in settings:
            defaults["learning_rate"] = None
    twice = [OPTIONS[key].name for key in DESCRIBED_BY_ARCH if key in chosen]
    if twice and "arch" in defaults | chosen:
        raise ArgumentError(
            f"the architecture (arch) describes the whole network; leave out {', '.join(twice)}, or set it there"
        )
    return Settings(**defaults | chosen)


def read_config(path: Path) -> dict[str, Any]:
    """Return the settings in a TOML file by key, checked."""
    content = read_toml(path)
    settings = [*by_key(path, content)]
    if isinstance(content.get(SWEEP), dict) or any(isinstance(value, dict) for _, _, value in settings):
        raise ArgumentError(f"{path} has ranges in place of values, so it is for many trainings: whence sweep {path}")
    return {key: OPTIONS[key].kind.check(f"{path}: {name}", value) for key, name, value in settings}


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file, which may be no settings."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ArgumentError(f"{path} is not a TOML file: {error}") from error
    except OSError as error:
        raise ArgumentError(f"cannot read {path}: {error.strerror}; check the path") from error


def by_key(path: Path, content: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Go through the settings in the content of a TOML file: the key of each, its name there, and what it is there."""
    keys = {option.name: key for key, option in OPTIONS.items()}
    seen = set()
    for name, value in content.items():
        if name in (RECORD, SWEEP) and isinstance(value, dict):
            continue
        key = keys.get(name.replace("_", "-"))
        if key is None:
            raise UnknownNameError(f"{path}: {unknown('setting', name, [option.name for option in OPTIONS.values()])}")
        if key in seen:
            raise ArgumentError(f"{path} sets {OPTIONS[key].name} twice, with a dash and with an underscore; keep one")
        seen.add(key)
        yield key, name, value


def to_toml(settings: Settings) -> dict[str, Any]:
    """Return the settings for a TOML file that repeats a run: all but those of its folder and output."""
    left_out = [option.key for option in SECTIONS["Run"]] + list(DESCRIBED_BY_ARCH if settings.arch else ())
    kept = {option.name: getattr(settings, key) for key, option in OPTIONS.items() if key not in left_out}
    return {name: value for name, value in kept.items() if value is not None}
