"""The whole of a training, step by step."""

from whence.history.replay import replay_steps

__all__ = ["replay_steps"]
__dir__ = __all__.copy
