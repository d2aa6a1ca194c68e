"""Names as they are set: a number below, also that of a layer within a layer."""

import pytest

from whence.formula.index_form import symbol
from whence.formula.layout import Symbol
from whence.views.mathematics.latex import to_latex
from whence.views.mathematics.symbols import set_name


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("W1", "W_{1}"),
        ("W2.0", "W_{2.0}"),
        ("x̂2.1.0", r"\hat{x}_{2.1.0}"),
        ("a2.0′", r"a_{2.0}^{\prime}"),
        ("v_W2.0_new", r"v_{W_{2.0}}^{\mathrm{new}}"),
        ("m_γ3.1", r"m_{\gamma_{3.1}}"),
        ("h₀→2.1", r"h_{2.1}^{(0\rightarrow)}"),
        ("h₀→", r"h^{(0\rightarrow)}"),
        ("x₁", "x_{1}"),
        ("δz2.1", r"\delta_{z_{2.1}}"),
        ("place1", r"\mathrm{place}_{1}"),
        ("√m", r"\sqrt{m}"),
        ("√(m/v)", r"\sqrt{\frac{m}{v}}"),
    ],
)
def test_the_number_of_a_layer_stands_below(name, latex):
    assert to_latex(set_name(Symbol(name))) == latex


@pytest.mark.parametrize(("name", "derivative_of"), [("dW1", "W1"), ("delay", None), ("bW1", None), ("W1", None)])
def test_a_derivative_is_told_from_other_names_by_the_arrays_there_are(name, derivative_of):
    assert symbol(name, {"W1", "dW1", "delay"}).derivative_of == derivative_of
