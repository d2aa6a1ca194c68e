"""The whole of a training, step by step."""

from whence.history.biography import Biography, biography
from whence.history.replay import replay_steps

__all__ = ["Biography", "biography", "replay_steps"]
__dir__ = __all__.copy
