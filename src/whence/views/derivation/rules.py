"""The words that go with a formula: which rule of calculus it is, and what a reader should notice.

A text names arrays between backticks, by their part in a layer: ``{input}``, ``{output}``, ``{first}`` and ``{second}``
for its parameters, each with a ``d`` before it for the derivative of the loss; ``{each}`` and ``{all}`` are what the
formula sums over, in the singular and in the plural. A layer, loss or optimizer that is not in these tables gets the
text for its kind of formula.
"""

from __future__ import annotations

from typing import Final

FORWARD: Final = {
    "Linear": "Every output is a weighted sum of all inputs, plus a bias.",
    "ReLU": "What is negative becomes zero; the rest passes unchanged.",
    "LeakyReLU": "What is positive passes unchanged; what is negative is made small, but not zero.",
    "Sigmoid": "The logistic function squeezes every number between 0 and 1.",
    "Tanh": "The hyperbolic tangent squeezes every number between -1 and 1.",
    "Identity": "This activation changes nothing.",
    "Softmax": "The exponentials of a sample's values, divided by their sum, are positive and add up to 1. Subtracting "
    "the largest value first changes nothing on paper, but no exponential can overflow.",
    "BatchNorm": "Every channel is brought to mean 0 and variance 1 over the batch, then scaled by `{first}` and "
    "shifted by `{second}`, which are learned.",
    "LayerNorm": "Every sample is brought to mean 0 and variance 1 over its own values, then scaled by `{first}` and "
    "shifted by `{second}`, which are learned.",
    "Embedding": "Every token takes its own row of the table `{first}`.",
    "Conv1d": "A small window slides along the sequence; every output is a weighted sum of the inputs in its window, "
    "with the same weights everywhere, plus a bias.",
    "Conv2d": "A small window slides over the image; every output is a weighted sum of the inputs in its window, with "
    "the same weights everywhere, plus a bias.",
    "ConvTranspose2d": "Every input is spread over a window of the output with the same weights everywhere, and what "
    "falls on one place is added up, plus a bias.",
    "MaxPool2d": "Of every window, the largest value is kept, and the place where it stood.",
    "AvgPool2d": "Of every window, the mean is kept.",
    "GlobalAvgPool2d": "Of every channel, the mean over all places is kept.",
    "Upsample": "Every value is repeated.",
    "RNN": "From one time to the next goes the state `h`: each is made from the input at its time and from the state "
    "before. Before the first time the state is zero.",
    "LSTM": "The cell state `c` goes on from one time to the next; the gates say how much of it to forget, how much of "
    "the new to take in and how much to show. Before the first time all states are zero. The weights of the gates "
    "stand side by side in one array, in the order i, f, g, o, J columns each.",
    "GRU": "The state `h` goes on from one time to the next; one gate says how much of it to renew, another how much "
    "of it the new one may read. Before the first time the state is zero. The weights of the gates stand side by side "
    "in one array, in the order r, z, g, J columns each.",
    "Last": "Only the last time of every sample goes on.",
    "Dropout": "A mask, drawn anew in every training step, drops some values and scales the others up, so that the "
    "mean stays.",
    "Flatten": "The values of a sample are only numbered anew, row by row; none is changed.",
    "Reshape": "The values of a sample are only numbered anew; none is changed.",
}

OUTSIDE: Final = {
    1: "Outside the sequence, inputs count as zero.",
    2: "Outside the image, inputs count as zero.",
}
"""What is added where windows over so many axes read entries that are not there."""

SLOPE: Final = {
    "ReLU": "The slope is 1 above zero and 0 below. At the kink, exactly zero, there is no derivative; it is taken as "
    "0.",
    "LeakyReLU": "The slope is 1 above zero and s below. At the kink, exactly zero, there is no derivative; it is "
    "taken as s.",
    "ELU": "The slope is 1 above zero. Below, the derivative of the exponential is the exponential itself, which is "
    "the output plus a constant.",
    "Sigmoid": "The derivative of the logistic function needs only its output: `{output}` times one minus `{output}`.",
    "Tanh": "The derivative of tanh needs only its output: one minus `{output}` squared.",
    "SiLU": "Product rule: the first factor's derivative is 1, and the sigmoid's derivative is itself times one minus "
    "itself.",
    "Softplus": "The derivative of softplus is the sigmoid.",
}

