"""``whence export --to torch``: a module and its state dict, and what is said of them."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from whence.interop.torch import torch_source
from whence.interop.torch.kinds import sums
from whence.training import load_model


def test_the_module_and_its_state_dict_are_written_with_a_receipt(whence, trained):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; pip install torch")
    from safetensors.torch import load_file

    said = whence("export", trained, "--to", "torch").stdout.splitlines()
    assert said[0].startswith("run/model_torch.py with the state dict in run/model_torch_state.safetensors gives what")
    assert said[0].endswith("on 64 prepared inputs of digits:")
    assert said[4].startswith("PyTorch 2")
    names = {}
    exec(Path("run/model_torch.py").read_text(), names)
    module = names["Network"]()
    module.load_state_dict(load_file("run/model_torch_state.safetensors"))
    net = load_model(trained).net
    x = np.random.default_rng(0).random((5, 8, 8, 1), np.float32)
    found = module.eval()(torch.from_numpy(x.reshape(5, 1, 8, 8))).detach().numpy()
    np.testing.assert_allclose(found, net(x), atol=1e-5)


def test_without_pytorch_the_files_are_written_and_it_says_so(whence, trained, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    model = Path(trained, "model.safetensors").read_bytes()
    said = whence("export", trained, "--to", "torch", "-o", "run/model.py").stdout
    assert said == (
        "run/model.py is written, and its state dict in run/model_state.safetensors, but not run: PyTorch is not "
        "installed\n"
    )
    assert Path("run/model.py").read_text() == torch_source(load_model(trained).net)
    assert Path(trained, "model.safetensors").read_bytes() == model
    given = json.loads(whence("export", trained, "--to", "torch", "--json").stdout)
    assert (given["state"], given["inputs"]) == ("run/model_torch_state.safetensors", 0)


def test_a_module_that_differs_is_not_written(whence, trained, monkeypatch):
    pytest.importorskip("torch", reason="PyTorch is not installed; pip install torch")
    right = sums.PlacedLinear.to_torch
    doubled = lambda self, arrays: {name: 2 * tensor for name, tensor in right(self, arrays).items()}  # noqa: E731
    monkeypatch.setattr(sums.PlacedLinear, "to_torch", doubled)
    said = whence("export", trained, "--to", "torch", code=1).stderr
    assert "in PyTorch the module's outputs differ from whence's by up to" in said and "no file was written" in said
    assert not Path("run/model_torch.py").exists()


def test_neither_file_is_replaced_where_the_second_cannot_be_written(whence, trained, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    Path("net.py").write_text("mine", encoding="utf-8")
    Path("net_state.safetensors").mkdir()
    said = whence("export", trained, "--to", "torch", "-o", "net.py", code=1).stderr
    assert said.count("cannot write") == 1 and "net_state.safetensors: it is a folder" in said
    assert Path("net.py").read_text(encoding="utf-8") == "mine"
    assert not list(Path().glob(".*.part"))


def test_a_crash_between_the_two_files_leaves_no_pair_of_two_networks(whence, trained, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    Path("net.py").write_text("of another network", encoding="utf-8")
    renamed, rename = [], os.replace

    def killed(source, target):
        if renamed:
            raise KeyboardInterrupt
        renamed.append(Path(target).name)
        rename(source, target)

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises((KeyboardInterrupt, AssertionError)):
        whence("export", trained, "--to", "torch", "-o", "net.py")
    assert renamed == ["net_state.safetensors"]
    assert not Path("net.py").exists()


def test_an_error_of_pytorch_is_one_sentence(whence, trained, monkeypatch):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; pip install torch")

    def refuse(*_):
        raise RuntimeError("no such kernel\nhere")

    monkeypatch.setattr(torch.nn.Module, "load_state_dict", refuse)
    said = whence("export", trained, "--to", "torch", code=1).stderr
    assert "PyTorch cannot run the module: no such kernel" in said and "no file was written" in said
    assert "Traceback" not in said
    assert not Path("run/model_torch.py").exists()


def test_the_preprocessing_is_whences(whence, trained):
    said = whence("export", trained, "--to", "torch", "--with-preprocessing", code=2).stderr
    assert "--with-preprocessing is for --to onnx; the module takes what whence's preprocessing gives" in said
