"""Write an ONNX file, which is there only if it was proved."""

from __future__ import annotations

import os

from whence.arguments import checks_arguments
from whence.data import Samples
from whence.files import replacing
from whence.interop.onnx.model import onnx_model
from whence.interop.onnx.receipt import Receipt, prove
from whence.nn.axes import ANY_LENGTH
from whence.training import Model


@checks_arguments
def write_onnx(
    path: str | os.PathLike[str], model: Model, samples: Samples, *, with_preprocessing: bool = False
) -> Receipt:
    """Write a trained network as an ONNX file, once onnxruntime and onnx.reference give what whence gives.

    Parameters
    ----------
    path : path
        The file to write.
    model : Model
        The network.
    samples : Samples
        Real inputs to prove it on.
    with_preprocessing : bool
        Whether the file takes raw inputs and gives probabilities or predictions, as `Model.predict` does; otherwise
        it is the network alone.

    Returns
    -------
    Receipt
        How it was proved: the inputs, the runs and the largest difference of each evaluator.

    Raises
    ------
    ArgumentError
        If a layer or the loss is of the user's own, or an output differs by more than rounding; no file is written.
    MissingDependencyError
        If onnx or onnxruntime is not installed.
    RunFolderError
        If the file cannot be written.
    """
    made = onnx_model(model, with_preprocessing=with_preprocessing)
    receipt = prove(made, samples, any_length=model.net.input_shape[:1] == (ANY_LENGTH,))
    with replacing(path) as file:
        file.write(made.proto.SerializeToString())
    return receipt
