"""The names of the files in a run's folder that the program writes, beside those of the training."""

from __future__ import annotations

CONFIG, REPORT = "config.toml", "report.txt"
LOCK = ".lock"
"""An empty file that the process which uses the folder has locked."""
STANDARD_INPUT = "standard-input"
"""What a run was trained on, if that came from standard input."""
LEARNING_CURVE, CONFUSION_MATRIX, WEIGHTS = "learning_curve.png", "confusion_matrix.png", "weights.png"
OTHER_CONFUSION_MATRIX = "confusion_matrix-*.png"
"""The pattern of pictures on other data than the run's own, by the name of the data."""
PAGE, WORKBOOK, HISTORY, ONNX = "page.html", "step.xlsx", "history.html", "model.onnx"
PROGRAMS = {"numpy": "model.py", "r": "model.R", "c": "model.c", "javascript": "model.mjs"}
"""The files of programs by their languages."""
TRAININGS = {"numpy": "training.py", "r": "training.R"}
"""The files of training loops by their languages."""
TORCH, TORCH_STATE = "model_torch.py", "model_torch_state.safetensors"
EXPORTED = ONNX, *PROGRAMS.values(), *TRAININGS.values(), TORCH, TORCH_STATE
"""The files of exports."""
KEPT_RESULTS = "history-*.safetensors"
"""The pattern of results that were computed by training the run again."""


def variant_of(name: str, variant: str) -> str:
    """Return the name of a file that differs from the usual one in some way: ``model_int8.c``."""
    stem, ending = name.rsplit(".", 1)
    return f"{stem}_{variant}.{ending}"
