"""Every layer as a program in every language: the real interpreter or compiler gives what whence gives."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys

import numpy as np
import pytest

from exhaustive import exhaustive, one_of, one_of_each
from nn.examples import EXAMPLES, Example, kind_of_layer
from whence.data import Preprocessing, Samples
from whence.errors import ArgumentError
from whence.formula import Constant, Formulas, Index, Size, Sum, tensors, walk
from whence.interop.programs import write_program
from whence.interop.programs.in_c.quantisation import quantised
from whence.interop.programs.in_numpy.program import numpy_program
from whence.interop.programs.languages import LANGUAGES
from whence.interop.programs.program import program_of
from whence.interop.programs.receipt import run
from whence.nn import GRU, LSTM, Embedding, Layer, Linear, MeanSquaredError, Sequential, layers
from whence.training import Model

ALL = [example for examples in EXAMPLES.values() for example in examples]
FIRSTS = [next(group) for _, group in itertools.groupby(sorted(ALL, key=str), kind_of_layer)]
R = """
for (place in seq_len({count})) {{
  program <- new.env()
  sys.source(paste0(place - 1, ".R"), program)
  for (sample in program$read(paste0(place - 1, ".csv"))) program$print_answer(program$predict(sample))
  cat("--\\n")
}}
"""
JAVASCRIPT = """
import {{ readFileSync }} from "node:fs";
for (let place = 0; place < {count}; place++) {{
    const {{ predict, read }} = await import(`./${{place}}.mjs`);
    for (const sample of read(readFileSync(`${{place}}.csv`, "utf8"))) console.log([...predict(sample)].join(","));
    console.log("--");
}}
"""
C = "for place in $(seq 0 {last}); do cc {options} -o p $place.c -lm && ./p < $place.csv && echo -- || exit 1; done"
STRICT = "-std=c99 -O0 -Wall -Wextra -Wconversion -Wpedantic -Werror"


def made(net, seed=0):
    """A model of a network with random parameters and buffers."""
    rng = np.random.default_rng(seed)
    net.theta[...] = rng.normal(size=net.theta.shape)
    for layer in net.layers:
        for buffer in layer.buffers.values():
            buffer[...] = rng.uniform(0.5, 2, buffer.shape)
    return Model(net, MeanSquaredError(), Preprocessing(), None, "made")


def predict_of(model):
    """The function ``predict`` of a network's program in NumPy."""
    scope = {}
    exec(numpy_program(program_of(model), "model.py"), scope)
    return scope["predict"]


