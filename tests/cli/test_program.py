import os
import subprocess
import sys

import numpy as np
import pytest

import whence as library
from whence.cli.options.table import OPTIONS


def test_help_lists_the_commands(whence):
    said = whence("--help").output
    for name in ("train", "evaluate", "predict", "summary", "why", "check", "data"):
        assert f"\n  {name} " in said


@pytest.mark.parametrize("command", ["train", "evaluate", "predict", "summary", "why", "check", "data", "data show"])
def test_every_command_has_a_help_of_its_own(whence, command):
    assert "Usage:" in whence(*command.split(), "-h").output


def test_the_help_of_train_names_every_option(whence):
    said = whence("train", "--help").output
    for option in OPTIONS.values():
        assert option.name == "data" or f"--{option.name}" in said
    assert max(map(len, said.splitlines())) <= 80


def test_help_is_quick():
    def seconds():
        begin = os.times()
        subprocess.run([sys.executable, "-c", "from whence.cli import main; main()", "--help"], check=True, stdout=-3)
        end = os.times()
        return end.children_user + end.children_system - begin.children_user - begin.children_system

    assert min(seconds() for _ in range(5)) <= 0.5  # of processor time


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from whence.cli import main\n"
        "try: main(['train', '--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('numpy', 'rich', 'matplotlib', 'safetensors') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version(whence):
    assert whence("--version").output == f"whence {library.__version__}\n"


def test_an_unknown_command_is_misuse_and_the_nearest_is_offered(whence):
    assert "did you mean 'train'?" in whence("tain", code=2).stderr


def test_an_unknown_option_is_misuse(whence):
    assert "--lerning-rate" in whence("train", "--lerning-rate", "1", code=2).stderr


def test_threads_are_one_for_a_small_network_and_as_told_for_a_large_one():
    code = (
        "from threadpoolctl import threadpool_info\n"
        "from whence.cli.threads import cores, use_threads\n"
        "from whence.nn import Linear, Sequential\n"
        "small, large = Sequential(Linear(784, 96)), Sequential(Linear(784, 512))\n"
        "def used(): return [pool['num_threads'] for pool in threadpool_info()]\n"
        "assert use_threads(None, small, (200, 784)) == 1 and set(used()) == {1}\n"
        "assert use_threads(None, large, (256, 784)) == cores() and set(used()) == {cores()}\n"
        "assert use_threads(cores(), small, (200, 784)) == 1 and set(used()) == {1}\n"
        "assert use_threads(cores(), large, (256, 784)) == cores() and set(used()) == {cores()}\n"
        "assert use_threads(1, large, (256, 784)) == 1 and set(used()) == {1}\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("arch", "shape", "batch", "all_cores"),
    [
        ("embed 64, lstm 256, linear", (-1,), (64, 64), True),
        ("embed 64, lstm 256, linear", (-1,), (64, 2), False),
        ("embed 64, lstm 32, linear", (-1,), (64, 64), False),
        ("lstm 512, last, linear", (28, 28), (16, 28, 28), False),
        ("linear 128, linear", (-1, 64), (32, 1000, 64), True),
        ("embed 512 num_embeddings=100000, last, linear", (-1,), (64, 8), False),
    ],
)
def test_time_steps_count_where_they_are_multiplied_at_once(arch, shape, batch, all_cores, monkeypatch):
    from whence.cli import threads
    from whence.nn.architecture import network

    monkeypatch.setattr(threads, "cores", lambda: 7)
    monkeypatch.setattr(threads, "threadpool_limits", lambda limits: None)
    net = network(arch, shape, outputs=65, symbols=65 if "num" not in arch else None)
    assert threads.use_threads(None, net, batch) == (7 if all_cores else 1)


@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_networks_that_are_only_run_are_given_threads_too(whence, trained, command, monkeypatch):
    from whence.cli import threads

    given = []
    monkeypatch.setattr(threads, "use_threads", lambda told, net, batch: given.append((told, batch)))
    np.save("x.npy", np.zeros((5, 8, 8, 1)))
    whence(command, trained, *(["x.npy"] if command == "predict" else []))
    assert given == [(None, (5, 8, 8, 1) if command == "predict" else (1024, 8, 8, 1))]


def test_the_threads_of_a_convolutional_network_are_for_parts_of_batches_not_for_products():
    code = (
        "import threading\n"
        "from threadpoolctl import threadpool_info\n"
        "from whence.cli.threads import use_threads\n"
        "from whence.nn import Conv2d, Linear, Residual, Sequential\n"
        "from whence.nn.threads import on_parts\n"
        "both = threading.Barrier(2, timeout=240)\n"
        "net = Sequential(Residual([Conv2d(16, 16, 3, padding=1)]), input_shape=(12, 12, 16))\n"
        "assert use_threads(2, net, (20, 12, 12, 16)) == 1\n"
        "assert use_threads(2, net, (200, 12, 12, 16)) == 2\n"
        "assert {pool['num_threads'] for pool in threadpool_info()} == {1}\n"
        "on_parts(lambda part: both.wait(), [0, 1])\n"
        "use_threads(1, Sequential(Linear(3, 2)), (200, 3))\n"
        "assert len(set(on_parts(lambda part: threading.get_ident(), range(9)))) == 1\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_pipe_that_is_closed_early_is_no_error(start):
    process = start("data", "list")
    process.stdout.close()
    assert process.stderr.read() == ""
    process.wait(timeout=240)


def test_lack_of_memory_is_one_sentence(whence, monkeypatch):
    def no_memory(*arguments, **options):
        raise MemoryError

    monkeypatch.setattr("whence.cli.network_for_data.mlp", no_memory)
    assert whence("summary", "3,2", code=1).stderr.startswith("Error: there is not enough memory")


def test_a_file_that_may_not_be_read_is_one_sentence(whence, monkeypatch):
    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied", "secret.csv")

    monkeypatch.setattr("whence.cli.training_plan.load", refuse)
    assert whence("data", "show", "x.csv", code=1).stderr == "Error: secret.csv: Permission denied\n"


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        ("train xor --seed 3 --seed 3", "--seed"),
        ("train xor -m 3 --max-iter 4", "--max-iter"),
        ("data show xor --missing mean --missing drop", "--missing"),
        ("check 2,3,1 --seed 1 --seed=2", "--seed"),
    ],
)
def test_an_option_of_one_value_is_not_given_twice(whence, arguments, option):
    said = whence(*arguments.split(), code=2).stderr
    assert f"Error: {option} was given 2 times; give it once" in said
