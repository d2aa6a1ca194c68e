"""Programs of learners on other networks, under names and conventions of their own, with a slip planted in each.

Each is one training step, computed plainly with samples in rows and weights (in, out), saved in its layout.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

RATE = 0.3


@dataclass(frozen=True)
class Base:
    """A right program: its network, its settings, and how it saves what it computed."""

    architecture: str
    loss: str
    names: dict = field(default_factory=dict)
    samples: int = 7
    momentum: float = 0.0
    weight_decay: float = 0.0
    columns: bool = False
    out_in: bool = False
    dtype: str = "float64"
    sign: float = 1.0
    undivided: bool = False
    velocity_has_rate: bool = False
    halved: bool = False
    one_hot: bool = False
    flat_bias: bool = True
    unsaved: tuple = ()
    seed: int = 0


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


FORWARD = {
    "sigmoid": sigmoid, "tanh": np.tanh, "relu": lambda z: np.maximum(0, z), "softmax": softmax, "": lambda z: z,
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
}  # fmt: skip
SLOPE = {
    "sigmoid": lambda z, a: a * (1 - a), "tanh": lambda z, a: 1 - a**2, "relu": lambda z, a: (z > 0) * 1.0,
    "leaky_relu": lambda z, a: np.where(z > 0, 1, 0.01), "": lambda z, a: np.ones_like(z),
}  # fmt: skip


def student(base, slip=None, layer=None):
    """Return what a program saves, by the textbook's names, with the layout of a textbook.

    ``layer`` is the number of the layer in which the slip is made, by default the last in which it can be.
    """
    rng = np.random.default_rng(base.seed)
    parts = [part.split() for part in base.architecture.split(", ")]
    sizes, acts = [int(part[0]) for part in parts], ["", *(part[1] if len(part) > 1 else "" for part in parts[1:])]
    last, n, k = len(sizes) - 1, base.samples, sizes[-1]
    x = rng.normal(size=(n, sizes[0])).astype(base.dtype).astype(float)
    W = [
        None,
        *(rng.normal(size=(a, b)).astype(base.dtype).astype(float) for a, b in pairwise(sizes)),
    ]
    b = [None, *(rng.normal(size=size).astype(base.dtype).astype(float) for size in sizes[1:])]
    classes = base.loss == "cross_entropy"
    labels = rng.integers(0, k, n)
    labels[:2] = (0, k - 1)
    y = np.eye(k)[labels] if classes else rng.normal(size=(n, k)).astype(base.dtype).astype(float)
    if base.loss == "binary_cross_entropy" or acts[last] == "sigmoid":
        y = rng.integers(0, 2, (n, k)) * 1.0
        y[:2, 0] = (0, 1)
    used = y

    def here(name, number=None, *, among=range(1, last + 1)):
        """Whether the slip of this name is made at this layer."""
        return slip == name and number == (layer if layer in among else max(among, default=None))

    if slip == "one-hot-off-by-one" and classes:
        used = np.eye(k)[labels - 1]
    if slip == "labels-shifted":
        used = np.roll(y, 1, axis=0)
    saved = {"x": x, "y": labels if classes and not base.one_hot else y}
    if classes and base.one_hot:
        saved["y"], saved["y2"] = labels, used
    saved |= {f"W{i}": W[i] for i in range(1, last + 1)} | {f"b{i}": b[i] for i in range(1, last + 1)}
    a, z = [x], [None]
    for i in range(1, last + 1):
        total = a[i - 1] @ W[i]
        z.append(total if here("bias-forgotten", i) else total + b[i])
        with_act = [j for j in range(1, last + 1) if acts[j]]
        out = FORWARD[acts[i]](z[i])
        if here("activation-forgotten", i, among=with_act):
            out = z[i]
        if acts[i] == "softmax":
            powers = np.exp(z[i] - z[i].max(axis=1, keepdims=True))
            if slip == "softmax-wrong-axis":
                out = powers / powers.sum(axis=0)
            if slip == "softmax-without-axis":
                out = powers / powers.sum()
        a.append(out)
        saved |= {f"z{i}": z[i]} | ({f"a{i}": a[i]} if acts[i] else {})
    pred = a[last]
    if classes or base.loss == "binary_cross_entropy":
        pred = softmax(z[last]) if classes else sigmoid(z[last])
        powers = np.exp(z[last] - z[last].max(axis=1, keepdims=True))
        if slip == "softmax-wrong-axis" and classes:
            pred = powers / powers.sum(axis=0)
        if slip == "softmax-without-axis" and classes:
            pred = powers / powers.sum()
        saved["p"] = pred
    half = 0.5 if base.halved else 1.0
    if classes:
        loss, delta, over = -(used * np.log(pred)).sum() / n, pred - used, n
    elif base.loss == "binary_cross_entropy":
        loss, delta, over = -(used * np.log(pred) + (1 - used) * np.log(1 - pred)).mean(), pred - used, n * k
    elif base.loss == "mean_squared_error":
        loss, delta, over = ((pred - used) ** 2).mean(), 2 * (pred - used), n * k
    else:
        loss, delta, over = 0.5 * ((pred - used) ** 2).sum(), pred - used, 1
    loss, delta = loss * half, delta * half
    if slip == "log-base" and "p" in saved:
        loss /= np.log(10)
    if slip == "sum-instead-of-mean" and over > 1:
        loss *= over
    if slip == "mean-instead-of-sum" and over == 1:
        loss /= n
    saved["loss"] = loss
    divide = 1.0 if base.undivided else over
    later = over if base.undivided else 1.0
    if slip == "factor-two-missing" and base.loss == "mean_squared_error":
        delta = delta / 2
    if slip == "factor-1/N-missing" and layer is None and over > 1 and not base.undivided:
        divide = 1.0
    if slip == "factor-1/N-doubled" and over > 1 and not base.undivided:
        divide = over * n
    if slip == "sign" and layer is None:
        delta = -delta
    delta = base.sign * delta / divide
    new = {}
    for i in range(last, 0, -1):
        acted = [j for j in range(1, last + 1) if acts[j] and acts[j] != "softmax"]
        smooth = [j for j in acted if acts[j] in ("sigmoid", "tanh")]
        masked = [j for j in acted if acts[j] in ("relu", "leaky_relu")]
        if i < last:
            back = W[i + 1]
            if here("update-before-delta", i, among=range(1, last)):
                back = new[f"W{i + 1}"]
            square = [j for j in range(1, last) if sizes[j] == sizes[j + 1]]
            if here("wrong-transposition", i, among=square):
                back = back.T
            delta = delta @ back.T
        if acts[i]:
            saved[f"da{i}"] = delta
        if acts[i] == "softmax":
            dz = a[i] * (delta - (delta * a[i]).sum(axis=1, keepdims=True))
        else:
            slope = SLOPE[acts[i]](z[i], a[i])
            if here("derivative-missing", i, among=acted):
                slope = 1.0
            if here("derivative-twice", i, among=smooth):
                slope = slope**2
            if here("derivative-of-wrong-argument", i, among=smooth):
                slope = SLOPE[acts[i]](a[i], FORWARD[acts[i]](a[i]))
            if here("derivative-not-squared", i, among=[j for j in smooth if acts[j] == "tanh"]):
                slope = 1 - a[i]
            if here("mask-from-wrong-array", i, among=masked):
                slope = SLOPE[acts[i]](delta, None)
            dz = delta * slope
        if here("sign", -i, among=range(-last, 0)) and layer is not None:
            dz = -dz
        saved[f"dz{i}"] = dz
        reads = a[i - 1]
        if here("wrong-layer-activation", i, among=[j for j in range(1, last + 1) if sizes[j] == sizes[j - 1]]):
            reads = a[i]
        if here("sum-instead-of-activation", i, among=[j for j in range(2, last + 1) if acts[j - 1]]):
            reads = z[i - 1]
        dW, db = reads.T @ dz / later, dz.sum(axis=0) / later
        if here("factor-1/N-missing", i, among=range(1, last + 1)) and layer is not None and base.undivided:
            dW = dW * later
        if here("bias-mean-instead-of-sum", i):
            db = dz.mean(axis=0) / later
        if here("bias-sum-wrong-axis", i, among=[j for j in range(1, last + 1) if sizes[j] == n]):
            db = dz.sum(axis=1) / later
        if here("gradient-of-one-sample", i):
            dW = np.outer(reads[-1], dz[-1]) / later
        saved |= {f"dW{i}": dW, f"db{i}": db}
        for name, value, gradient in ((f"W{i}", W[i], dW), (f"b{i}", b[i], db)):
            gradient = base.sign * gradient
            decays = base.weight_decay * (name[0] == "W")
            if here("weight-decay-on-biases", i) and name[0] == "b" and base.weight_decay:
                decays = base.weight_decay
            if here("weight-decay-missing", i) and name[0] == "W":
                decays = 0.0
            if here("weight-decay-sign", i) and name[0] == "W":
                decays = -decays
            along = gradient + decays * value
            if base.momentum:
                if here("momentum-sign", i) and name[0] == "W":
                    along = -along
                if here("momentum-damped", i) and name[0] == "W":
                    along = (1 - base.momentum) * along
                saved[f"v_{name}_new"] = -RATE * along if base.velocity_has_rate else along
            if here("update-with-weights", i) and name[0] == "W":
                along = value
            if here("learning-rate-missing", i) and name[0] == "W":
                along = along / RATE
            if here("update-forgotten", i) and name[0] == "b":
                along = 0 * along
            if here("sign-of-update", i) and name[0] == "W":
                along = -along
            new[name] = saved[f"{name}_new"] = value - RATE * along
        delta = dz
    if slip == "in-place-aliasing":
        inner = [i for i in range(1, last) if acts[i] in ("relu", "sigmoid", "tanh")]
        saved[f"da{inner[-1]}"] = saved[f"dz{inner[-1]}"]
    return {name: np.asarray(array) for name, array in saved.items() if name not in base.unsaved}


def first_wrong(arrays, right):
    """Return the first array, in the order of computation, that is another one than in the right program."""
    order = sorted(right, key=lambda name: (name.endswith("_new"), [*right].index(name)))
    return next((name for name in order if not np.allclose(arrays[name], right[name], rtol=1e-6, atol=1e-12)), None)


def is_wrong(base, slip, layer):
    """Return the first array that is wrong with a slip, by the name that grading has for it; None if nothing is."""
    try:
        name = first_wrong(student(base, slip, layer), student(base))
    except (IndexError, KeyError, ValueError):  # there is no such layer
        return None
    return "y" if name == "y2" else name


def as_saved(base, arrays):
    """Return the arrays under the names and in the layout of a program."""
    found = {}
    for name, array in arrays.items():
        array = np.asarray(array)
        bare = name.removesuffix("_new").removeprefix("v_").removeprefix("d")
        if bare[0] == "W":
            array = array.T if base.out_in else array
        elif bare[0] == "b":
            array = array if base.flat_bias else array[:, np.newaxis] if base.columns else array[np.newaxis]
        elif array.ndim == 2:
            array = array.T if base.columns else array
        if array.dtype.kind == "f":
            array = array.astype(base.dtype)
        found[base.names.get(name, name)] = array
    return found


def numbered(last, *, start=1, **patterns):
    """Return names by a pattern for each kind of array, such as ``W="theta{}"``; ``{}`` is the number of the layer."""
    kinds = ("W", "b", "z", "a", "da", "dz", "dW", "db", "W{}_new", "b{}_new", "v_W{}_new", "v_b{}_new")
    keys = {"W{}_new": "W_new", "b{}_new": "b_new", "v_W{}_new": "v_W", "v_b{}_new": "v_b"}
    found = {}
    for kind in kinds:
        pattern = patterns.get(keys.get(kind, kind))
        for i in range(1, last + 1) if pattern else ():
            name = kind.format(i) if "{}" in kind else f"{kind}{i}"
            found[name] = pattern.format(i - 1 + start)
    return found


BASES = {
    "deep tanh, columns, deltas undivided": Base(
        "4, 5 tanh, 5 tanh, 5 tanh, 3", "cross_entropy", columns=True, out_in=True, undivided=True, flat_bias=False,
        samples=11, one_hot=True, unsaved=("da1", "da2", "da3"), seed=1,
        names={"x": "X", "y": "labels", "y2": "Y_onehot", "p": "A4", "loss": "cost"}
        | numbered(4, W="W{}", b="b{}", z="Z{}", a="A{}", dz="dZ{}", dW="dW{}", db="db{}", W_new="W{}_upd",
                   b_new="b{}_upd"),
    ),
    "momentum and decay, leaky": Base(
        "3, 6 leaky_relu, 6 leaky_relu, 2", "mean_squared_error", momentum=0.8, weight_decay=0.05, seed=2, samples=6,
        names={"x": "inputs", "y": "expected", "loss": "mse_loss"}
        | numbered(3, W="weights_{}", b="biases_{}", z="pre_{}", a="act_{}", da="grad_act_{}", dz="grad_pre_{}",
                   dW="grad_weights_{}", db="grad_biases_{}", W_new="new_weights_{}", b_new="new_biases_{}",
                   v_W="velocity_weights_{}", v_b="velocity_biases_{}"),
    ),
    "velocities with the rate": Base(
        "5, 4 sigmoid, 3 sigmoid", "mean_squared_error", momentum=0.9, velocity_has_rate=True, seed=3, samples=8,
        names={"x": "data", "y": "target", "loss": "E"}
        | numbered(2, W="w{}", b="bias{}", z="net{}", a="out{}", da="dE_dout{}", dz="dE_dnet{}", dW="dE_dw{}",
                   db="dE_dbias{}", W_new="w{}_next", b_new="bias{}_next", v_W="v_w{}", v_b="v_bias{}"),
    ),
    "errors the other way round": Base(
        "3, 4 sigmoid, 4 sigmoid, 1 sigmoid", "sum_of_squared_errors", sign=-1.0, seed=4, samples=9,
        unsaved=("z1", "z2", "z3", "dW1", "dW2", "dW3", "db1", "db2", "db3"),
        names={"x": "X", "y": "y", "loss": "total_error", "W1": "syn0", "W2": "syn1", "W3": "syn2", "b1": "bias0",
               "b2": "bias1", "b3": "bias2", "a1": "l1", "a2": "l2", "a3": "l3", "da3": "l3_error", "dz3": "l3_delta",
               "da2": "l2_error", "dz2": "l2_delta", "da1": "l1_error", "dz1": "l1_delta", "W1_new": "syn0_new",
               "W2_new": "syn1_new", "W3_new": "syn2_new", "b1_new": "bias0_new", "b2_new": "bias1_new",
               "b3_new": "bias2_new"},
    ),
    "halved loss": Base(
        "4, 6 relu, 2", "mean_squared_error", halved=True, seed=5, samples=6,
        names={"x": "X", "y": "Y", "loss": "half_mse", "z2": "prediction"}
        | numbered(2, W="W_{}", b="b_{}", a="h_{}", da="dh_{}", dW="gW_{}", db="gb_{}", W_new="W_{}_after",
                   b_new="b_{}_after") | {"z1": "s_1", "dz1": "ds_1", "dz2": "dprediction"},
    ),
    "single precision, rows": Base(
        "6, 5 tanh, 3", "cross_entropy", dtype="float32", seed=6, samples=10, one_hot=False,
        names={"x": "xb", "y": "yb", "p": "probs", "loss": "loss"}
        | numbered(2, W="fc{}_weight", b="fc{}_bias", z="fc{}_out", a="act{}", dz="fc{}_out_grad", da="act{}_grad",
                   dW="fc{}_weight_grad", db="fc{}_bias_grad", W_new="fc{}_weight_new", b_new="fc{}_bias_new"),
    ),
    "logistic, two outputs, decay": Base(
        "4, 5 relu, 2", "binary_cross_entropy", weight_decay=0.1, seed=7, samples=12, undivided=True,
        names={"x": "X_batch", "y": "y_batch", "p": "y_hat", "loss": "bce", "z2": "logits", "dz2": "dlogits"}
        | numbered(2, W="W{}", b="b{}", dW="dW{}", db="db{}", W_new="W{}_new", b_new="b{}_new")
        | {"z1": "hidden_in", "a1": "hidden_out", "da1": "d_hidden_out", "dz1": "d_hidden_in"},
    ),
    "one layer": Base(
        "5, 3", "cross_entropy", seed=8, samples=9, one_hot=True,
        names={"x": "X", "y": "y", "y2": "Y", "W1": "W", "b1": "b", "z1": "scores", "p": "probs", "loss": "L",
               "dz1": "dscores", "dW1": "dW", "db1": "db", "W1_new": "W_new", "b1_new": "b_new"},
    ),
    "softmax with squares": Base(
        "4, 4 tanh, 3 softmax", "mean_squared_error", seed=9, samples=7, columns=True, out_in=True, flat_bias=False,
        names={"x": "X", "y": "T", "loss": "err"}
        | numbered(2, W="Theta{}", b="beta{}", z="z_{}", a="a_{}", da="nabla_a{}", dz="nabla_z{}", dW="nabla_Theta{}",
                   db="nabla_beta{}", W_new="Theta{}_new", b_new="beta{}_new"),
    ),
    "numbers of layers that count the inputs": Base(
        "4, 5 sigmoid, 5 sigmoid, 3", "cross_entropy", seed=10, samples=8, undivided=True,
        unsaved=("da1", "da2"),
        names={"x": "a1", "y": "y", "p": "a4", "loss": "J", "z1": "z2", "a1": "a2", "z2": "z3", "a2": "a3", "z3": "z4",
               "dz3": "delta4", "dz2": "delta3", "dz1": "delta2"}
        | numbered(3, W="Theta{}", b="b{}", dW="Theta{}_grad", db="b{}_grad", W_new="Theta{}_new", b_new="b{}_new"),
    ),
    "names that say nothing": Base(
        "3, 4 tanh, 2", "mean_squared_error", seed=11, samples=6,
        names={"x": "inp", "y": "t", "z1": "q1", "a1": "q2", "z2": "q3", "loss": "obj", "dz2": "r1", "dW2": "g_two",
               "db2": "k_two", "da1": "r2", "dz1": "r3", "dW1": "g_one", "db1": "k_one", "W1": "w1",
               "b1": "bias1", "W2": "w2", "b2": "bias2", "W1_new": "w1_next", "b1_new": "bias1_next",
               "W2_new": "w2_next", "b2_new": "bias2_next"},
    ),
    "layers as prefixes": Base(
        "4, 6 sigmoid, 6 relu, 1", "mean_squared_error", seed=12, samples=5, weight_decay=0.02,
        names={"x": "x", "y": "y_true", "z3": "y_pred", "loss": "loss", "dz3": "layer3_dz"}
        | numbered(3, W="layer{}_weights", b="layer{}_bias", a="layer{}_output", dW="layer{}_dweights",
                   db="layer{}_dbias", W_new="layer{}_weights_after", b_new="layer{}_bias_after")
        | {"z1": "layer1_z", "z2": "layer2_z", "da1": "layer1_doutput", "da2": "layer2_doutput", "dz1": "layer1_dz",
           "dz2": "layer2_dz"},
    ),
}  # fmt: skip

SLIPS = (
    "one-hot-off-by-one", "labels-shifted", "bias-forgotten", "activation-forgotten", "softmax-wrong-axis",
    "softmax-without-axis", "log-base", "sum-instead-of-mean", "mean-instead-of-sum", "factor-two-missing",
    "factor-1/N-missing", "factor-1/N-doubled", "sign", "update-before-delta", "wrong-transposition",
    "derivative-missing", "derivative-twice", "derivative-of-wrong-argument", "derivative-not-squared",
    "mask-from-wrong-array", "wrong-layer-activation", "sum-instead-of-activation", "bias-mean-instead-of-sum",
    "bias-sum-wrong-axis", "gradient-of-one-sample", "weight-decay-on-biases", "weight-decay-missing",
    "weight-decay-sign", "momentum-sign", "momentum-damped", "update-with-weights", "learning-rate-missing",
    "update-forgotten", "sign-of-update", "in-place-aliasing",
)  # fmt: skip
