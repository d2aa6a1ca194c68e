import re

import numpy as np
import pytest

from whence.errors import ArgumentError, DataError, ShapeError, UnknownNameError
from whence.nn.losses import BinaryCrossEntropy, CrossEntropy, MeanSquaredError, losses

LOGITS = np.zeros((3, 4))
SEQUENCES = np.zeros((2, 3, 4))


def refuses(error, sentence, action):
    with pytest.raises(error, match=f"^{re.escape(sentence)}$"):
        action()


@pytest.mark.parametrize(
    ("outputs", "targets", "sentence"),
    [
        (LOGITS, np.array([0, 4, 1]), "the label of sample 1 is 4, but 4 classes are numbered from 0 to 3"),
        (LOGITS, np.array([0, 1, -1]), "the label of sample 2 is -1, but 4 classes are numbered from 0 to 3"),
        (
            SEQUENCES,
            np.array([[0, 1, 2], [3, 9, 0]]),
            "the label of sample 1, 1 is 9, but 4 classes are numbered from 0 to 3",
        ),
        (
            LOGITS,
            np.array([[1, 0, 0, 0], [0, 0.5, 0, 0], [0, 0, 1, 0]]),
            "the target of sample 1 is [0.  0.5 0.  0. ], which is not a distribution; "
            "its entries must not be negative and must sum to 1",
        ),
        (
            LOGITS,
            np.array([[1, 0, 0, 0], [0, 1, 0, 0], [-0.5, 1.5, 0, 0]]),
            "the target of sample 2 is [-0.5  1.5  0.   0. ], which is not a distribution; "
            "its entries must not be negative and must sum to 1",
        ),
        (
            LOGITS,
            np.full((3, 4), np.nan),
            "the target of sample 0 is [nan nan nan nan], which is not a distribution; "
            "its entries must not be negative and must sum to 1",
        ),
    ],
)
def test_targets_that_are_no_classes_are_named_by_their_sample(outputs, targets, sentence):
    refuses(DataError, sentence, lambda: CrossEntropy()(outputs, targets))


@pytest.mark.parametrize(
    ("targets", "advice"),
    [
        (np.array([0.0, 1.0, 2.0]), "labels must be integers, as targets.astype(int) gives them"),
        (np.eye(4, dtype=int)[:3], "one-hot targets must be floating, as targets.astype(float) gives them"),
        (np.array([0, 1]), "targets must be integer labels (3,) or distributions (3, 4)"),
        (np.array([[0], [1], [2]]), "targets must be integer labels (3,) or distributions (3, 4)"),
        (np.eye(3), "targets must be integer labels (3,) or distributions (3, 4)"),
    ],
)
def test_targets_of_another_shape_or_dtype(targets, advice):
    found = f"the targets are {targets.dtype} of shape {targets.shape} and the outputs have the shape (3, 4)"
    refuses(ShapeError, f"{found}; {advice}", lambda: CrossEntropy()(LOGITS, targets))


def test_logits_need_an_axis_of_classes():
    refuses(
        ShapeError,
        "the outputs have the shape (3,), but cross-entropy takes logits (N, classes)",
        lambda: CrossEntropy()(np.zeros(3), np.array([0, 0, 0])),
    )


def test_class_weights_of_another_number():
    refuses(
        ShapeError,
        "there are 2 class_weights, but the outputs have 4 classes; give one for each",
        lambda: CrossEntropy([1, 2])(LOGITS, np.array([0, 1, 2])),
    )


def test_class_weights_of_another_number_than_the_one_hot_targets():
    refuses(
        ShapeError,
        "there are 2 class_weights, but the outputs have 4 classes; give one for each",
        lambda: MeanSquaredError(class_weights=[1, 2])(LOGITS, np.array([0, 1, 2])),
    )


def test_a_label_that_is_no_class_is_named_before_it_becomes_one_hot():
    refuses(
        DataError,
        "the label of sample 1 is 4, but 4 classes are numbered from 0 to 3",
        lambda: MeanSquaredError()(LOGITS, np.array([0, 4, 1])),
    )


def test_targets_of_another_kind_are_refused_by_their_shape():
    refuses(
        ArgumentError,
        "cross-entropy needs classes, but these targets are plain numbers; use mse for them",
        lambda: CrossEntropy().output_shape((), None),
    )


def test_targets_of_another_shape_than_the_outputs():
    refuses(
        ShapeError,
        "the targets have the shape (3, 2) and the outputs (3, 4); give one target for each output",
        lambda: MeanSquaredError()(LOGITS, np.zeros((3, 2))),
    )
    refuses(
        ShapeError,
        "the targets have the shape (3,) and the outputs (3, 4); give one target for each output",
        lambda: MeanSquaredError()(LOGITS, np.zeros(3)),
    )


@pytest.mark.parametrize(("wrong", "shown"), [(2.0, "2.0"), (-0.1, "-0.1"), (np.nan, "nan")])
def test_targets_of_binary_cross_entropy_outside_0_to_1(wrong, shown):
    refuses(
        DataError,
        f"the target of sample 1 is {shown}, but binary cross-entropy takes 0, 1 or probabilities in between",
        lambda: BinaryCrossEntropy()(np.zeros((3, 1)), np.array([0, wrong, 1])),
    )


@pytest.mark.parametrize("loss_fn", [CrossEntropy(), BinaryCrossEntropy(), MeanSquaredError()])
def test_weights_of_samples(loss_fn):
    outputs = np.zeros((3, 1))
    targets = np.zeros(3, int)
    refuses(
        ShapeError,
        "the weights have the shape (2,) and the outputs (3, 1); give one for each sample",
        lambda: loss_fn(outputs, targets, np.ones(2)),
    )
    for wrong in ([1, -1, 1], [1, np.nan, 1], [np.inf, 1, 1], [0, 0, 0]):
        refuses(
            ArgumentError,
            "weights must be finite, not negative and not all zero",
            lambda wrong=wrong: loss_fn(outputs, targets, np.array(wrong)),
        )


@pytest.mark.parametrize("count", [5, 8])
def test_weights_of_sequences_are_one_for_each_also_with_lengths(count):
    refuses(
        ShapeError,
        f"the weights have the shape ({count},) and the outputs (4, 2, 3); give one for each sample",
        lambda: CrossEntropy()(np.zeros((4, 2, 3)), np.zeros((4, 2), int), np.ones(count), np.array([1, 2, 2, 1])),
    )


def test_a_loss_that_does_not_exist():
    sentence = "there is no loss 'crossentrpy'; did you mean 'cross_entropy'?"
    refuses(UnknownNameError, sentence, lambda: losses.read("crossentrpy"))
