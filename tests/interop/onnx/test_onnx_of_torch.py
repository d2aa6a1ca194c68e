"""Networks that PyTorch exported: the same outputs, and the gradients that PyTorch itself computes."""

from __future__ import annotations

import contextlib
import copy
import io
import logging

import numpy as np
import pytest

from whence.errors import ArgumentError
from whence.interop.onnx import read_onnx
from whence.interop.onnx.reading.operators import recurrent
from whence.nn import LSTM, CrossEntropy

torch = pytest.importorskip("torch", reason="PyTorch is not installed; pip install torch==2.13.0")
nn = torch.nn

pytestmark = pytest.mark.filterwarnings("ignore")  # of PyTorch about its own exporters
TOKENS = 7


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv, self.last = nn.Conv2d(channels, channels, 3, padding=1), nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        return torch.relu(x + self.last(torch.relu(self.conv(x))))


class LastState(nn.Module):
    def __init__(self, kind, **options):
        super().__init__()
        self.cells, self.linear = kind(3, 5, batch_first=True, **options), nn.Linear(5, 4)

    def forward(self, x):
        return self.linear(self.cells(x)[0][:, -1])


class LastLayer(nn.Module):
    """Takes what PyTorch returns beside the states at all time steps: the last ones of all layers."""

    def __init__(self, kind, **options):
        super().__init__()
        self.cells, self.linear = kind(3, 5, batch_first=True, num_layers=2, **options), nn.Linear(5, 4)

    def forward(self, x):
        last = self.cells(x)[1]
        return self.linear((last if isinstance(self.cells, nn.GRU) else last[0])[-1])


class LargestOfTokens(nn.Module):
    """A convolution over the vectors of tokens, and the largest value of each channel."""

    def __init__(self):
        super().__init__()
        self.embed, self.conv, self.linear = nn.Embedding(TOKENS, 3), nn.Conv1d(3, 4, 2), nn.Linear(4, 2)

    def forward(self, x):
        return self.linear(torch.relu(self.conv(self.embed(x).transpose(1, 2))).amax(2))


class AllStates(nn.Module):
    def __init__(self, kind, **options):
        super().__init__()
        self.embed = nn.Embedding(TOKENS, 3)
        self.cells, self.linear = kind(3, 5, batch_first=True, **options), nn.Linear(10, 4)

    def forward(self, x):
        return self.linear(self.cells(self.embed(x))[0])


class Viewed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.linear = nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=(0, 1)), nn.Linear(4 * 3 * 9, 5)

    def forward(self, x):
        return torch.log_softmax(self.linear(nn.functional.gelu(self.conv(x)).view(x.size(0), -1)), dim=1)


NETWORKS = {
    "mlp": (lambda: nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Dropout(0.3), nn.Linear(8, 3)), (6,)),
    "activations": (
        lambda: nn.Sequential(
            nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 8), nn.GELU("tanh"), nn.LayerNorm(8), nn.Linear(8, 8), nn.SiLU(),
            nn.Linear(8, 8), nn.LeakyReLU(0.2), nn.Linear(8, 8), nn.ELU(0.7), nn.Linear(8, 8), nn.Softplus(2),
            nn.Linear(8, 3), nn.Softmax(1),
        ),
        (6,),
    ),
    "more activations": (
        lambda: nn.Sequential(
            nn.Linear(6, 8), nn.SELU(), nn.CELU(0.5), nn.Linear(8, 8), nn.Hardsigmoid(), nn.Linear(8, 8),
            nn.Hardswish(), nn.Linear(8, 8), nn.ReLU6(), nn.Linear(8, 8), nn.Mish(), nn.Softsign(), nn.Linear(8, 8),
            nn.Hardtanh(-0.3, 2), nn.Linear(8, 3),
        ),
        (6,),
    ),
    "norms of groups": (
        lambda: nn.Sequential(
            nn.Conv2d(2, 4, 3), nn.GroupNorm(2, 4), nn.ReLU(), nn.InstanceNorm2d(4, affine=True), nn.Conv2d(4, 2, 1),
            nn.GroupNorm(1, 2, eps=1e-3), nn.Flatten(), nn.Linear(2 * 16, 3),
        ),
        (2, 6, 6),
    ),
    "a norm of the input's groups": (
        lambda: nn.Sequential(nn.GroupNorm(1, 3), nn.Flatten(), nn.Linear(60, 2)), (3, 4, 5),
    ),
    "images of three colours": (
        lambda: nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1), nn.Conv2d(4, 6, 3, padding=1, groups=2),
            nn.SiLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(6 * 9, 7), nn.ReLU(), nn.Linear(7, 4),
        ),
        (3, 14, 13),
    ),
    "pixels in a row": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(192, 5), nn.ReLU(), nn.Linear(5, 4)), (3, 8, 8)),
    "residual": (
        lambda: nn.Sequential(
            nn.Conv2d(2, 4, 3), Block(4), Block(4), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
        ),
        (2, 6, 7),
    ),
    "view": (Viewed, (2, 8, 8)),
    "sequences": (
        lambda: nn.Sequential(
            nn.Conv1d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(16, 2)
        ),
        (2, 8),
    ),
    "rnn": (lambda: LastState(nn.RNN, nonlinearity="relu"), (4, 3)),
    "gru": (lambda: LastState(nn.GRU), (4, 3)),
    "lstm": (lambda: LastState(nn.LSTM, num_layers=2), (4, 3)),
    "last state of the last layer": (lambda: LastLayer(nn.LSTM), (4, 3)),
    "last state of the last of units with gates": (lambda: LastLayer(nn.GRU), (4, 3)),
    "largest of tokens": (LargestOfTokens, None),
    "both directions": (lambda: AllStates(nn.LSTM, bidirectional=True), None),
    "decoder": (
        lambda: nn.Sequential(
            nn.Linear(5, 36), nn.ReLU(), nn.Unflatten(1, (4, 3, 3)), nn.ConvTranspose2d(4, 2, 4, stride=2, padding=1),
            nn.Upsample(scale_factor=2), nn.Conv2d(2, 1, 3), nn.Flatten(), nn.Linear(100, 3),
        ),
        (5,),
    ),
}  # fmt: skip


