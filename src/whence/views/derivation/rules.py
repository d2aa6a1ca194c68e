"""The text that goes with a formula: the rule of calculus, and what a reader should notice.

A text names arrays in backticks by their part in a layer: ``{input}``, ``{output}``, and ``{first}`` and ``{second}``
for parameters; a ``d`` before it means the derivative of the loss. ``{each}`` and ``{all}`` are what the formula sums
over, in the singular and in the plural. A layer, loss or optimizer without an entry gets the text in `OTHERWISE`.
"""

from __future__ import annotations

from typing import Final

_WINDOW = (
    "{0}; every output is a weighted sum of the inputs in its window, with the same weights everywhere, plus a bias."
)
_GATES = "The weights of the gates are side by side in one array, in the order {0}, J columns each."

FORWARD: Final = {
    "Linear": "Every output is a weighted sum of all inputs, plus a bias.",
    "ReLU": "Negative values become zero; all others are unchanged.",
    "LeakyReLU": "Positive values are unchanged; negative ones are scaled down, but do not become zero.",
    "Sigmoid": "The logistic function maps every number to one between 0 and 1.",
    "Tanh": "The hyperbolic tangent maps every number to one between -1 and 1.",
    "Identity": "This activation changes nothing.",
    "Softmax": "The exponentials of a sample's values, divided by their sum, are positive and add up to 1. Subtracting "
    "the largest value first does not change the result, but prevents overflow of the exponentials.",
    "BatchNorm": "Every channel is normalised to mean 0 and variance 1 over the batch, then scaled by `{first}` and "
    "shifted by `{second}`, which are learned.",
    "LayerNorm": "Every sample is normalised to mean 0 and variance 1 over its values, then scaled by `{first}` and "
    "shifted by `{second}`, which are learned.",
    "Embedding": "Every token selects its row of the table `{first}`.",
    "Conv1d": _WINDOW.format("A window slides along the sequence"),
    "Conv2d": _WINDOW.format("A window slides over the image"),
    "ConvTranspose2d": "Every input is spread over a window of the output with the same weights everywhere; all that "
    "reaches one position is added up, plus a bias.",
    "MaxPool2d": "The output is the largest value of each window; its position is recorded.",
    "AvgPool2d": "The output is the mean of each window.",
    "GlobalAvgPool2d": "The output is the mean of each channel over all positions.",
    "Upsample": "Every value is repeated.",
    "RNN": "The state `h` at each time step is computed from the input at that step and the previous state, which is "
    "zero at the beginning.",
    "LSTM": "The cell state `c` passes from each time step to the next; the gates determine how much of it to forget, "
    "how much of the new candidate to add and how much to output. All states are zero at the beginning. "
    + _GATES.format("i, f, g, o"),
    "GRU": "The state `h` passes from each time step to the next; one gate determines how much of it to replace, "
    "another how much of it the candidate reads. The state is zero at the beginning. " + _GATES.format("r, z, g"),
    "Last": "The output is the last time step of every sample.",
    "Dropout": "A mask, drawn anew in every training step, sets some values to zero and scales up the others, so that "
    "the expected value stays the same.",
    "Flatten": "The values of a sample are renumbered row by row; none is changed.",
    "Reshape": "The values of a sample are renumbered; none is changed.",
}

OUTSIDE: Final = {
    1: "Outside the sequence, inputs count as zero.",
    2: "Outside the image, inputs count as zero.",
}
"""What is added if windows over one or two axes read entries outside the array."""

SLOPE: Final = {
    "ReLU": "The slope is 1 above zero and 0 below. At the kink, exactly zero, there is no derivative; 0 is used.",
    "LeakyReLU": "The slope is 1 above zero and s below. At the kink, exactly zero, there is no derivative; s is used.",
    "ELU": "The slope is 1 above zero. Below, the derivative of the exponential is the exponential itself, which is "
    "the output plus a constant.",
    "Sigmoid": "The derivative of the logistic function needs only its output: `{output}` times one minus `{output}`.",
    "Tanh": "The derivative of tanh needs only its output: one minus `{output}` squared.",
    "SiLU": "Product rule: the first factor's derivative is 1, and the sigmoid's derivative is itself times one minus "
    "itself.",
    "Softplus": "The derivative of softplus is the sigmoid.",
}

