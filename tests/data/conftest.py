import os
from pathlib import Path

import pytest

from whence.data import load


@pytest.fixture(scope="session")
def mnist_folder():
    shared = os.environ.get("WHENCE_DATA")
    if not shared:
        pytest.skip("WHENCE_DATA does not name a folder with MNIST")
    return Path(shared) / "mnist"


@pytest.fixture(scope="session")
def mnist(mnist_folder):
    dataset = load("mnist", directory=mnist_folder)
    for samples in dataset.splits.values():
        samples.inputs.flags.writeable = False
        samples.targets.flags.writeable = False
    return dataset


@pytest.fixture
def no_shared_data(monkeypatch, tmp_path):
    """A machine without any data: neither a shared folder nor a cache."""
    monkeypatch.delenv("WHENCE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "whence"
