"""Write a trained network as a program, which is there only if it was proved or cannot be run here."""

from __future__ import annotations

import os
from pathlib import Path

from whence.arguments import checks_arguments
from whence.data import Samples
from whence.errors import UnknownNameError
from whence.files import replacing
from whence.interop.programs.languages import LANGUAGES
from whence.interop.programs.program import program_of
from whence.interop.programs.receipt import Receipt, prove
from whence.registry import unknown
from whence.training import Model


@checks_arguments
def write_program(path: str | os.PathLike[str], model: Model, samples: Samples, language: str) -> Receipt:
    """Write a trained network as a stand-alone program, once it gives what whence gives.

    Parameters
    ----------
    path : path
        The file to write.
    model : Model
        The network.
    samples : Samples
        Real inputs to prove it on.
    language : {"numpy"}
        The language: Python with NumPy.

    Returns
    -------
    Receipt
        What ran it, on how many inputs, and the largest difference; or why it was not run.

    Raises
    ------
    UnknownNameError
        If there is no such language.
    ArgumentError
        If the preprocessing or the loss has no formulas, the program fails, or an answer differs by more than rounding;
        no file is written.
    RunFolderError
        If the file cannot be written.
    """
    if language not in LANGUAGES:
        raise UnknownNameError(unknown("language", language, LANGUAGES))
    made, program = LANGUAGES[language], program_of(model)
    text = made.write(program, Path(path).name)
    receipt = prove(text, made, program, model, samples)
    with replacing(path) as file:
        file.write(text.encode())
    return receipt