def answers_of(language, folder, nets, inputs, dtype=np.float64):
    """What the programs of networks answer, all run in one process where that can be."""
    suffix = LANGUAGES[language].file.removeprefix("model")
    for place, (net, x) in enumerate(zip(nets, inputs, strict=True)):
        text = LANGUAGES[language].write(program_of(made(net), dtype), f"{place}{suffix}")
        (folder / f"{place}{suffix}").write_text(text, encoding="utf-8")
        lines = (",".join(map(repr, row.ravel().tolist())) for row in x)
        (folder / f"{place}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    driver = {"r": R, "javascript": JAVASCRIPT, "c": C}[language]
    driver = driver.format(count=len(nets), last=len(nets) - 1, options=STRICT)
    (folder / f"all{suffix}").write_text(driver, encoding="utf-8")
    commands = {"r": ["Rscript", "all.R"], "javascript": ["node", "all.mjs"], "c": ["sh", "all.c"]}
    done = subprocess.run(commands[language], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    parts = done.stdout.split("--\n")[:-1]
    return [np.array(part.replace("\n", ",").split(",")[:-1], float) for part in parts]


def require(language):
    tool = LANGUAGES[language].tool
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")


@one_of_each("example", ALL, kind_of_layer)
def test_numpy_gives_what_a_layer_gives(example: Example):
    net = Sequential(example.make(), input_shape=example.shape, dtype=np.float64)
    x = example.inputs(np.random.default_rng(1), 4)
    answers = predict_of(made(net))(x)
    np.testing.assert_allclose(answers, net(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("examples", [pytest.param(FIRSTS, id="firsts"), pytest.param(ALL, id="all", marks=exhaustive)])
@pytest.mark.parametrize("language", ["r", "javascript", "c"])
def test_all_layers_give_what_whence_gives(language, examples, tmp_path):
    require(language)
    nets = [Sequential(each.make(), input_shape=each.shape, dtype=np.float64) for each in examples]
    inputs = [each.inputs(np.random.default_rng(1), 3) for each in examples]
    answers = answers_of(language, tmp_path, nets, inputs)
    for net, x, answer in zip(nets, inputs, answers, strict=True):
        np.testing.assert_allclose(answer, net(x).ravel(), rtol=0, atol=1e-12, err_msg=repr(net))


def test_c_in_float_is_right_to_single_precision(tmp_path):
    require("c")
    examples = [EXAMPLES[name][0] for name in ("linear", "gelu", "conv2d", "lstm")]
    nets = [Sequential(each.make(), input_shape=each.shape, dtype=np.float64) for each in examples]
    inputs = [each.inputs(np.random.default_rng(1), 3) for each in examples]
    for net, x, answer in zip(nets, inputs, answers_of("c", tmp_path, nets, inputs, np.float32), strict=True):
        np.testing.assert_allclose(answer, net(x).ravel(), rtol=0, atol=1e-5, err_msg=repr(net))


def test_sequences_may_have_any_length(tmp_path):
    net = Sequential(Embedding(5, 3), LSTM(3, 4), GRU(4, 3, bidirectional=True), Linear(6, 5), dtype=np.float64)
    predict = predict_of(made(net))
    for steps in (1, 9):
        tokens = np.random.default_rng(0).integers(0, 5, (3, steps))
        np.testing.assert_allclose(predict(tokens), net(tokens), rtol=0, atol=1e-12)
    with pytest.raises(ValueError, match="inputs must be whole numbers from 0 to 4"):
        predict(np.array([[5]]))


@pytest.mark.parametrize("language", ["r", "javascript"])
def test_sequences_may_have_any_length_in_other_languages(language, tmp_path):
    require(language)
    net = Sequential(Embedding(5, 3), LSTM(3, 4), GRU(4, 3, bidirectional=True), Linear(6, 5), dtype=np.float64)
    tokens = np.random.default_rng(0).integers(0, 5, (3, 7))
    (answer,) = answers_of(language, tmp_path, [net], [tokens])
    np.testing.assert_allclose(answer, net(tokens).ravel(), rtol=0, atol=1e-12)


def test_r_reads_many_parameters_in_parts(tmp_path):
    require("r")
    net = Sequential(Linear(30, 41), dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(2, 30))
    (answer,) = answers_of("r", tmp_path, [net], [x])
    np.testing.assert_allclose(answer, net(x).ravel(), rtol=0, atol=1e-12)
    assert "W1[1001:1230] <- c(" in (tmp_path / "0.R").read_text(encoding="utf-8")


def said_of(language, folder, net, given):
    """What a program says on standard error for a text that it must refuse."""
    require(language)
    made_by = LANGUAGES[language]
    (folder / made_by.file).write_text(made_by.write(program_of(made(net)), made_by.file), encoding="utf-8")
    *before, last = made_by.commands(made_by.tool, made_by.file)
    for command in before:
        subprocess.run(command, cwd=folder, check=True)
    done = subprocess.run(last, cwd=folder, input=given, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode
    return done.stderr


@one_of_each(
    ("language", "given"),
    itertools.product(LANGUAGES, ["1,2\n", "1,2,3,4\n", "1,2\n3,4,5,6\n"]),
    lambda language, given: language,
)
def test_lines_of_more_or_fewer_numbers_than_a_sample_are_refused(language, given, tmp_path):
    said = said_of(language, tmp_path, Sequential(Linear(3, 2), input_shape=(3,)), given)
    assert "another number of cells" in said or "cannot reshape" in said or "must have 3 numbers" in said


@pytest.mark.parametrize("given", ["-1", "3", "1.5", "nan", "1e300"])
def test_c_reads_no_place_outside_of_an_embedding(given, tmp_path):
    said = said_of("c", tmp_path, Sequential(Embedding(3, 2), input_shape=(1,)), f"{given}\n")
    assert said in ("row 1: inputs must be whole numbers from 0 to 2\n", "row 1: the cell nan is no number\n")


@pytest.mark.parametrize("language", ["r", "c", "javascript"])
def test_a_program_says_which_row_has_a_cell_that_is_no_number(language, tmp_path):
    said = said_of(language, tmp_path, Sequential(Linear(2, 2), input_shape=(2,)), "1,2\n1,x\n")
    assert "row 2: the cell x is no number" in said and "    at " not in said


@pytest.mark.parametrize("language", ["numpy", "r", "javascript"])
def test_no_place_in_an_embedding_is_truncated(language, tmp_path):
    said = said_of(language, tmp_path, Sequential(Embedding(3, 2), input_shape=(1,)), "1.5\n")
    assert "from 0 to 2" in said and "Traceback" not in said


@one_of("language", LANGUAGES)
def test_cells_that_are_no_numbers_are_refused(language, tmp_path):
    for given in ("nan", "inf", "0x10", "1e999", "one"):
        said = said_of(language, tmp_path, Sequential(Linear(2, 2), input_shape=(2,)), f"1,{given}\n")
        assert "is no number" in said or "not finite" in said or "could not convert" in said
        assert "Traceback" not in said


def test_c_is_for_the_longest_sequences(tmp_path):
    model = made(Sequential(GRU(1, 2), Linear(2, 2), input_shape=(-1, 1)))
    samples = Samples(np.ones((3, 5, 1)), np.zeros((3, 5, 2)), lengths=np.array([4, 2, 4]))  # of 5 with other parts
    receipt = write_program(tmp_path / "model.c", model, samples, "c", quantise=samples.take(np.arange(2)))
    said = "for sequences of 4 time steps alone, which 2 of 3 sequences have; no other was tried; root mean square"
    assert said in receipt.remark
    assert receipt.inputs == (2 if shutil.which("gcc") else 0)
    assert "A sample is a line of 4 x 1 numbers" in (tmp_path / "model.c").read_text()


def test_a_network_of_fixed_length_is_proved_on_the_sequences_that_have_it(tmp_path):
    model = made(Sequential(GRU(1, 2), input_shape=(5, 1)))
    samples = Samples(np.ones((3, 5, 1)), np.zeros((3, 5, 2)), lengths=np.array([4, 5, 2]))
    receipt = write_program(tmp_path / "model.py", model, samples, "numpy")
    assert receipt.remark.startswith("for sequences of 5 time steps alone, which 1 of 3 sequences have")


def test_a_program_may_warn_but_not_fail():
    warns = "import sys; print(3); sys.stderr.write('Setting LC_CTYPE failed')"
    assert run(warns, LANGUAGES["numpy"], sys.executable, "") == "3\n"
    with pytest.raises(ArgumentError, match="Setting LC_CTYPE failed; no file was written"):
        run(f"{warns}; sys.exit(3)", LANGUAGES["numpy"], sys.executable, "")
    with pytest.raises(ArgumentError, match="it ends with the exit code 3; no file was written"):
        run("import sys; sys.exit(3)", LANGUAGES["numpy"], sys.executable, "")


def test_the_range_of_activations_is_that_of_all_training_samples(tmp_path):
    model = made(Sequential(Linear(1, 2), input_shape=(1,)))
    x = np.linspace(0, 50, 5000)[:, np.newaxis]
    program = quantised(program_of(model), model, Samples(x, np.zeros((5000, 2))))
    assert any(
        np.isclose(node.value, 50 / 127)
        for each in program.formulas
        for node in walk(each.expression)
        if isinstance(node, Constant)
    )


def test_a_layer_of_the_users_own_needs_no_change(own_classes, tmp_path):
    @layers.register("centred")
    class Centred(Layer):
        """Names that are functions of C, and a sum over a part of an axis."""

        def formulas(self, *, training=True):
            x, y, y1, gamma = tensors("x y y1 gamma")
            n, j = Index("n"), Index("j")
            half = Index("main", 2)
            return Formulas(
                [y1[n] << Sum(half, x[n, half]) / 2, gamma[n, j] << x[n, j] - y1[n], y[n, j] << gamma[n, j] / Size(j)]
            )

    net = Sequential(Centred(), input_shape=(5,), dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(3, 5))
    expected = (x - x[:, :2].sum(axis=1, keepdims=True) / 2) / 5
    np.testing.assert_allclose(predict_of(made(net))(x), expected, rtol=0, atol=1e-12)
    for language in ("c", "javascript", "r"):
        if shutil.which(LANGUAGES[language].tool):
            (answer,) = answers_of(language, tmp_path, [net], [x])
            np.testing.assert_allclose(answer, expected.ravel(), rtol=0, atol=1e-12)


def test_a_layer_that_mixes_samples_is_refused_with_the_alternative(own_classes):
    @layers.register("mixing")
    class Mixing(Layer):
        def formulas(self, *, training=True):
            x, y = tensors("x y")
            n, j, m = Index("n"), Index("j"), Index("m")
            return Formulas([y[n, j] << x[n, j] - Sum(m, x[m, j])])

    program = program_of(made(Sequential(Mixing(), input_shape=(2,))))
    with pytest.raises(ArgumentError, match="is read at other samples; export with: --to numpy"):
        LANGUAGES["c"].write(program, "model.c")