INPUT: Final = {
    "Linear": "Each entry of `{input}` goes into every output, each time with its own weight. The chain rule adds up "
    "what comes back from all of them, so the weights are used once more, transposed.",
    "Softmax": "Every output depends on every input of its sample: `{output}` itself comes from the derivative of the "
    "numerator, the sum from that of the denominator.",
    "BatchNorm": "Every input counts three times: by itself, in the mean and in the variance. The three parts of the "
    "derivative are the three terms in the brackets.",
    "LayerNorm": "Every input counts three times: by itself, in the mean and in the variance of its sample. The three "
    "parts of the derivative are the three terms of the difference.",
    "Conv2d": "Every input lies in several windows, each time under another weight; the chain rule adds up over them.",
    "Conv1d": "Every input lies in several windows, each time under another weight; the chain rule adds up over them.",
    "MaxPool2d": "Only the largest value of a window went on, so the derivative goes back to its place and nowhere "
    "else.",
    "AvgPool2d": "Every value of a window has the same share in its mean.",
    "Dropout": "A product with a fixed mask: its derivative is the mask.",
    "Flatten": "The derivatives go back to where the values came from.",
    "Reshape": "The derivatives go back to where the values came from.",
}

PARAMETER: Final = {
    "Embedding": "A row of the table goes out wherever its token stands; the chain rule adds up over those places.",
    "RNN": "The same weights serve at every time: the chain rule adds up over samples and times.",
    "LSTM": "The same weights serve at every time: the chain rule adds up over samples and times.",
    "GRU": "The same weights serve at every time: the chain rule adds up over samples and times.",
}

_BACK = "Back through time: what a state does at its own time, and through the states after it."
_BESIDE = (
    " At the end, what the gates are given stands side by side, as their weights do; beyond its own columns, each "
    "counts as zero."
)
BETWEEN: Final = {"RNN": _BACK, "LSTM": _BACK + _BESIDE, "GRU": _BACK + _BESIDE}

LOSS: Final = {
    "CrossEntropy": "Softmax turns the outputs into probabilities `p`, the largest output subtracted first so that no "
    "exponential overflows; the loss is the mean of minus the logarithm of the probability that the right class got.",
    "BinaryCrossEntropy": "The sigmoid turns the outputs into probabilities `p`; the loss is the mean of minus the "
    "logarithm of the probability that the right answer got, written so that nothing overflows.",
    "MeanSquaredError": "The loss is the mean of the squared errors.",
    "SumOfSquaredErrors": "The loss is half the sum of the squared errors.",
    "L1": "The loss is the mean of the sizes of the errors.",
    "Huber": "Small errors count by half their square, large ones in proportion.",
}

LOSS_DELTA: Final = {
    "CrossEntropy": "Softmax with cross-entropy: the derivative of the logarithm of the sum of exponentials is the "
    "softmax `p`, and minus the right output has the derivative minus 1 at the right class. What remains is what was "
    "predicted minus what was right, divided by the number of terms in the mean.",
    "BinaryCrossEntropy": "Sigmoid with cross-entropy: as with softmax, what remains is what was predicted minus what "
    "was right, divided by the number of terms in the mean.",
    "MeanSquaredError": "Power rule: the derivative of a square is twice the error, divided by the number of terms in "
    "the mean.",
    "SumOfSquaredErrors": "Power rule: the derivative of half a square is the error itself, which is why the half is "
    "there.",
    "L1": "The derivative of a size is the sign; where the error is exactly zero, it is taken as 0.",
    "Huber": "The derivative is the error itself, cut off at the limits.",
}

UPDATE: Final = {
    "SGD": "Against the gradient, downhill, by the learning rate `η`; with momentum, along a velocity that remembers "
    "earlier gradients.",
    "Adam": "A running mean of the gradient, divided by the root of a running mean of its square, both corrected for "
    "having begun at zero.",
    "AdamW": "As Adam, with the weights pulled towards zero apart from the gradient.",
    "RMSprop": "The gradient is divided by the root of a running mean of its square.",
    "Adagrad": "The gradient is divided by the root of the sum of all its squares so far.",
}

OTHERWISE: Final = {
    "forward": "This layer computes:",
    "slope": "The derivative of the activation.",
    "activation input": "Chain rule: the derivative by the output, times the slope, element by element.",
    "input": "Chain rule: what comes back from every output that the input goes into, added up.",
    "factor": "Product rule: in `{output}` the parameter stands as a factor, so the derivative by it is the other "
    "factor. It is used for every {each}, so the chain rule adds up over the {all}.",
    "addend": "The parameter is added with the factor 1, for every {each}: its derivative is the sum over the {all}.",
    "parameter": "The parameter takes part in every sample, so the chain rule adds up over the samples.",
    "between": "An intermediate result that the derivatives below share.",
    "loss": "How far the outputs are from the targets, as one number.",
    "loss delta": "The derivative of the loss by the network's outputs, where backpropagation starts.",
    "update": "The parameters move by the optimizer's rule.",
    "clipping": "If all gradients together are longer than C, they are scaled down to that length.",
    "statistics": "Statistics that are kept for inference follow those of the batch.",
}
