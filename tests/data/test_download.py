import hashlib
import http.server
import re
import threading

import numpy as np
import pytest
from idx_files import idx_bytes, small_digits, write_idx

from whence.data import load
from whence.data.download import RemoteFile, fetch
from whence.data.images import image_sets
from whence.data.images.mnist import load_image_set
from whence.data.load_options import LoadOptions
from whence.errors import DataError, RunFolderError

CONTENT = np.random.default_rng(0).bytes(300_000)
FILE = RemoteFile("file.bin", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


class Mirrors(http.server.BaseHTTPRequestHandler):
    """One folder per kind of mirror: what becomes of a file depends on the first part of its address."""

    files = {FILE.name: CONTENT}  # noqa: RUF012
    asked = []  # noqa: RUF012

    def do_GET(self):
        kind, name = self.path.strip("/").split("/")
        content = self.files[name]
        type(self).asked.append(kind)
        if kind == "absent" or (kind == "tired" and self.asked.count(kind) == 1):
            self.send_error(404)
            return
        if kind == "astray":
            self.send_response(302)
            self.send_header("Location", "http://[::1/file.bin")
            self.end_headers()
            return
        if kind == "wrong":
            content = content[:-1] + bytes([content[-1] ^ 1])
        if kind == "long":
            content = content + b"more" * 50_000
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if kind == "cut" else content)

    def log_message(self, *_):
        pass


@pytest.fixture
def mirror(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    Mirrors.asked.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirrors)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield lambda kind: f"http://127.0.0.1:{server.server_port}/{kind}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_arrives_whole_with_progress_and_nothing_else_is_left(tmp_path, mirror):
    reports = []
    folder = tmp_path / "new" / "folder"
    fetch([FILE], [mirror("good")], folder, lambda done, total: reports.append((done, total)))
    assert (folder / "file.bin").read_bytes() == CONTENT
    assert [path.name for path in folder.iterdir()] == ["file.bin"]
    assert len(reports) > 1
    assert reports == sorted(reports)
    assert reports[-1] == (len(CONTENT), len(CONTENT))


@pytest.mark.parametrize("failing", ["absent", "wrong", "long", "cut", "astray"])
def test_the_next_mirror_is_asked_when_one_failed_twice(tmp_path, mirror, failing):
    reports = []
    fetch([FILE], [mirror(failing), mirror("good")], tmp_path, lambda *report: reports.append(report))
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert Mirrors.asked == [failing, failing, "good"]
    assert reports[-1] == (len(CONTENT), len(CONTENT))


def test_a_mirror_that_failed_once_is_asked_again(tmp_path, mirror):
    fetch([FILE], [mirror("tired"), mirror("good")], tmp_path)
    assert Mirrors.asked == ["tired", "tired"]


def test_when_all_fail_each_is_listed_with_its_reason_and_no_part_is_left(tmp_path, mirror):
    mirrors = [mirror("absent"), mirror("wrong"), mirror("cut"), "http://127.0.0.1:1/"]
    with pytest.raises(DataError) as caught:
        fetch([FILE], mirrors, tmp_path / "folder")
    message = str(caught.value)
    assert message.startswith("no mirror delivered file.bin: ")
    assert re.search(r"/absent/ \(404 Client Error: Not Found\)", message)
    assert re.search(rf"/wrong/ \(its file has another SHA-256 than {FILE.sha256[:12]}…\)", message)
    assert re.search(r"/cut/ \(", message)
    assert re.search(r"127.0.0.1:1/ \(\[Errno \d+\] Connection refused\)", message)
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_damaged_file_is_replaced_and_a_whole_one_is_kept(tmp_path, mirror):
    (tmp_path / "file.bin").write_bytes(b"cut off")
    fetch([FILE], [mirror("good")], tmp_path)
    fetch([FILE], [mirror("good")], tmp_path)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert Mirrors.asked == ["good"]


def test_a_download_has_a_deadline_over_all(tmp_path, mirror, monkeypatch):
    monkeypatch.setattr("whence.data.download._SECONDS_IN_ALL", -1.0)
    with pytest.raises(DataError, match="did not arrive within"):
        fetch([FILE], [mirror("good")], tmp_path / "folder")
    assert list((tmp_path / "folder").iterdir()) == []
    assert Mirrors.asked == []


def test_two_downloads_at_once_ask_once(tmp_path, mirror):
    both = [threading.Thread(target=fetch, args=([FILE], [mirror("good")], tmp_path / "folder")) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert Mirrors.asked == ["good"]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="cannot make the folder"):
        fetch([FILE], [], tmp_path / "file" / "folder")


def test_a_target_that_cannot_be_written_is_not_blamed_on_the_mirror(tmp_path, mirror):
    (tmp_path / "file.bin").mkdir()
    with pytest.raises(RunFolderError, match=r"cannot write .*file.bin"):
        fetch([FILE], [mirror("good")], tmp_path)


