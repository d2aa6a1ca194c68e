"""Heartbeats, by which the workers on other machines see in a database that a trial still has a worker."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import RDBStorage

SECONDS_BETWEEN_HEARTBEATS = 10
"""How often a worker tells a database that it lives."""
SECONDS_UNTIL_LOST = 60
"""After how much silence its trial is taken up by another."""


@contextlib.contextmanager
def beating(study: Study, trial_id: int) -> Iterator[None]:
    """Record heartbeats of a trial within the block, if its storage is a database."""
    if _database(study) is None:
        yield
        return
    ended = threading.Event()

    def record() -> None:
        while not ended.wait(SECONDS_BETWEEN_HEARTBEATS):
            with contextlib.suppress(Exception):  # a database may be away for a moment; the next one may arrive
                beat(study, trial_id)

    thread = threading.Thread(target=record, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def beat(study: Study, trial_id: int) -> None:
    """Record one heartbeat of a trial, if its storage is a database."""
    if (database := _database(study)) is not None:
        database.record_heartbeat(trial_id)


def silent_trials(study: Study) -> list[int]:
    """Return the IDs of the running trials of a database whose last heartbeat is too long ago."""
    database = _database(study)
    return [] if database is None else list(database._get_stale_trial_ids(study._study_id))


def _database(study: Study) -> RDBStorage | None:
    """Return the storage of a study if it has heartbeats."""
    from optuna.storages import RDBStorage

    backend = getattr(study._storage, "_backend", None)  # a database is behind a cache
    return backend if isinstance(backend, RDBStorage) else None
