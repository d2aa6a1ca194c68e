"""scikit-learn: ``MLPClassifier``, with the units of whence's recipe and settings that suit it; it has no schedules."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.board.mnist import images_and_labels, level_and_seed, recipe_of, tell

_SETTINGS = {
    "97": {"learning_rate_init": 0.004, "batch_size": 200, "max_iter": 4},
    "98": {"learning_rate_init": 0.001, "batch_size": 128, "max_iter": 12},
}


def main() -> None:
    """Train, and print the accuracy on the test images."""
    level, seed = level_and_seed()
    images, labels = images_and_labels("train")
    model = MLPClassifier(recipe_of(level)["hidden-layer-sizes"], random_state=seed, **_SETTINGS[level])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it ends before it converges, as it shall
        model.fit(images.astype(np.float32) / 255, labels)
    images, labels = images_and_labels("t10k")
    tell(model.score(images.astype(np.float32) / 255, labels))


if __name__ == "__main__":
    main()
