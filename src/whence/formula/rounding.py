"""How large the terms are that a formula adds, against which rounding is measured."""

from __future__ import annotations

from dataclasses import replace

from whence.formula.expressions import Call, Expression, Operation, Reduction
from whence.formula.functions import absolute


def terms_size(node: Expression) -> Expression:
    """Return the expression for the sum of the sizes of the terms that ``node`` adds or subtracts.

    Of ``Σ_k x[n, k] · W[k, j] + b[j]`` that is ``Σ_k |x[n, k]| · |W[k, j]| + |b[j]|``. A result cannot be more exact
    than the rounding of its largest terms, however much of them cancels (Higham, *Accuracy and Stability of Numerical
    Algorithms*, 2002, section 3.1).
    """
    match node:
        case Operation("+" | "-", left, right):
            return terms_size(left) + terms_size(right)
        case Operation("*", left, right):
            return terms_size(left) * terms_size(right)
        case Operation("/", left, right):
            return terms_size(left) / absolute(right)
        case Call("neg", (operand,)):
            return terms_size(operand)
        case Reduction("Sum", _, body):
            return replace(node, body=terms_size(body))
    return absolute(node)
