"""The whole of a training, step by step."""

from whence.history.biography import Biography, ParameterWatcher, biography
from whence.history.film import Film, FilmWatcher, film
from whence.history.replay import replay
from whence.history.replayed_steps import replay_steps

__all__ = ["Biography", "Film", "FilmWatcher", "ParameterWatcher", "biography", "film", "replay", "replay_steps"]
__dir__ = __all__.copy
