"""whence: a neural-network library whose network can say where every number in it came from.

What a training loop needs is here: `load` data, build a `Sequential` or an `mlp`, `fit` it, `evaluate` it, check its
gradients, and keep it as a `Model`; a learner's own program is checked by `grade`. The packages hold the rest:
``whence.nn`` layers and losses, ``whence.optim`` optimizers and schedules, ``whence.data`` data sets,
``whence.training`` the loop, metrics and model files, ``whence.trace`` recorded training steps, ``whence.formula``
index formulas, ``whence.plots`` and ``whence.views`` what is drawn of all that.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from whence.drawings import drawings

if TYPE_CHECKING:
    from whence import data, errors, formula, nn, optim, plots, trace, training, views
    from whence.data import load
    from whence.gradcheck import check_gradients
    from whence.nn import Sequential, mlp
    from whence.own_program import grade
    from whence.training import Model, evaluate, fit, load_model, save_model

__version__ = "0.1.0"

__all__ = [
    "Model",
    "Sequential",
    "check_gradients",
    "data",
    "errors",
    "evaluate",
    "fit",
    "formula",
    "grade",
    "load",
    "load_model",
    "mlp",
    "nn",
    "optim",
    "plots",
    "save_model",
    "trace",
    "training",
    "views",
]
__dir__ = __all__.copy

_FROM = {
    "whence.data": ("load",),
    "whence.gradcheck": ("check_gradients",),
    "whence.nn": ("Sequential", "mlp"),
    "whence.own_program": ("grade",),
    "whence.training": ("Model", "evaluate", "fit", "load_model", "save_model"),
}


@drawings.register("trace")
def _draw_trace(trace: Any) -> str:
    """Draw a trace as the page does, which is imported when a notebook asks for it."""
    from whence.views.page import notebook_html

    return notebook_html(trace)


@drawings.register("grade")
def _draw_grade(grade: Any) -> str:
    from whence.views.graded import grade_text

    return grade_text(grade)


@drawings.register("biography")
def _draw_biography(biography: Any) -> str:
    from whence.views.notebook import biography_html

    return biography_html(biography)


@drawings.register("prediction")
def _draw_prediction(biography: Any) -> str:
    from whence.views.notebook import prediction_html

    return prediction_html(biography)


@drawings.register("suspects")
def _draw_suspects(found: Any) -> str:
    from whence.views.notebook import suspects_html

    return suspects_html(found)


@drawings.register("network")
def _draw_network(net: Any) -> str:
    from whence.views.notebook import network_html

    return network_html(net)


@drawings.register("training")
def _draw_training(training: Any) -> str:
    from whence.views.notebook import training_html

    return training_html(training)


@drawings.register("report")
def _draw_report(report: Any) -> str:
    from whence.views.notebook import report_html

    return report_html(report)


@drawings.register("film")
def _draw_film(film: Any) -> str:
    from whence.plots import embedded_film_sheet

    return embedded_film_sheet(film)


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for, so that ``import whence`` costs next to nothing."""
    for home, names in _FROM.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    if name in __all__:
        return importlib.import_module(f"whence.{name}")
    raise AttributeError(f"module 'whence' has no attribute {name!r}")
