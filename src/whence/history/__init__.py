"""The whole of a training, step by step."""

from whence.history.asked_number import numbers_of
from whence.history.autopsy import Autopsy, FlightRecorder, autopsy
from whence.history.biography import Biography, ParameterWatcher, biography
from whence.history.film import Film, FilmWatcher, film
from whence.history.prediction_biography import PredictionBiography, PredictionWatcher, prediction_biography
from whence.history.replay import replay
from whence.history.replayed_steps import replay_steps
from whence.history.suspects import Suspects, SuspectWatcher, suspects

__all__ = [
    "Autopsy",
    "Biography",
    "Film",
    "FilmWatcher",
    "FlightRecorder",
    "ParameterWatcher",
    "PredictionBiography",
    "PredictionWatcher",
    "SuspectWatcher",
    "Suspects",
    "autopsy",
    "biography",
    "film",
    "numbers_of",
    "prediction_biography",
    "replay",
    "replay_steps",
    "suspects",
]
__dir__ = __all__.copy
