"""What the outputs of a network mean, as formulas: probabilities of classes, or numbers in the unit of the targets."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.data.tables.series.series_preprocessing import SeriesPreprocessing
from whence.errors import ArgumentError
from whence.formula import Formula, Index, Max, Size, Sum, Tensor, equals, min0
from whence.formula.formulas import rename
from whence.interop.programs.preparation import Stated
from whence.nn import BinaryCrossEntropy, CrossEntropy, Loss
from whence.nn.axes import element
from whence.training import Model

_PROBABILITIES = "p"
"""The probabilities in the formulas of losses whose outputs are logits."""


def answer(model: Model, outputs: str) -> Stated:
    """Return how probabilities, or numbers in their own unit, are computed from a network's outputs.

    Raises
    ------
    ArgumentError
        If the loss is one of the user's own that says in Python what outputs mean.
    """
    predicted = _predictions(model.loss_fn, outputs, len(model.net.output_shape))
    if model.classes is None:
        return _in_their_unit(model, predicted)
    if isinstance(model.loss_fn, CrossEntropy):
        return predicted
    count = model.net.output_shape[-1]
    made = _of_both(predicted.name, model) if count == 1 else _shares(predicted.name, model)
    return Stated(made.name, [*predicted.formulas, *made.formulas])


def _predictions(loss_fn: Loss, outputs: str, axes: int) -> Stated:
    """Return what `Loss.predictions` does, by the loss's own formulas."""
    if type(loss_fn).predictions is Loss.predictions:
        return Stated(outputs)
    if type(loss_fn) not in (CrossEntropy, BinaryCrossEntropy):
        raise ArgumentError(
            f"{loss_fn!r} is a loss of your own, which says in Python what outputs mean; use the network in Python, "
            "with whence.load_model"
        )
    labels = np.zeros((1,) * axes if isinstance(loss_fn, CrossEntropy) else (1,) * (axes + 1), np.int64)
    formulas: list[Formula] = []
    for formula in loss_fn.formulas(labels).forward:
        formulas.append(rename(formula, lambda name: outputs if name == loss_fn.input_symbol else name))
        if formula.target.array == _PROBABILITIES:
            break
    return Stated(_PROBABILITIES, formulas)


def _in_their_unit(model: Model, predicted: Stated) -> Stated:
    preprocessing = model.preprocessing
    shift, scale = preprocessing.target_shift, preprocessing.target_scale
    if not (isinstance(shift, np.ndarray) and isinstance(scale, np.ndarray)):
        return predicted
    at = element(1 + len(model.net.output_shape))
    value = Tensor(predicted.name)[at] / Tensor("target_scale")[at[-1]] + Tensor("target_shift")[at[-1]]
    constants = {"target_shift": shift, "target_scale": scale}
    if isinstance(preprocessing, SeriesPreprocessing) and preprocessing.differencing is not None:
        n, j = at
        value = value + Tensor("inputs")[n, Tensor("earlier_row")[j], Tensor("earlier_column")[j]]
        constants |= _earlier(preprocessing)
    return Stated("prediction", [*predicted.formulas, Tensor("prediction")[at] << value], constants)


def _earlier(series: SeriesPreprocessing) -> dict[str, Array]:
    """Return the row and the column of a window in which is what each target is relative to."""
    shape = series.window, len(series.columns.inputs)
    places = series.reference(np.arange(np.prod(shape)).reshape(1, *shape))
    rows, columns = np.unravel_index(np.ravel(places).astype(int), shape)
    return {"earlier_row": rows, "earlier_column": columns}


def _of_both(p: str, model: Model) -> Stated:
    """Return the probabilities of both classes, of which ``p`` is that of the second."""
    *lead, _ = element(1 + len(model.net.output_shape))
    second, both = Tensor(p)[(*lead, 0)], Index("c", 2)
    value = equals(both, 0) * (1 - second) + equals(both, 1) * second
    return Stated("share", [Tensor("share")[(*lead, both)] << value])


def _shares(outputs: str, model: Model) -> Stated:
    """Return outputs as shares of their sum, raised before by the lowest if that is negative."""
    *lead, j = element(1 + len(model.net.output_shape))
    k = Index("k")
    given, lowest, total = Tensor(outputs), Tensor("lowest")[tuple(lead)], Tensor("total")[tuple(lead)]
    none = equals(total, 0)
    return Stated(
        "share",
        [
            lowest << min0(-Max(k, -given[(*lead, k)])),
            total << Sum(k, given[(*lead, k)] - lowest),
            Tensor("share")[(*lead, j)] << (given[(*lead, j)] - lowest + none) / (total + none * Size(j)),
        ],
    )
