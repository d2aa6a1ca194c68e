"""State dicts of modules that were made in PyTorch, from tensors and files, and what does not fit said in one error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import whence
from whence.data import Preprocessing
from whence.errors import ArgumentError, ModelFileError, ShapeError
from whence.interop.torch import load_torch_state_dict, torch_state_dict, write_torch_state_dict
from whence.nn import BatchNorm, Conv2d, CrossEntropy, Flatten, Linear, MaxPool2d, ReLU, Sequential
from whence.training import Model


def small() -> Sequential:
    return Sequential(Linear(3, 4), ReLU(), BatchNorm(), Linear(4, 2), seed=1)


def zeroed(net: Sequential) -> Sequential:
    net.theta[...] = 0
    return net


def test_a_file_is_read_to_the_bit(tmp_path):
    net = small()
    write_torch_state_dict(tmp_path / "net.safetensors", net)
    again = zeroed(small())
    load_torch_state_dict(again, tmp_path / "net.safetensors")
    assert np.array_equal(again.theta, net.theta)


def test_all_that_does_not_fit_is_said_at_once_and_nothing_is_copied():
    net = small()
    state = torch_state_dict(net)
    del state["0.bias"], state["2.num_batches_tracked"]
    state |= {
        "4.weight": np.zeros((2, 2)),
        "0.weight": np.zeros((3, 4)),
        "3.bias": np.array([1, 2]),
        "3.weight": np.full((2, 4), 1e300),
        "2.bias": np.full(4, np.nan),
    }
    before = net.theta.copy()
    with pytest.raises(ShapeError) as raised:
        load_torch_state_dict(net, state)
    assert str(raised.value) == (
        "the state dict does not fit this network: 0.bias is missing; 4.weight is unexpected; 0.weight has the shape "
        "(3, 4), expected (4, 3); 2.bias has numbers that are not finite in float32; 3.weight has numbers that are not "
        "finite in float32; 3.bias is int64, expected floating-point numbers; compare "
        "whence.interop.torch.torch_source(net), and name your own modules by modules=[…]"
    )
    assert np.array_equal(net.theta, before)


def test_modules_have_names_of_their_own():
    net = small()
    state = {
        name.replace("0.", "hidden.", 1) if name.startswith("0.") else name.replace("2.", "norm.", 1): array
        for name, array in torch_state_dict(net).items()
        if not name.startswith("3.")
    }
    state |= {"head.out.weight": net.layers[3].weight.T, "head.out.bias": net.layers[3].bias}
    again = zeroed(small())
    load_torch_state_dict(again, state, modules=["hidden", "norm", "head.out"])
    assert np.array_equal(again.theta, net.theta)
    state["0.bias"] = state.pop("hidden.bias")
    with pytest.raises(ShapeError, match=r"hidden\.bias is missing; 0\.bias is unexpected"):
        load_torch_state_dict(again, state, modules=["hidden", "norm", "head.out"])


@pytest.mark.parametrize("modules", [["a", "b"], ["a", "b", "b"], ["a", "b", "c", "d"]])
def test_every_layer_with_tensors_needs_a_name(modules):
    with pytest.raises(ArgumentError, match="3 layers of this network have tensors, those at 0, 2, 3; give a"):
        load_torch_state_dict(small(), {}, modules=modules)


def test_a_model_of_whence_is_not_mistaken_for_a_state_dict(tmp_path):
    model = Model(Sequential(Linear(3, 3)), CrossEntropy(), Preprocessing(), ("a", "b", "c"), "toy")
    whence.save_model(tmp_path / "model.safetensors", model)
    with pytest.raises(ModelFileError, match="is a file of whence, not of PyTorch; read it by"):
        load_torch_state_dict(model.net, tmp_path / "model.safetensors")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ModelFileError, match="is a folder; give the safetensors file"):
        load_torch_state_dict(small(), tmp_path)


def test_a_file_of_another_kind_is_refused_with_the_way_to_write_one(tmp_path):
    (tmp_path / "net.pt").write_bytes(b"PK\x03\x04 a pickle")
    with pytest.raises(ModelFileError, match=r"no safetensors file .* write one by safetensors\.torch\.save_file"):
        load_torch_state_dict(small(), tmp_path / "net.pt")
    with pytest.raises(ModelFileError, match="there is no file"):
        load_torch_state_dict(small(), tmp_path / "absent.safetensors")


@pytest.mark.parametrize("value", ["text", object(), [[1, 2], [3]], 1j])
def test_what_is_no_tensor_is_named(value):
    with pytest.raises(ArgumentError, match=r"0\.weight in the state dict"):
        load_torch_state_dict(small(), {"0.weight": value})


def test_half_precision_is_read(tmp_path):
    from safetensors.numpy import save_file

    net = Sequential(Linear(2, 2))
    save_file({name: array.astype(np.float16) for name, array in torch_state_dict(net).items()}, tmp_path / "half")
    load_torch_state_dict(net, tmp_path / "half")
    assert np.array_equal(net.theta, net.theta.astype(np.float16))


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed; pip install torch")


@pytest.fixture(scope="module")
def module(torch):
    """A network as one writes it in PyTorch."""

    class Digits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = torch.nn.Conv2d(2, 4, 3)
            self.fc1 = torch.nn.Linear(16, 5)
            self.fc2 = torch.nn.Linear(5, 3)

        def forward(self, x):
            x = torch.nn.functional.max_pool2d(torch.relu(self.conv(x)), 2)
            return self.fc2(torch.relu(self.fc1(torch.flatten(x, 1))))

    torch.manual_seed(3)
    return Digits()


def network() -> Sequential:
    chain = Conv2d(2, 4, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(16, 5), ReLU(), Linear(5, 3)
    return Sequential(*chain, input_shape=(6, 6, 2))


def held_against(torch, module, net):
    x = np.random.default_rng(0).normal(size=(4, 6, 6, 2)).astype(np.float32)
    expected = module(torch.from_numpy(np.moveaxis(x, -1, 1).copy())).detach().numpy()
    np.testing.assert_allclose(net(x), expected, atol=1e-6)


def test_its_tensors_are_read(torch, module):
    net = network()
    load_torch_state_dict(net, module.state_dict(), modules=["conv", "fc1", "fc2"])
    held_against(torch, module, net)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_its_file_is_read(torch, module, dtype, tmp_path):
    from safetensors.torch import save_file

    turned = {name: tensor.to(getattr(torch, dtype)) for name, tensor in module.state_dict().items()}
    save_file(turned, tmp_path / "digits.safetensors")
    of_file, of_tensors = network(), network()
    load_torch_state_dict(of_file, Path(tmp_path / "digits.safetensors"), modules=["conv", "fc1", "fc2"])
    load_torch_state_dict(of_tensors, turned, modules=["conv", "fc1", "fc2"])
    assert np.array_equal(of_file.theta, of_tensors.theta)
    if dtype != "bfloat16":
        held_against(torch, module, of_file)


def test_what_whence_wrote_is_loaded_there(torch, module, tmp_path):
    from safetensors.torch import load_file

    net = network()
    write_torch_state_dict(tmp_path / "net.safetensors", net)
    nn = torch.nn
    there = nn.Sequential(
        nn.Conv2d(2, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 5), nn.ReLU(), nn.Linear(5, 3)
    )
    there.load_state_dict(load_file(tmp_path / "net.safetensors"))
    held_against(torch, there, net)
