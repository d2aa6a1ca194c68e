"""Training: the loop, callbacks, metrics, and the files of models and checkpoints."""

from whence.training.callbacks import BackwardPass, Callback, EarlyStopping
from whence.training.checkpoint import Checkpoint, Checkpointing, load_checkpoint
from whence.training.fitting import fit
from whence.training.loop import Training
from whence.training.metrics import (
    ClassMeasures,
    Report,
    classification_report,
    confusion_matrix,
    evaluate,
    predicted_classes,
    regression_errors,
)
from whence.training.model_file import Model, load_model, save_model
from whence.training.outputs import outputs_for
from whence.training.profile import Profile
from whence.training.sampling import sample_text
from whence.training.verdict import Verdict

__all__ = [
    "BackwardPass",
    "Callback",
    "Checkpoint",
    "Checkpointing",
    "ClassMeasures",
    "EarlyStopping",
    "Model",
    "Profile",
    "Report",
    "Training",
    "Verdict",
    "classification_report",
    "confusion_matrix",
    "evaluate",
    "fit",
    "load_checkpoint",
    "load_model",
    "outputs_for",
    "predicted_classes",
    "regression_errors",
    "sample_text",
    "save_model",
]
__dir__ = __all__.copy