INPUT: Final = {
    "Linear": "Each entry of `{input}` contributes to every output with a different weight. The chain rule adds up the "
    "derivatives of all outputs, so the weights appear again, transposed.",
    "Softmax": "Every output depends on every input of its sample: the derivative of the numerator gives `{output}` "
    "itself, that of the denominator the sum.",
    "BatchNorm": "Every input contributes three times: directly, in the mean and in the variance. These are the three "
    "terms in the brackets.",
    "LayerNorm": "Every input contributes three times: directly, in the mean and in the variance of its sample. These "
    "are the three terms of the difference.",
    "Conv2d": "Every input is in several windows, each time with a different weight; the chain rule adds up over them.",
    "Conv1d": "Every input is in several windows, each time with a different weight; the chain rule adds up over them.",
    "MaxPool2d": "Only the largest value of a window reaches the output, so only its derivative is not zero.",
    "AvgPool2d": "All values of a window contribute equally to its mean.",
    "Dropout": "This is a product with a fixed mask: its derivative is the mask.",
    "Flatten": "The derivatives return to the positions of the values.",
    "Reshape": "The derivatives return to the positions of the values.",
}

_SHARED = "The same weights are used at every time step: the chain rule adds up over samples and time steps."
PARAMETER: Final = {
    "Embedding": "A row of the table is the output wherever its token occurs; the chain rule adds up over these "
    "positions.",
    **dict.fromkeys(("RNN", "LSTM", "GRU"), _SHARED),
}

_BACK = "Backpropagation through time: a state affects the loss at its own time step and through all later states."
_BESIDE = (
    " Finally, the derivatives of the gates are placed side by side, as their weights are; each is zero outside its "
    "columns."
)
BETWEEN: Final = {"RNN": _BACK, "LSTM": _BACK + _BESIDE, "GRU": _BACK + _BESIDE}

LOSS: Final = {
    "CrossEntropy": "Softmax turns the outputs into probabilities `p`; the largest output is subtracted first to "
    "prevent overflow. The loss is the mean negative logarithm of the probability of the correct class.",
    "BinaryCrossEntropy": "The sigmoid turns the outputs into probabilities `p`; the loss is the mean negative "
    "logarithm of the probability of the correct answer, in a form that cannot overflow.",
    "MeanSquaredError": "The loss is the mean of the squared errors.",
    "SumOfSquaredErrors": "The loss is half the sum of the squared errors.",
    "L1": "The loss is the mean of the absolute errors.",
    "Huber": "The loss is quadratic for small errors and linear for large ones.",
}

LOSS_DELTA: Final = {
    "CrossEntropy": "Softmax with cross-entropy: the derivative of the logarithm of the sum of exponentials is the "
    "softmax `p`, and that of the negative correct output is -1 at the correct class. The result is the prediction "
    "minus the target, divided by the number of terms in the mean.",
    "BinaryCrossEntropy": "Sigmoid with cross-entropy: as with softmax, the result is the prediction minus the target, "
    "divided by the number of terms in the mean.",
    "MeanSquaredError": "Power rule: the derivative of a square is twice the error, divided by the number of terms in "
    "the mean.",
    "SumOfSquaredErrors": "Power rule: the factor one half cancels, so the derivative is the error itself.",
    "L1": "The derivative of an absolute value is the sign; where the error is exactly zero, 0 is used.",
    "Huber": "The derivative is the error itself, clipped at the limits.",
}

UPDATE: Final = {
    "SGD": "A step against the gradient, times the learning rate `η`; with momentum, along a running sum of gradients.",
    "Adam": "The step is a running mean of the gradient divided by the root of a running mean of its square, both "
    "corrected for their initial value of zero.",
    "AdamW": "As Adam, with weight decay that is separate from the gradient.",
    "RMSprop": "The gradient is divided by the root of a running mean of its square.",
    "Adagrad": "The gradient is divided by the root of the sum of its squares so far.",
}

OTHERWISE: Final = {
    "forward": "This layer computes:",
    "slope": "The derivative of the activation.",
    "activation input": "Chain rule: the derivative with respect to the output, times the slope, elementwise.",
    "input": "Chain rule: the sum of the derivatives of every output that depends on the input.",
    "factor": "Product rule: the parameter is a factor in `{output}`, so the derivative with respect to it is the "
    "other factor. It is used for every {each}, so the chain rule adds up over the {all}.",
    "addend": "The parameter is added with the factor 1, for every {each}: its derivative is the sum over the {all}.",
    "parameter": "The parameter is used for every sample, so the chain rule adds up over the samples.",
    "between": "An intermediate result that the derivatives below share.",
    "loss": "The loss measures the distance of the outputs from the targets.",
    "loss delta": "The derivative of the loss with respect to the network's outputs, where backpropagation starts.",
    "update": "The parameters change by the rule of the optimizer.",
    "clipping": "If the norm of all gradients together exceeds C, they are scaled down to it.",
    "statistics": "The statistics for inference are updated with those of the batch.",
}
