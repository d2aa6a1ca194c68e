"""Derivations in LaTeX: what is written, and that a real engine compiles it within the page's width."""

import re
import shutil
import subprocess

import numpy as np
import pytest

import traced_networks as networks
from exhaustive import exhaustive
from nn.examples import EXAMPLES, ONE_OF_EACH_GROUP
from whence.formula import ArgMax, Sum, differs, index_form, indices, tensors
from whence.formula.layout import Symbol
from whence.nn import (
    GELU,
    GRU,
    LSTM,
    BatchNorm,
    Conv2d,
    CrossEntropy,
    Dropout,
    Flatten,
    Last,
    LayerNorm,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Sequential,
)
from whence.optim import Adam
from whence.trace import trace
from whence.views.derivation import Derivation, as_latex, as_markdown, derive
from whence.views.mathematics import matrix_form, to_latex

needs_latex = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is not installed (Debian: texlive-latex-recommended)"
)


def compiled(text, folder):
    """Compile a document and return the log."""
    (folder / "derivation.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "derivation.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    log = (folder / "derivation.log").read_text(encoding="latin-1")
    assert done.returncode == 0, "\n".join(re.findall(r"^!.*(?:\n.*){4}", log, re.MULTILINE))
    assert (folder / "derivation.pdf").stat().st_size > 1000
    return log


def overfull(log):
    """Return by how many points the widest line is too wide."""
    return max(map(float, re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)), default=0)


@needs_latex
@pytest.mark.parametrize("rows", [True, False], ids=["rows", "columns"])
def test_a_derivation_compiles_and_fits_the_page(tmp_path, rows):
    net = Sequential(Linear(5, 4), BatchNorm(), ReLU(), Dropout(0.4), Linear(4, 3), dtype=np.float64)
    step = trace(net, CrossEntropy(), Adam(clip_norm=1, weight_decay=0.1), *networks.batch())
    assert overfull(compiled(as_latex(derive(step, rows=rows, numbers=True)), tmp_path)) < 5


def convolved():
    return [Conv2d(1, 6, 3), BatchNorm(), ReLU(), MaxPool2d(2), Conv2d(6, 8, 3), ReLU(), Flatten(), Linear(32, 2)]


@needs_latex
@pytest.mark.parametrize("numbers", [True, pytest.param(False, marks=exhaustive)], ids=["numbers", "symbols"])
@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        (convolved, (10, 10, 1)),
        (lambda: [LSTM(2, 3), Last(), Linear(3, 2)], (4, 2)),
        pytest.param(lambda: [GRU(2, 3), Last(), Linear(3, 2)], (4, 2), marks=exhaustive),
        pytest.param(lambda: [LSTM(2, 3, 2, bidirectional=True), Last(), Linear(6, 2)], (4, 2), marks=exhaustive),
        pytest.param(
            lambda: [Linear(2, 4), Residual([Linear(4, 4), BatchNorm(), GELU("tanh")]), LayerNorm(), Linear(4, 2)],
            (2,),
            marks=exhaustive,
        ),
    ],
    ids=["convolutions", "lstm", "gru", "both directions", "residual"],
)
def test_clipped_gradients_and_gates_fit_the_page(tmp_path, layers, shape, numbers):
    net = Sequential(*layers(), input_shape=shape, seed=1)
    x = np.random.default_rng(0).normal(size=(2, *shape))
    step = trace(net, CrossEntropy(), Adam(clip_norm=1), x, np.array([0, 1]))
    assert overfull(compiled(as_latex(derive(step, numbers=numbers)), tmp_path)) < 5


