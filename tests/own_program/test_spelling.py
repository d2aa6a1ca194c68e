import pytest

from whence.own_program.spelling import LAST, Meaning, meanings


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("W1", Meaning("W", 1)),
        ("weights_1", Meaning("W", 1)),
        ("theta2", Meaning("W", 2)),
        ("syn0", Meaning("W", 0)),
        ("wh", Meaning("W", 1)),
        ("w_out", Meaning("W", LAST)),
        ("weights_hidden_output", Meaning("W", LAST)),
        ("bias1", Meaning("b", 1)),
        ("W1_before", Meaning("W", 1, stage="before")),
        ("W1n", Meaning("W", 1, stage="after")),
        ("new_b2", Meaning("b", 2, stage="after")),
        ("dL_dW1", Meaning("W", 1, derivative=True)),
        ("grad_w3", Meaning("W", 3, derivative=True)),
        ("W2_grad", Meaning("W", 2, derivative=True)),
        ("VW1", Meaning("W", 1, memory=True)),
        ("hidden_input", Meaning("z", 1)),
        ("net2", Meaning("z", 2)),
        ("dscores", Meaning("z", derivative=True)),
        ("delta3", Meaning("z", 3, derivative=True)),
        ("l1_error", Meaning("a", 1, derivative=True)),
        ("hidden", Meaning("a", 1)),
        ("output", Meaning("a", LAST)),
        ("y_hat", Meaning("p")),
        ("X_train", Meaning("x")),
        ("a0", Meaning("a", 0)),
        ("Wxh", Meaning("W", 1)),
        ("Why", Meaning("W", LAST)),
        ("one_hot", Meaning("y")),
        ("J", Meaning("loss")),
        ("learning_rate", Meaning("η")),
    ],
)
def test_a_name_says_what_it_is_the_likeliest_first(name, meaning):
    assert meanings(name)[0] == meaning


@pytest.mark.parametrize("name", ["shares", "species", "N", "q7", "tmp"])
def test_nothing_is_read_into_other_names(name):
    assert meanings(name) == []
