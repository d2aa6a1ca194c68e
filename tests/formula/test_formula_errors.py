import re

import numpy as np
import pytest

from whence.errors import ArgumentError, FormulaError
from whence.formula import Expression, Index, Sum, evaluate, evaluate_cell, indices, tensors, to_json, write

n, i, j, k = indices("n i j k")
x, W, z = tensors("x W z")
ARRAYS = {"x": np.ones((2, 3)), "W": np.ones((4, 5))}
PRODUCT = z[n, j] << Sum(k, x[n, k] * W[k, j])


def refuses(sentence, action, error=FormulaError):
    with pytest.raises(error, match=f"^{re.escape(sentence)}$"):
        action()


def test_axes_of_one_index_that_differ_in_length():
    sentence = "in the formula for z the index k runs over 3 on axis 1 of x and over 4 on axis 0 of W"
    refuses(sentence, lambda: evaluate(PRODUCT, ARRAYS))
    refuses(sentence, lambda: evaluate_cell(PRODUCT, (0, 0), ARRAYS))


def test_a_target_whose_shape_differs_from_what_makes_it():
    refuses(
        "in the formula for z the index i runs over 2 on axis 0 of z and over 3 on axis 0 of x",
        lambda: evaluate(z[i] << x[i], {"x": np.ones(3), "z": np.ones(2)}),
    )


def test_an_array_that_is_missing_or_has_other_axes():
    refuses("the formula for z reads W, which is missing; give it", lambda: evaluate(PRODUCT, {"x": np.ones((2, 3))}))
    refuses(
        "the formula for z reads x with 2 indices, but it has the shape (3,)",
        lambda: evaluate(PRODUCT, {**ARRAYS, "x": np.ones(3)}),
    )


def test_an_index_without_an_extent():
    refuses(
        "in the formula for z the extent of i is not known; give it, as in Index('i', 3)",
        lambda: evaluate(z[i] << x[2 * i], {"x": np.ones(3)}),
    )
    padded = z[i] << x[2 * i]
    assert evaluate(padded, {"x": np.ones(3), "z": np.ones(4)}).tolist() == [1, 1, 0, 0]
    assert evaluate(z[Index("i", 2)] << x[2 * Index("i", 2)], {"x": np.ones(3)}).tolist() == [1, 1]


def test_a_cell_outside_its_array():
    arrays = {"x": np.ones((2, 3)), "W": np.ones((3, 5))}
    for index, sentence in [
        ((0, 5), "z is (2, 5); 5 is outside axis 1, which goes from 0 to 4"),
        ((-1, 0), "z is (2, 5); -1 is outside axis 0, which goes from 0 to 1"),
        ((1,), "z is (2, 5); give 2 indices rather than 1"),
    ]:
        refuses(sentence, lambda index=index: evaluate_cell(PRODUCT, index, arrays), ArgumentError)


def test_a_left_side_that_is_not_plain():
    sentence = "the left side of the formula for z may only have plain indices"
    refuses(sentence, lambda: z[i + 1] << x[i])
    refuses(sentence, lambda: z[2] << 1)
    refuses(sentence, lambda: z[x[i]] << 1)
    refuses("the left side of the formula for z has one index twice", lambda: z[i, i] << x[i])


def test_an_index_that_is_bound_nowhere():
    sentence = "the formula for z uses the index k, which is neither on its left side nor summed over"
    refuses(sentence, lambda: z[i] << x[i, k])
    refuses(sentence, lambda: z[i] << x[i] * k)
    refuses(sentence, lambda: z[i] << x[W[k]])
    refuses(sentence, lambda: z[i] << Sum(k, x[i, k]) * W[k])
    refuses(sentence, lambda: z[i] << Sum(Index("k", 2), x[i, k]))


def test_subscripts_are_divided_last_and_by_positive_numbers():
    refuses("a divided subscript cannot be added to; divide last", lambda: i // 2 + 1)
    refuses("a divided subscript cannot be multiplied; divide last", lambda: i // 2 * 2)
    refuses("a subscript is divided by 0; it must be a positive whole number", lambda: i // 0)


def test_a_subscript_is_a_whole_number_of_indices():
    with pytest.raises(TypeError):
        i * 0.5
    with pytest.raises(TypeError):
        i + 0.5


def test_an_expression_of_an_unknown_kind():
    class Strange(Expression):
        pass

    refuses("Strange is not an expression", lambda: write(Strange()))
    refuses("Strange is not an expression", lambda: to_json(z[i] << Strange()))
    refuses("Strange is not an expression", lambda: evaluate(z[i] << Strange(), {"z": np.ones(1)}))