@needs_latex
@pytest.mark.parametrize(
    ("examples", "numbers"),
    [
        (ONE_OF_EACH_GROUP, False),
        pytest.param([examples[0] for examples in EXAMPLES.values()], False, marks=exhaustive),
        pytest.param([each for examples in EXAMPLES.values() for each in examples[:2]], True, marks=exhaustive),
    ],
    ids=["one of each group", "symbols", "numbers"],
)
def test_the_formulas_of_every_layer_compile(tmp_path, examples, numbers):
    steps = [networks.traced_example(example)[0] for example in examples if example.shape]
    documents = [as_latex(derive(step, numbers=numbers)) for step in steps]
    head, _, _ = documents[0].partition("\\begin{document}")
    bodies = [document.split("\\begin{document}")[1].split("\\end{document}")[0] for document in documents]
    compiled(f"{head}\\begin{{document}}{''.join(bodies)}\\end{{document}}", tmp_path)


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        (Symbol("W1"), "W_{1}"),
        (Symbol("dW1", "W1"), r"\frac{\partial L}{\partial W_{1}}"),
        (Symbol("x̂2"), r"\hat{x}_{2}"),
        (Symbol("a2′"), r"a_{2}^{\prime}"),
        (Symbol("W12_new"), r"W_{12}^{\mathrm{new}}"),
        (Symbol("v_W1_new"), r"v_{W_{1}}^{\mathrm{new}}"),
        (Symbol("m_γ2"), r"m_{\gamma_{2}}"),
        (Symbol("running_mean2"), r"\text{running mean}_{2}"),
        (Symbol("η"), r"\eta"),
        (Symbol("ℓ"), r"\ell"),
        (Symbol("β₁"), r"\beta_{1}"),
        (Symbol("√(2/π)"), r"\sqrt{\frac{2}{\pi}}"),
        (Symbol("√(2π)"), r"\sqrt{2\pi}"),
        (Symbol("√2"), r"\sqrt{2}"),
        (Symbol("∞"), r"\infty"),
        (Symbol("loss"), "L"),
        (Symbol("δi2"), r"\delta_{i_{2}}"),
        (Symbol("W₀→2"), r"W_{2}^{(0\rightarrow)}"),
        (Symbol("v_W₀→2_new"), r"v_{W_{2}^{(0\rightarrow)}}^{\mathrm{new}}"),
        (Symbol("dU2", "U2"), r"\frac{\partial L}{\partial U_{2}}"),
        (Symbol("momentum"), r"\mathrm{momentum}"),
    ],
)
def test_names_become_symbols(name, latex):
    assert to_latex(name) == latex


def test_formulas_in_both_forms():
    step = networks.traced_classifier(4)
    assert to_latex(matrix_form(step.formulas["dW2"], step)) == (
        r"\frac{\partial L}{\partial W_{2}} = a_{1}^{\top} \thinspace \frac{\partial L}{\partial z_{2}}"
    )
    assert to_latex(index_form(step.formulas["z1"], step)) == (
        r"z_{1}[n,j] = \sum_{i} x[n,i] \cdot W_{1}[i,j] + b_{1}[j]"
    )
    assert to_latex(index_form(step.formulas["ℓ"], step)) == (r"\ell[n] = \log(S[n]) + M[n] - z_{2}[n,y[n]]")


def test_a_sign_within_a_sentence_has_space_around_it():
    assert r"The sign $\odot$ means" in as_latex(derive(networks.traced_classifier(3)))


def test_reductions_with_conditions():
    y, x = tensors("y x")
    n, s, t = indices("n s t")
    assert to_latex(index_form(y[t] << Sum(s, x[s], where=s <= t), ())) == r"y[t] = \sum_{s \le t} x[s]"
    place = index_form(y[n] << ArgMax((s, t), x[s, t], where=differs(s, t)), ())
    assert to_latex(place) == r"y[n] = \arg\max_{s,t : s \ne t} x[s,t]"


def test_markdown_keeps_to_what_github_renders():
    net = Sequential(Linear(5, 4), BatchNorm(), ReLU(), Dropout(0.4), Linear(4, 3), dtype=np.float64)
    step = trace(net, CrossEntropy(), Adam(clip_norm=1), *networks.batch())
    text = as_markdown(derive(step, numbers=True))
    blocks = re.findall(r"^\$\$\n(.*?)\n\$\$$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 40
    assert text.count("$$") == 2 * len(blocks)
    known = {
        "aligned", "bmatrix", "begin", "end", "frac", "partial", "sum", "max", "min", "exp", "log", "sqrt", "hat",
        "mathrm", "mathbf", "text", "top", "prime", "thinspace", "cdot", "odot", "left", "right", "dots", "cdots",
        "approx", "arg", "qquad", "tfrac", "vdots", "ddots", "quad", "Bigl", "Bigr", "gamma", "beta", "varepsilon",
        "eta", "ell",
        "lambda", "tau", "vert",
    }  # fmt: skip
    inline = re.findall(r"(?<!\$)\$([^$\n]+)\$(?!\$)", text)
    used = {name for part in [*blocks, *inline] for name in re.findall(r"\\([a-zA-Z]+)", part)}
    assert used <= known, used - known
    for part in inline:
        assert part == part.strip()
    assert all(re.sub(r"\\text\{.*\}", "", block).isascii() for block in [*blocks, *inline])


def test_a_backslash_in_text_is_printed_and_not_a_command():
    assert r"a\textbackslash{}b\_1" in as_latex(Derivation(r"a\b_1", ()))
