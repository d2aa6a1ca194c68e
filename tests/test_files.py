import errno
import os
import re

import pytest

from whence.errors import RunFolderError
from whence.files import locked, replacing


def test_a_new_file_is_written(tmp_path):
    with replacing(tmp_path / "model") as file:
        file.write(b"new")
    assert (tmp_path / "model").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["model"]


def test_a_path_may_be_text(tmp_path):
    with replacing(str(tmp_path / "model")) as file:
        file.write(b"new")
    assert (tmp_path / "model").read_bytes() == b"new"


def test_until_the_block_has_ended_the_old_file_is_there(tmp_path):
    path = tmp_path / "model"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["model"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "model"
    path.write_bytes(b"old")
    with pytest.raises(error), replacing(path) as file:
        file.write(b"half")
        raise error
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["model"]


def refuses(sentence, path):
    with pytest.raises(RunFolderError, match=f"^{re.escape(sentence)}$") as caught, replacing(path) as file:
        file.write(b"new")
    assert isinstance(caught.value, OSError)


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "runs").write_bytes(b"a file")
    path = tmp_path / "runs" / "model"
    with (
        pytest.raises(RunFolderError, match=r"there is no folder .*runs; create it, or choose another"),
        replacing(path),
    ):
        pass
    assert (tmp_path / "runs").read_bytes() == b"a file"


def test_a_folder_that_does_not_exist(tmp_path):
    path = tmp_path / "runs" / "model"
    refuses(f"cannot write {path}: there is no folder {path.parent}; create it, or choose another", path)


def test_a_folder_that_may_not_be_written(tmp_path, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(errno.EACCES, "Permission denied")

    path = tmp_path / "model"
    monkeypatch.setattr("builtins.open", refuse)
    refuses(f"cannot write {path}: Permission denied; free some space or choose another folder", path)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    def fail(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "model"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, step, fail)
    refuses(f"cannot write {path}: No space left on device; free some space or choose another folder", path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["model"]


def test_a_folder_is_not_replaced_by_a_file(tmp_path):
    for path in (tmp_path, "."):
        with pytest.raises(RunFolderError, match="it is a folder; name a file in it"), replacing(path):
            pass
    assert os.listdir(tmp_path) == []


def test_two_writers_at_once_do_not_meet(tmp_path):
    with replacing(tmp_path / "model") as first, replacing(tmp_path / "model") as second:
        first.write(b"first")
        second.write(b"second")
    assert (tmp_path / "model").read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["model"]


def test_a_locked_file_keeps_others_out_until_the_block_ends(tmp_path):
    with locked(tmp_path / "lock"):
        with pytest.raises(TimeoutError), locked(tmp_path / "lock", timeout=0):
            pass
    with locked(tmp_path / "lock", timeout=0):
        pass


def test_a_file_system_without_locks_keeps_nobody_out(tmp_path, monkeypatch):
    def without(*arguments, **options):
        raise NotImplementedError

    monkeypatch.setattr("filelock.FileLock.acquire", without)
    with locked(tmp_path / "lock"):
        pass
