"""What a matrix form amounts to, calculated with NumPy from its layout: vectors are rows or columns, as they stand."""

import math

import numpy as np

from whence.formula import Constant, Size, walk
from whence.formula.layout import (
    Fence,
    Fraction,
    Letter,
    Ones,
    Operator,
    Root,
    Row,
    Script,
    Symbol,
    Transposed,
    Word,
)

FUNCTIONS = {
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "tanh": np.tanh,
    "σ": lambda x: 1 / (1 + np.exp(-x)),
    "sign": np.sign,
    "erf": np.vectorize(math.erf),
    "diag": lambda v: np.diag(np.ravel(v)),
    "max": np.maximum,
    "min": np.minimum,
}
COMPARISONS = {"<": np.less, "≤": np.less_equal, ">": np.greater, "≥": np.greater_equal, "=": np.equal}


class Algebra:
    """Calculates matrix forms over arrays in which samples are rows, or columns."""

    def __init__(self, formulas, arrays, rows, extents):
        self.formulas, self.rows, self.extents = formulas, rows, extents
        self.values = {name: self.standing(name, array) for name, array in arrays.items()}

    def standing(self, name, array):
        """Return an array with one axis as a column if it runs over samples and these are rows, and the reverse."""
        if array.ndim != 1:
            return array
        formula = self.formulas.get(name)
        samples = name in ("y", "ω") if formula is None else formula.indices[0].name == "n"
        return array[:, np.newaxis] if samples == self.rows else array[np.newaxis]

    def right_side(self, form, formula):
        """Return what the right-hand side of a matrix form gives, in the shape of its left-hand side."""
        self.constants = {node.name: node.value for node in walk(formula.expression) if isinstance(node, Constant)}
        self.sizes = {
            node.index.name.upper(): self.extents(formula)[node.index]
            for node in walk(formula.expression)
            if isinstance(node, Size)
        }
        target, _, right = form.items
        with np.errstate(all="ignore"):
            found, shape = self.value(right), self.values[target.name].shape
        return np.reshape(found, ()) if shape == () else np.broadcast_to(found, shape)

    def value(self, node):
        match node:
            case Symbol("Y", None):
                labels = self.values["y"].ravel().astype(int)
                hot = np.eye(self.values["p"].shape[1 if self.rows else 0])[labels]
                return hot if self.rows else hot.T
            case Symbol(name, _):
                return self.constants[name] if name in self.constants else self.values[name]
            case Letter(text):
                return self.sizes[text]
            case Word(text):
                return 0.5 if text == "½" else float(text.replace("−", "-"))
            case Transposed(base):
                return self.value(base).T
            case Root(inside):
                return np.sqrt(self.value(inside))
            case Fraction(above, below):
                return self.value(above) / self.value(below)
            case Script(base, None, Row((Operator("⊙"), exponent))):
                return self.value(base) ** self.value(exponent)
            case Script(base, None, Word("−1")):
                return np.linalg.inv(self.value(base))
            case Script(base, None, exponent):
                return self.value(base) ** self.value(exponent)
            case Fence("(", inside, ")"):
                return self.value(inside)
            case Fence("|", inside, "|"):
                return np.abs(self.value(inside))
            case Fence("[", Row((left, Operator(sign), right)), "]"):
                return COMPARISONS[sign](self.value(left), self.value(right)).astype(float)
            case Row((only,)):
                return self.value(only)
            case Row((Word("−"), operand)):
                return -self.value(operand)
            case Row((Word(function), Fence("(", Row(operands), ")"))) if function in FUNCTIONS and (
                Operator(",") in operands
            ):
                return FUNCTIONS[function](*map(self.value, operands[::2]))
            case Row((Word(function), Fence("(", inside, ")"))) if function in FUNCTIONS:
                return FUNCTIONS[function](self.value(inside))
            case Row((left, Operator(sign), right)):
                return self.join(left, sign, right)
        raise TypeError(f"no value for {node}")

    def join(self, left, sign, right):
        if isinstance(left, Ones):
            assert self.value(right).shape[0] == 1, "a column of ones repeats a row"
            return self.value(right)
        if isinstance(right, Transposed) and isinstance(right.base, Ones):
            assert self.value(left).shape[1] == 1, "a row of ones repeats a column"
            return self.value(left)
        if isinstance(left, Transposed) and isinstance(left.base, Ones):
            return self.value(right).sum(axis=0, keepdims=True)
        if isinstance(right, Ones):
            return self.value(left).sum(axis=1, keepdims=True)
        first, second = self.value(left), self.value(right)
        if sign == "+":
            return first + second
        if sign == "−":
            return first - second
        if sign == "⊙":
            assert first.shape == second.shape
            return first * second
        assert sign in ("", "·")
        return first * second if np.ndim(first) == 0 or np.ndim(second) == 0 else first @ second
