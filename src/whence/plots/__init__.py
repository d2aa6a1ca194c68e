"""Plots of training, drawn with matplotlib's object interface: without a display or state shared between threads."""

from whence.plots.confusion import confusion_matrix_picture
from whence.plots.curve import learning_curve
from whence.plots.film import embedded_film_sheet, film_animation, film_sheet
from whence.plots.prediction import prediction_picture
from whence.plots.samples import captioned_images
from whence.plots.sweep import TrialPoint, sweep_picture
from whence.plots.weights import first_layer_kernels, first_layer_weights

__all__ = [
    "TrialPoint",
    "captioned_images",
    "confusion_matrix_picture",
    "embedded_film_sheet",
    "film_animation",
    "film_sheet",
    "first_layer_kernels",
    "first_layer_weights",
    "learning_curve",
    "prediction_picture",
    "sweep_picture",
]
__dir__ = __all__.copy
