"""Every optimizer under every option, for the tests that walk the registry."""

import numpy as np

from whence.optim import optimizers

SETTINGS = {
    "sgd": [{}, {"momentum": 0.9}, {"momentum": 0.8, "nesterov": True}],
    "adam": [{}, {"eps_uncorrected": True, "eps": 1e-2}, {"beta1": 0.5, "beta2": 0.9, "eps": 1e-3}],
    "adamw": [{"weight_decay": 0.0}, {"beta1": 0.5, "beta2": 0.9, "eps": 1e-3}],
    "rmsprop": [{}, {"momentum": 0.9}, {"centered": True}, {"alpha": 0.7, "momentum": 0.5, "centered": True}],
    "adagrad": [{}, {"eps": 1e-3}],
}
COMMON = [{}, {"weight_decay": 0.1}, {"clip_norm": 0.5}, {"clip_norm": 100.0}, {"clip_norm": 0.5, "weight_decay": 0.1}]
CASES = [(name, {**own, **common}) for name, settings in SETTINGS.items() for own in settings for common in COMMON]
IDS = [f"{name}-{config}" for name, config in CASES]


def kind(name, config):
    return name, len(config)


def name_of(name, config):
    return name


def make(name, config, decays=None):
    """Return an optimizer with a learning rate of 0.05."""
    return optimizers[name](0.05, **config, decays=decays)


def start(size=6, dtype=np.float64, seed=1):
    """Return θ, and a function that draws gradients, read-only."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=size).astype(dtype)

    def gradient():
        drawn = rng.normal(size=size).astype(dtype)
        drawn.flags.writeable = False
        return drawn

    return theta, gradient


def mask(size=6):
    """Return which parameters decay: all but the last two, read-only."""
    made = np.arange(size) < size - 2
    made.flags.writeable = False
    return made
