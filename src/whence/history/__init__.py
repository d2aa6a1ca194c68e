"""The whole of a training, step by step."""

from whence.history.biography import Biography, ParameterWatcher, biography
from whence.history.film import Film, FilmWatcher, film
from whence.history.prediction_biography import PredictionBiography, PredictionWatcher, prediction_biography
from whence.history.replay import replay
from whence.history.replayed_steps import replay_steps

__all__ = [
    "Biography",
    "Film",
    "FilmWatcher",
    "ParameterWatcher",
    "PredictionBiography",
    "PredictionWatcher",
    "biography",
    "film",
    "prediction_biography",
    "replay",
    "replay_steps",
]
__dir__ = __all__.copy