def batch(shape, count=4):
    generator = torch.Generator().manual_seed(1)
    if shape is None:
        return torch.randint(0, TOKENS, (count, 6), generator=generator)
    return torch.randn(count, *shape, generator=generator)


def exported(net, x, path, *, new=False, dynamic=True):
    """Export a network by PyTorch's older exporter, or by the new one."""
    quiet = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
    with quiet[0], quiet[1]:
        if new:
            logging.disable(logging.WARNING)
            shapes = ({0: torch.export.Dim("batch")},) if dynamic else None
            torch.onnx.export(net, (x,), path, dynamo=True, verbose=False, dynamic_shapes=shapes)
            logging.disable(logging.NOTSET)
        else:
            torch.onnx.export(net, (x,), path, dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "N"}})
    return path


def channels_last(x):
    return np.ascontiguousarray(np.moveaxis(x.numpy(), 1, -1) if x.ndim > 2 and x.shape[1] < 4 else x.numpy())


def made_of_gradients(net, x, y):
    """Return a network with the gradients of another for its parameters, from which they are read in whence's order."""
    loss = nn.functional.cross_entropy
    outputs = net(x)
    if isinstance(net, Viewed):
        loss = nn.functional.nll_loss
    elif isinstance(net, nn.Sequential) and isinstance(net[-1], nn.Softmax):
        outputs = net[:-1](x)
    loss(outputs.flatten(0, -2), y.flatten()).backward()
    made = copy.deepcopy(net)
    with torch.no_grad():
        for (name, own), theirs in zip(made.named_parameters(), net.parameters(), strict=True):
            own.copy_(theirs.grad)
            if (
                "bias_hh" in name
            ):  # whence has one bias where PyTorch adds two, and GRU's second for its last gate alone
                own[: (10 if isinstance(net.cells, nn.GRU) else len(own))] = 0
    return made


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_and_gradients_are_those_of_pytorch(name, tmp_path):
    torch.manual_seed(0)
    make, shape = NETWORKS[name]
    net, x = make().eval(), batch(shape)
    read = read_onnx(exported(net, x, tmp_path / "net.onnx"))
    ours, inputs = read.model.net, channels_last(x) if shape != (4, 3) else x.numpy()
    logits, tape = ours.forward(inputs, training=False)
    expected = net(x).detach().numpy()
    found = logits
    if name == "activations":
        found = CrossEntropy().predictions(logits)
    elif name == "view":
        found = np.log(CrossEntropy().predictions(logits))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    y = torch.randint(0, logits.shape[-1], logits.shape[:-1])
    of_gradients = read_onnx(
        exported(made_of_gradients(net, x, y), x, tmp_path / "gradients.onnx"), loss="cross_entropy"
    )
    _, delta = CrossEntropy()(logits, y.numpy())
    gradient, wanted = ours.backward(delta, tape), of_gradients.model.net.theta
    np.testing.assert_allclose(gradient, wanted, rtol=0, atol=1e-5 * np.abs(wanted).max())


