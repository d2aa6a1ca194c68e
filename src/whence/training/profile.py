"""Where the time of a training goes: into data, each layer forward and backward, loss, update, measuring, callbacks."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from whence.arrays import Array
from whence.errors import ArgumentError
from whence.text_table import text_table
from whence.training.callbacks import Callback

if TYPE_CHECKING:
    from whence.training.loop import Training

_NAMES = {
    "data": "data: samples, preprocessing, augmentation",
    "loss": "loss",
    "update": "update",
    "callbacks": "callbacks, such as progress and checkpoints",
    "measuring": "measuring after epochs",
    "rest": "rest: checks, counts, the best state",
}


class Profile(Callback):
    """Measures where the time of a training goes, by the clock, without changing what is trained.

    Each part of the loop is a lap, whose time begins where that of the part before it ended; so all laps together are
    the whole training.

    Attributes
    ----------
    seconds : dict of str to float
        Seconds by part: ``"data"``, ``"loss"``, ``"update"``, ``"callbacks"``, ``"measuring"``, ``"rest"``; for the
        layer at each position ``"forward 0"`` and ``"backward 0"``; and ``"backward"``, that of the lowest layer.

    Examples
    --------
    >>> from whence.data import load
    >>> from whence.nn import mlp
    >>> from whence.training import Profile, fit
    >>> digits, profile = load("digits"), Profile()
    >>> net = mlp(digits.input_shape, [16], 10, seed=1)
    >>> training = fit(net, "cross_entropy", "sgd(0.1)", digits.train, epochs=1, callbacks=[profile])
    >>> profile.seconds["forward 0"] > 0
    True
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._training: Training | None = None
        self._steps_before = 0
        self._last = time.perf_counter()

    def on_start(self, training: Training) -> None:
        self._training, self._steps_before = training, training.step
        training.profile = self
        self._last = time.perf_counter()

    def end(self, part: str) -> None:
        """End a lap: what was done since the end of the last one was this part."""
        now = time.perf_counter()
        self.seconds[part] += now - self._last
        self._last = now

    def forward(self, position: int, output: Array) -> None:
        """End the lap of a layer's forward pass."""
        self.end(f"forward {position}")

    def backward(self, position: int, delta: Array) -> None:
        """End the lap of a layer's backward pass; that of the lowest, which returns no delta, ends with the pass."""
        self.end(f"backward {position}")

    def to_json(self) -> dict[str, Any]:
        """Return all seconds, and those of each layer, forward and backward.

        Raises
        ------
        ArgumentError
            If nothing was trained with this callback.
        """
        training = self._trained()
        layers: list[dict[str, Any]] = [
            {
                "layer": position,
                "name": repr(layer),
                "forward": self.seconds.get(f"forward {position}", 0.0),
                "backward": self.seconds.get(f"backward {position}", 0.0),
            }
            for position, layer in enumerate(training.net)
        ]
        lowest = min((slot.layer for slot in training.net.slots), default=0)
        layers[lowest]["backward"] += self.seconds.get("backward", 0.0)
        parts = {part: self.seconds.get(part, 0.0) for part in _NAMES}
        return {"steps": self._steps(), "seconds": sum(self.seconds.values()), "layers": layers, **parts}

    def table(self) -> str:
        """Return a table: seconds, their share of the whole, and milliseconds a step.

        Raises
        ------
        ArgumentError
            If nothing was trained with this callback.
        """
        found = self.to_json()
        lines = [(_NAMES["data"], found["data"])]
        for layer in found["layers"]:
            lines.append((f"{layer['layer']} {layer['name']}: forward", layer["forward"]))
        lines.append((_NAMES["loss"], found["loss"]))
        for layer in reversed(found["layers"]):
            lines.append((f"{layer['layer']} {layer['name']}: backward", layer["backward"]))
        lines += [(_NAMES[part], found[part]) for part in ("update", "callbacks", "measuring", "rest")]
        lines.append(("in all", found["seconds"]))
        whole, steps = found["seconds"] or 1.0, max(found["steps"], 1)
        rows = [
            (name, f"{seconds:.3f}", f"{seconds / whole:.1%}", f"{1000 * seconds / steps:.3f}")
            for name, seconds in lines
        ]
        return text_table(("part", "seconds", "share", "ms a step"), rows)

    def _steps(self) -> int:
        return self._trained().step - self._steps_before

    def _trained(self) -> Training:
        if self._training is None:
            raise ArgumentError("the profile is empty; give it to fit among the callbacks first")
        return self._training
