"""Texts in programs: their characters, whole or in sequences of the length that a network takes."""

from __future__ import annotations

import itertools
import shutil

import numpy as np
import pytest

from exhaustive import one_of_each
from interop.programs.test_programs_of_layers import require
from whence.data import Samples
from whence.data.texts.preprocessing import TextPreprocessing
from whence.data.texts.vocabulary import Vocabulary
from whence.errors import ArgumentError
from whence.interop.programs import write_program
from whence.interop.programs.languages import LANGUAGES
from whence.interop.programs.receipt import run
from whence.nn import LSTM, CrossEntropy, Embedding, Linear, Sequential
from whence.training import Model

CHARACTERS = Vocabulary.of('\n "\\,azß語🙂\u2028')


def written(folder, language, shape):
    """The program of a network over characters, and its receipt."""
    require(language)
    count = len(CHARACTERS)
    net = Sequential(Embedding(count, 3), LSTM(3, 4), Linear(4, count), input_shape=shape, dtype=np.float64)
    preprocessing = TextPreprocessing(vocabulary=CHARACTERS, window=4)
    model = Model(net, CrossEntropy(), preprocessing, tuple(CHARACTERS.characters), "signs")
    places = np.random.default_rng(0).integers(0, count, (6, 4))
    path = folder / LANGUAGES[language].file
    receipt = write_program(path, model, Samples(places, places), language)
    return path.read_text(encoding="utf-8"), receipt


@one_of_each(
    ("language", "shape"), itertools.product(LANGUAGES, [(-1,), (4,)]), lambda language, shape: language == "c"
)
def test_any_characters_are_read(language, shape, tmp_path):
    text, receipt = written(tmp_path, language, shape)
    assert receipt.inputs == 6
    assert receipt.difference < 1e-12
    made, tool = LANGUAGES[language], shutil.which(LANGUAGES[language].tool)
    with pytest.raises(ArgumentError, match="know"):
        run(text, made, tool, "aza\u2029")
    if shape == (4,) or language == "c":
        with pytest.raises(ArgumentError, match=r"sequences? of 4"):
            run(text, made, tool, "azazaz")
    assert len(run(text, made, tool, "\ufeffazaz").splitlines()) >= 5
