import errno
import os
import re
import stat
import threading
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import RunFolderError
from whence.files import locked, make_folder, replaced_by, replacing, spelled_for_files


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


def test_the_file_that_a_link_leads_to_is_replaced(tmp_path):
    (tmp_path / "far").mkdir()
    for name, link in (("far/old", "first"), ("far/new", "second")):
        (tmp_path / link).symlink_to(name)
    (tmp_path / "far" / "old").write_bytes(b"old")
    for link in ("first", "second"):
        with replacing(tmp_path / link) as file:
            file.write(b"new")
        assert (tmp_path / link).is_symlink()
        assert (tmp_path / link).read_bytes() == b"new"
    assert sorted(os.listdir(tmp_path / "far")) == ["new", "old"]


def test_a_link_into_a_folder_that_does_not_exist(tmp_path):
    link = tmp_path / "link"
    link.symlink_to("far/model")
    target = tmp_path / "far" / "model"
    refuses(f"cannot write {target}: there is no folder {target.parent}; create it, or choose another", link)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_gets_everything_at_the_end(tmp_path):
    pipe, received = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    with replacing(pipe) as file:
        file.write(b"wrong")
        file.seek(0)
        file.write(b"right")
    reader.join()
    assert received == [b"right"]
    assert os.listdir(tmp_path) == ["pipe"]


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="there are no device files here")
def test_a_device_is_refused(tmp_path):
    (tmp_path / "link").symlink_to("/dev/null")
    for path in (Path("/dev/null"), tmp_path / "link"):
        refuses(f"cannot write {path}: it is a device or a socket; name a file or a pipe", path)
    assert Path("/dev/null").is_char_device()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "model"
    path.touch(mode=0o600)
    with replacing(path) as file:
        file.write(b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="Windows syncs no folders")
def test_the_content_is_on_the_disk_before_its_name_and_the_name_when_the_block_has_ended(tmp_path, monkeypatch):
    done = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(descriptor):
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else os.fstat(descriptor).st_size)
        real_fsync(descriptor)

    def replace(source, target):
        done.append("name")
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    with replacing(tmp_path / "model") as file:
        file.write(b"new")
    assert done == [3, "name", "folder"]
    make_folder(tmp_path / "runs" / "mine")
    assert done[3:] == ["folder", "folder"]


def test_a_folder_that_cannot_be_synced_is_no_error(tmp_path, monkeypatch):
    def refuse(*arguments):
        raise PermissionError

    monkeypatch.setattr(os, "open", refuse)
    make_folder(tmp_path / "mine")
    assert (tmp_path / "mine").is_dir()


def test_a_temporary_file_tells_what_it_would_have_replaced(tmp_path):
    with replacing(tmp_path / "model.part") as file:
        assert replaced_by(Path(file.name)) == "model.part"
    for name in ("model", ".model.part", ".model.0123456.part", "model.01234567.part", ".model.0123456g.part"):
        assert replaced_by(Path(name)) is None


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


@given(
    st.text(max_size=400)
    | st.sampled_from(["..", "../../x", "a/b", "C:\\x", "\0", "/etc/passwd", "x" * 400, "ä" * 200])
)
def test_a_name_from_outside_is_spelled_as_a_part_of_the_name_of_a_file(name):
    spelled = spelled_for_files(name)
    assert 0 < len(spelled.encode()) <= 100
    assert not set(spelled) & set('/\\:.\0\n*?"<>|')
    assert PurePosixPath(spelled).name == PureWindowsPath(spelled).name == spelled
