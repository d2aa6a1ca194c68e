"""What a notebook shows of networks, trainings, reports and biographies: small HTML, in the notebook's own colours."""

from whence.views.notebook.biography import biography_html
from whence.views.notebook.network import network_html
from whence.views.notebook.prediction import prediction_html
from whence.views.notebook.progress import Progress
from whence.views.notebook.report import report_html
from whence.views.notebook.suspects import suspects_html
from whence.views.notebook.training import training_html

__all__ = [
    "Progress",
    "biography_html",
    "network_html",
    "prediction_html",
    "report_html",
    "suspects_html",
    "training_html",
]
__dir__ = __all__.copy
