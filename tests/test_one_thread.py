"""The library on one thread needs no threads, processes or sockets, as in a browser, where there are none."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent / "pyproject.toml"

BLOCKED = """
import _thread, importlib, os, socket, subprocess, sys, threading


def refuse(*arguments, **options):
    raise RuntimeError("a thread, a process or a socket is not there")


for name in ("start_new_thread", "start_joinable_thread"):
    setattr(_thread, name, refuse)
    setattr(threading, "_" + name, refuse)
threading.Thread.start = refuse
for name in ("fork", "forkpty", "posix_spawn", "posix_spawnp", "system", "popen", "execv", "execve"):
    setattr(os, name, refuse)
subprocess.Popen = socket.socket = socket.create_connection = socket.socketpair = refuse
sys.modules["multiprocessing"] = None
"""

IMPORT = """
import pkgutil, whence

for package in pkgutil.iter_modules(whence.__path__, "whence."):
    if package.name not in UPPER:
        found = importlib.import_module(package.name)
        for module in pkgutil.walk_packages(getattr(found, "__path__", []), package.name + "."):
            importlib.import_module(module.name)
assert {"whence.nn.threads", "whence.history.film", "whence.training.checkpoint"} <= set(sys.modules)
assert not {*UPPER} & {*sys.modules}
"""

TRAIN = """
import tempfile
import numpy as np
from whence import fit, gradcheck, load, load_model, nn, save_model, trace
from whence.optim import SGD
from whence.training import Checkpointing, Model

nn.set_threads(1)
data = load("digits")
layers = nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Reshape((9, 2)), nn.LSTM(2, 3), nn.Last(), nn.Linear(3, 10)
net = nn.Sequential(*layers, input_shape=data.input_shape, seed=1)
model = Model(net, nn.CrossEntropy(), data.preprocessing, data.classes, "digits")
folder = tempfile.mkdtemp()
samples = data.train.take(slice(64))
fit(net, model.loss_fn, "adam", samples, validation=samples, epochs=2, preprocessing=data.preprocessing,
    callbacks=[Checkpointing(folder, model)])
again = load_model(folder)
assert np.array_equal(again.probabilities(samples.inputs), model.probabilities(samples.inputs))
x, y = data.preprocessing(samples.inputs[:2], net.dtype), samples.targets[:2]
trace.trace(net, model.loss_fn, SGD(0.1), x, y)
small = nn.mlp((3,), [2], 2, dtype=np.float64)
gradcheck.check_gradients(small, nn.CrossEntropy(), np.ones((4, 3)), np.array([0, 1, 1, 0]))
"""


def run(program: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_the_lower_floors_are_imported_and_train_without_threads_processes_and_sockets():
    contract = tomllib.loads(PROJECT.read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    upper = [name.strip() for floor in contract["layers"][:2] for name in floor.split("|")] + ["whence.__main__"]
    assert "whence.views" in upper and "whence.history" not in upper
    assert run(f"{BLOCKED}\nUPPER = {upper}\n{IMPORT}{TRAIN}") == (0, "")


@pytest.mark.parametrize(
    "use",
    [
        "threading.Thread(target=print).start()",
        "from concurrent.futures import ThreadPoolExecutor; ThreadPoolExecutor(1).submit(print)",
        "subprocess.run(['true'])",
        "socket.create_connection(('127.0.0.1', 1))",
        "os.fork()",
    ],
)
def test_what_is_blocked_is_noticed(use):
    code, said = run(f"{BLOCKED}\n{use}")
    assert code == 1 and "is not there" in said
