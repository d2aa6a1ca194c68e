"""Random expressions over x[i], y[k], s and β, in which comparisons compare exact numbers only."""

import operator

import numpy as np
from hypothesis import strategies as st

from whence.formula import (
    ArgMax,
    Constant,
    Max,
    Size,
    Sum,
    absolute,
    differs,
    equals,
    indices,
    max0,
    maximum,
    min0,
    minimum,
    scalar,
    sigmoid,
    tanh,
    tensors,
)
from whence.formula.expressions import Number, expression

i, k = indices("i k")
x, y, z = tensors("x y z")
ARRAYS = {"x": np.array([0.5, -1.25, 2.0]), "y": np.array([1.5, -0.75]), "s": np.asarray(-0.5)}
CONSTANTS = {"β₁": -0.25, "λ": 0.125}

quarters = st.integers(-12, 12).map(lambda whole: Number(whole / 4))
leaves = st.one_of(
    quarters,
    st.sampled_from([Constant(name, value) for name, value in CONSTANTS.items()]),
    st.sampled_from([x[i], y[k], scalar("s"), x[1], x[i + 1], x[2 * i - 1], x[i // 2]]),
    st.sampled_from([Size(i), Size(k), expression(i), expression(2 * i - 1), expression(-1 * i)]),
)
comparisons = st.builds(
    lambda compare, left, right: compare(left, right),
    st.sampled_from([operator.lt, operator.le, operator.gt, operator.ge, equals, differs]),
    leaves,
    leaves,
)
conditions = st.one_of(
    comparisons,
    st.sampled_from([k <= i, k < i, k >= 1 * i, k > i - 1, differs(k, i), equals(k, i), [0 * i <= 1 * k, 1 * k < i]]),
)


def larger(smaller):
    unary = [
        lambda a: -a,
        tanh,
        sigmoid,
        max0,
        min0,
        absolute,
        lambda a: a**2,
        lambda a: Sum(k, a),
        lambda a: Max(k, a),
    ]
    binary = [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        maximum,
        minimum,
    ]
    return st.one_of(
        st.builds(lambda operation, a: operation(a), st.sampled_from(unary), smaller),
        st.builds(lambda operation, a, b: operation(a, b), st.sampled_from(binary), smaller, smaller),
        st.builds(
            lambda reduce, a, where: reduce(k, a, where=where), st.sampled_from([Sum, Max, ArgMax]), smaller, conditions
        ),
    )


expressions = st.recursive(st.one_of(leaves, comparisons), larger, max_leaves=12)
formulas = expressions.map(lambda made_from: z[i] << Sum(k, made_from * y[k]) + 0 * x[i])