def test_a_batch_norm_is_read_with_its_statistics_and_trains_as_pytorch_does(tmp_path):
    torch.manual_seed(0)
    net, x = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3)), batch((6,))
    net(x)  # moves the statistics
    ours = read_onnx(exported(net.eval(), x, tmp_path / "net.onnx")).model.net
    np.testing.assert_allclose(ours(x.numpy()), net(x).detach().numpy(), atol=1e-6)
    net.train()
    y = torch.tensor([0, 2, 1, 1])
    made = made_of_gradients(net, x, y).eval()
    logits, tape = ours.forward(x.numpy())
    _, delta = CrossEntropy()(logits, y.numpy())
    wanted = read_onnx(exported(made, x, tmp_path / "gradients.onnx"), loss="cross_entropy").model.net.theta
    np.testing.assert_allclose(ours.backward(delta, tape), wanted, rtol=0, atol=1e-5 * np.abs(wanted).max())


class TimeFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.cells, self.linear = nn.LSTM(3, 5), nn.Linear(5, 2)

    def forward(self, x):
        return self.linear(self.cells(x)[0])


OPEN = {
    "any length": (
        lambda: AllStates(nn.GRU, bidirectional=True),
        torch.randint(0, TOKENS, (2, 6)),
        {0: "N", 1: "T"},
        (-1,),
    ),
    "any length of features": (lambda: LastState(nn.LSTM), torch.ones(2, 6, 3), {0: "N", 1: "T"}, (-1, 3)),
    "time first": (TimeFirst, torch.ones(6, 2, 3), {1: "N"}, (6, 3)),
    "two samples of time first": (TimeFirst, torch.ones(6, 2, 3), {}, (6, 3)),
    "one sample": (lambda: NETWORKS["images of three colours"][0](), torch.ones(1, 3, 14, 13), {}, (14, 13, 3)),
}


@pytest.mark.parametrize("name", OPEN)
def test_numbers_of_samples_and_of_time_steps_may_be_open_or_fixed(name, tmp_path):
    make, x, axes, shape = OPEN[name]
    torch.onnx.export(
        make().eval(), (x,), tmp_path / "net.onnx", dynamo=False, input_names=["x"], dynamic_axes={"x": axes}
    )
    read = read_onnx(tmp_path / "net.onnx")  # which holds it against onnxruntime
    assert read.model.net.input_shape == shape
    assert read.runs.inputs == (x.shape[int("first" in name)] if not axes else 10 if -1 in shape else 5)


def test_a_slip_is_caught(tmp_path, monkeypatch):
    make, shape = NETWORKS["both directions"]
    path = exported(make().eval(), batch(shape), tmp_path / "net.onnx")
    monkeypatch.setattr(recurrent, "GATES_IN_ONNX", {LSTM: [0, 1, 2, 3]})
    with pytest.raises(ArgumentError, match=r"in onnxruntime .* differ from those of the network"):
        read_onnx(path)


class ChannelsNormalised(nn.Module):
    """The layer norm of ConvNeXt, written out over the channels of images."""

    def __init__(self):
        super().__init__()
        self.conv, self.weight = nn.Conv2d(3, 4, 1), nn.Parameter(torch.rand(4))

    def forward(self, x):
        x = self.conv(x)
        mean = x.mean(1, keepdim=True)
        variance = (x - mean).pow(2).mean(1, keepdim=True)
        return (self.weight[:, None, None] * ((x - mean) / torch.sqrt(variance + 1e-6))).mean((2, 3))


LAYER_NORMS = {
    "after what is computed": (
        lambda: nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.LayerNorm(5, eps=1e-3), nn.GELU(), nn.LayerNorm(5)),
        (6,), "(Linear(6, 5), Tanh(), LayerNorm(eps=0.001), GELU(), LayerNorm())",
    ),
    "of tokens": (
        lambda: nn.Sequential(nn.Embedding(TOKENS, 4), nn.LayerNorm(4), nn.Linear(4, 3)),
        None, "(Embedding(7, 4), LayerNorm(), Linear(4, 3))",
    ),
    "of channels": (ChannelsNormalised, (3, 5, 6), "(Conv2d(3, 4, 1), LayerNorm(eps=1e-06), GlobalAvgPool2d())"),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYER_NORMS)
