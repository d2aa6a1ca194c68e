import subprocess
import sys

import numpy as np
import platformdirs.macos
import platformdirs.unix
import pytest
from idx_files import write_image_set
from peak_memory import peak_megabytes

import whence.data
from whence.data import datasets, load
from whence.errors import ArgumentError, DataError, UnknownNameError


def test_every_public_name_is_there():
    assert all(getattr(whence.data, name).__module__.startswith("whence.") for name in whence.data.__all__)


@pytest.mark.parametrize("name", [name for name in datasets if datasets[name].images is None])
def test_every_embedded_set_loads_and_says_so(name):
    entry = datasets[name]
    assert entry.name == name
    assert entry.status() == "embedded"
    assert len(entry.description) > 20
    assert "\n" not in entry.description
    assert load(name).name == name


def test_status_of_a_set_with_files(no_shared_data, monkeypatch, tmp_path):
    assert datasets["mnist"].status() == "needs a download of 11.6 MB"
    assert datasets["fashion-mnist"].status() == "needs a download of 30.9 MB"
    write_image_set(no_shared_data / "mnist")
    assert datasets["mnist"].status() == f"found in {no_shared_data / 'mnist'}"
    monkeypatch.setenv("WHENCE_DATA", str(tmp_path / "shared"))
    write_image_set(tmp_path / "shared")
    assert datasets["mnist"].status() == f"found in {tmp_path / 'shared'}"
    (tmp_path / "shared" / "t10k-labels-idx1-ubyte").unlink()
    assert "not t10k-labels-idx1-ubyte; add what is missing" in datasets["mnist"].status()


def test_order_of_places(no_shared_data, monkeypatch, tmp_path):
    shared, named = tmp_path / "shared", tmp_path / "named"
    monkeypatch.setenv("WHENCE_DATA", str(shared))
    for count, folder in ((30, no_shared_data / "mnist"), (40, shared), (50, shared / "mnist"), (60, named)):
        write_image_set(folder, train=count)
        options = {"directory": named} if folder == named else {}
        assert len(load("mnist", **options).train) == count


def test_the_cache_is_where_version_0_1_had_it(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("platformdirs.PlatformDirs", platformdirs.unix.Unix)
    assert whence.data.search_paths.cache_folder() == tmp_path / ".cache" / "whence"
    monkeypatch.setattr("platformdirs.PlatformDirs", platformdirs.macos.MacOS)
    assert whence.data.search_paths.cache_folder() == tmp_path / "Library" / "Caches" / "whence"


def test_neither_a_name_nor_a_path(tmp_path):
    with pytest.raises(UnknownNameError, match=r"there is no data set 'minst'; did you mean 'mnist'\?"):
        load("minst")
    with pytest.raises(DataError, match=r"there is no file or folder .*a.csv; check the path"):
        load(tmp_path / "a.csv")
    (tmp_path / "a.doc").write_bytes(b"\xff\x00\x81")
    with pytest.raises(DataError, match=r"a.doc .*, so it is not a table, nor arrays .*; to read it as a text: whence"):
        load(tmp_path / "a.doc")


def test_a_table_may_have_any_ending(tmp_path):
    path = tmp_path / "adult.test"
    path.write_text("39, State-gov, <=50K\n50, Private, >50K\n38, Private, <=50K\n50, State-gov, >50K\n")
    assert load(path).classes == ("<=50K", ">50K")


def test_a_folder_or_seed_that_makes_no_sense(tmp_path):
    with pytest.raises(ArgumentError, match=r"digits has no folder of files; leave out the"):
        load("digits", directory=tmp_path)
    with pytest.raises(ArgumentError, match=r"seed = -1; it must be a whole number of at least 0"):
        load("digits", seed=-1)


@pytest.mark.parametrize("validation", [1, -0.1, 5])
def test_validation_share_outside_its_range(validation):
    with pytest.raises(ArgumentError, match=r"validation = .*; it must be a number of at least 0 and below 1"):
        load("digits", validation=validation)


def test_validation_share_of_sets_in_one_piece():
    assert load("digits", validation=0).validation is None
    dataset = load("digits", validation=0.5)
    assert abs(len(dataset.train) - len(dataset.validation)) <= 10
    assert load("moons", validation=0.5).test is not None


def test_test_share_of_sets_in_one_piece():
    assert load("moons", test=0).test is None
    assert [len(part) for part in load("moons", test=0.5, validation=0.2).splits.values()] == [200, 50, 250]


def test_test_samples_from_a_file_of_arrays(tmp_path):
    x, y = np.arange(40.0).reshape(20, 2), np.array(["a", "b"] * 10)
    np.savez(tmp_path / "all.npz", x=x, y=y)
    np.savez(tmp_path / "some.npz", x=x[:6] + 1, y=y[::-1][:6])
    data = load(tmp_path / "all.npz", test=tmp_path / "some.npz", validation=0)
    assert len(data.train) == 20
    assert sorted(data.test.inputs[:, 0].tolist()) == [1, 3, 5, 7, 9, 11]
    with pytest.raises(ArgumentError, match=r"all\.npz is not a table; leave out group='g'"):
        load(tmp_path / "all.npz", group="g")
    with pytest.raises(DataError, match=r"there is no file or folder .*nowhere\.npz"):
        load(tmp_path / "all.npz", test=tmp_path / "nowhere.npz")


def test_positive_class():
    dataset = load("digits", positive="0")
    assert dataset.classes == ("not 0", "0")
    assert 0.08 < dataset.train.targets.mean() < 0.12
    with pytest.raises(UnknownNameError, match=r"there is no class 'ten'; there are 0, 1, 2"):
        load("digits", positive="ten")


def test_importing_the_package_imports_no_heavy_library():
    code = (
        "import sys, whence.data; "
        "heavy = {'PIL', 'filelock', 'platformdirs', 'pooch', 'requests', 'pyarrow', 'sklearn', 'numpy.typing'}; "
        "heavy = (heavy | {'openpyxl', 'pandas', 'urllib.request', 'http.client'}) & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_memory_stays_bounded_for_all_of_mnist(mnist_folder):
    code = f"""
import numpy as np
from whence.data import Batches, load
data = load("mnist", directory={str(mnist_folder)!r}, validation=0.1)
data.sha256
for _ in Batches(data.train, data.preprocessing, 200, rng=np.random.default_rng(0)):
    pass
"""
    assert 60 < peak_megabytes(code) < 200