@pytest.fixture
def small_set(mirror, monkeypatch):
    """A small MNIST of ours on a working mirror behind a failing one."""
    contents = {}
    for stem, count in (("train", 30), ("t10k", 20)):
        images, labels = small_digits(count)
        contents[f"{stem}-images-idx3-ubyte"] = idx_bytes(images)
        contents[f"{stem}-labels-idx1-ubyte"] = idx_bytes(labels)
    monkeypatch.setattr(Mirrors, "files", contents)
    return image_sets.ImageSet(
        name="mnist",
        title="MNIST",
        classes=tuple("0123456789"),
        box=20,
        strokes=True,
        mirrors=(mirror("absent"), mirror("good")),
        files=tuple(RemoteFile(n, len(c), hashlib.sha256(c).hexdigest()) for n, c in contents.items()),
    )


def test_a_set_that_is_nowhere_is_downloaded_once_into_the_cache(small_set, no_shared_data):
    reports = []
    dataset = load_image_set(small_set, LoadOptions(progress=lambda *report: reports.append(report)))
    assert len(dataset.train) == 30
    assert reports[-1] == (small_set.size, small_set.size)
    assert len(list((no_shared_data / "mnist").iterdir())) == 4
    Mirrors.asked.clear()
    assert load_image_set(small_set, LoadOptions(offline=True)).sha256 == dataset.sha256
    assert Mirrors.asked == []


def test_an_interrupted_download_goes_on_with_the_files_that_are_missing(small_set, no_shared_data):
    load_image_set(small_set, LoadOptions())
    (no_shared_data / "mnist" / small_set.files[2].name).unlink()
    Mirrors.asked.clear()
    load_image_set(small_set, LoadOptions())
    assert Mirrors.asked == ["absent", "absent", "good"]


def test_files_that_version_0_1_cached_are_found_where_the_platform_has_another_cache(
    small_set, no_shared_data, monkeypatch, tmp_path
):
    load_image_set(small_set, LoadOptions())
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, **_: tmp_path / "platform" / name)
    Mirrors.asked.clear()
    load_image_set(small_set, LoadOptions(offline=True))
    (no_shared_data / "mnist" / small_set.files[0].name).unlink()
    load_image_set(small_set, LoadOptions())
    assert (tmp_path / "platform" / "whence" / "mnist" / small_set.files[0].name).exists()


def test_offline_or_with_a_folder_named_nothing_is_asked_for(small_set, no_shared_data, tmp_path):
    for request in (LoadOptions(offline=True), LoadOptions(directory=tmp_path)):
        with pytest.raises(DataError, match="there are no MNIST files in"):
            load_image_set(small_set, request)
    assert Mirrors.asked == []


@pytest.mark.parametrize("images", [image_sets.MNIST, image_sets.FASHION_MNIST], ids=lambda images: images.name)
def test_the_tables_of_files_are_complete(images):
    assert [file.name for file in images.files] == [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ]
    assert all(re.fullmatch("[0-9a-f]{64}", file.sha256) for file in images.files)
    assert len(images.classes) == len(set(images.classes)) == 10
    assert len(images.mirrors) >= 2
    assert all(mirror.endswith("/") for mirror in images.mirrors)


def test_load_passes_its_options_to_the_download(monkeypatch, no_shared_data):
    asked = []

    def no_network(files, mirrors, folder, progress):
        asked.append(([file.name for file in files], mirrors, folder, progress))
        raise DataError("no network here")

    monkeypatch.setattr("whence.data.download.fetch", no_network)
    with pytest.raises(DataError, match="no network here"):
        load("fashion-mnist", progress=print)
    assert asked == [
        (
            [file.name for file in image_sets.FASHION_MNIST.files],
            image_sets.FASHION_MNIST.mirrors,
            no_shared_data / "fashion-mnist",
            print,
        )
    ]


def test_a_file_that_changed_in_the_cache_is_downloaded_again(small_set, no_shared_data):
    digest = load_image_set(small_set, LoadOptions()).sha256
    cached = no_shared_data / "mnist" / small_set.files[0].name
    whole = cached.read_bytes()
    cached.write_bytes(whole[:-1] + b"?")
    with pytest.raises(DataError, match=r"is not the published file of MNIST, .*; remove it, or allow the download"):
        load_image_set(small_set, LoadOptions(offline=True))
    assert load_image_set(small_set, LoadOptions()).sha256 == digest
    assert cached.read_bytes() == whole


def test_files_that_are_not_the_published_set_are_said(tmp_path):
    black = np.zeros((30, 28, 28), np.uint8)
    for part in ("train", "t10k"):
        write_idx(tmp_path / f"{part}-images-idx3-ubyte", black)
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte", np.arange(30, dtype=np.uint8) % 10)
    assert load("mnist", directory=tmp_path).remarks == (
        "MNIST has 60,000 training and 10,000 test images; these files have 60 in all",
        "the first training images are all the same; are these the right files?",
    )