def test_a_layer_norm_is_read_from_means_and_roots_too(name, tmp_path):
    make, shape, layers = LAYER_NORMS[name]
    torch.manual_seed(0)
    net, x = make().eval(), batch(shape)
    for module in net.modules():
        if isinstance(module, nn.LayerNorm):
            nn.init.normal_(module.weight)
            nn.init.normal_(module.bias)
    torch.onnx.export(
        net,
        (x,),
        tmp_path / "net.onnx",
        dynamo=False,
        opset_version=16,
        input_names=["x"],
        dynamic_axes={"x": {0: "N"}},
    )
    ours = read_onnx(tmp_path / "net.onnx").model.net
    assert str(ours.layers) == layers
    np.testing.assert_allclose(ours(channels_last(x)), net(x).detach().numpy(), atol=1e-5)


class MeansOnly(nn.Module):
    def forward(self, x):
        return x - x.mean(-1, keepdim=True)


class RootOfMeanSquare(nn.Module):
    def forward(self, x):
        return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5)


class LargeEpsilon(nn.Module):
    def forward(self, x):
        centred = x - x.mean(-1, keepdim=True)
        return centred / torch.sqrt(centred.pow(2).mean(-1, keepdim=True) + 2)


@pytest.mark.parametrize("kind", [MeansOnly, RootOfMeanSquare, LargeEpsilon])
def test_other_functions_of_means_are_refused_by_node(kind, tmp_path):
    path = exported(nn.Sequential(nn.Linear(6, 5), kind(), nn.Linear(5, 2)).eval(), batch((6,)), tmp_path / "net.onnx")
    with pytest.raises(
        ArgumentError,
        match=r"takes means, in \w+ \(node .*\), but makes no layer norm of them with ε below 1 .*; take LayerNorm",
    ):
        read_onnx(path)


@pytest.mark.exhaustive  # that exporter takes half a minute
def test_the_new_exporter_with_its_weights_in_a_file_beside(tmp_path):
    pytest.importorskip("onnxscript", reason="PyTorch's new exporter needs it; pip install onnxscript")
    torch.manual_seed(0)
    make, shape = NETWORKS["images of three colours"]
    net, x = make().eval(), batch(shape)
    path = exported(net, x, tmp_path / "net.onnx", new=True)
    assert (tmp_path / "net.onnx.data").is_file()
    expected = net(x).detach().numpy()
    np.testing.assert_allclose(read_onnx(path).model.net(channels_last(x)), expected, atol=1e-5)


UNROLLED = {
    "last state": (lambda: LastState(nn.RNN), (4, 3), "(RNN(3, 5), Last(), Linear(5, 4))"),
    "one step at a time": (
        lambda: AllStates(nn.RNN, bidirectional=True, num_layers=2, nonlinearity="relu"),
        None,
        "(Embedding(7, 3), RNN(3, 5, nonlinearity='relu', bidirectional=True), "
        "RNN(10, 5, nonlinearity='relu', bidirectional=True), Linear(10, 4))",
    ),
    "without biases": (lambda: LastState(nn.RNN, bias=False), (4, 3), "(RNN(3, 5, bias=False), Last(), Linear(5, 4))"),
}  # fmt: skip


@pytest.mark.exhaustive
@pytest.mark.parametrize("samples", ["open", "fixed"])
@pytest.mark.parametrize("name", UNROLLED)
def test_a_recurrent_layer_that_the_new_exporter_wrote_step_by_step_is_one_layer(name, samples, tmp_path):
    pytest.importorskip("onnxscript", reason="PyTorch's new exporter needs it; pip install onnxscript")
    torch.manual_seed(0)
    make, shape, layers = UNROLLED[name]
    net, x = make().eval(), batch(shape)
    ours = read_onnx(exported(net, x, tmp_path / "net.onnx", new=True, dynamic=samples == "open")).model.net
    assert str(ours.layers) == layers
    np.testing.assert_allclose(ours(x.numpy()), net(x).detach().numpy(), atol=1e-5)


class FirstState(nn.Module):
    def __init__(self):
        super().__init__()
        self.cells, self.first = nn.RNN(3, 5, batch_first=True), nn.Parameter(torch.ones(1, 4, 5))

    def forward(self, x):
        return self.cells(x, self.first)[0]


@pytest.mark.exhaustive
def test_a_recurrent_layer_with_a_first_state_of_its_own_is_refused_with_what_reads_it(tmp_path):
    pytest.importorskip("onnxscript", reason="PyTorch's new exporter needs it; pip install onnxscript")
    path = exported(FirstState().eval(), batch((4, 3)), tmp_path / "net.onnx", new=True, dynamic=False)
    with pytest.raises(ArgumentError, match=r"has torch\.nn\.RNN with every time step apart, .*, dynamo=False\)"):
        read_onnx(path)
