"""What ``dir()`` shows of each package, and what it costs to import the whole."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

import whence

PACKAGES = ["whence", *(found.name for found in pkgutil.walk_packages(whence.__path__, "whence.") if found.ispkg)]


def public(names):
    return [name for name in names if not (name.startswith("__") and name.endswith("__"))]


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_shows_its_public_names_or_else_its_modules(name):
    package = importlib.import_module(name)
    modules = {found.name for found in pkgutil.iter_modules(package.__path__)}
    if hasattr(package, "__all__"):
        assert public(dir(package)) == sorted(package.__all__)
    else:
        assert set(public(dir(package))) <= modules


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_name_exists_once(name):
    package = importlib.import_module(name)
    names = getattr(package, "__all__", [])
    assert len(set(names)) == len(names)
    assert all(hasattr(package, shown) for shown in names)


def test_the_names_at_the_top_are_few_and_each_is_documented():
    assert len(whence.__all__) <= 24
    assert all(getattr(whence, name).__doc__ for name in whence.__all__)
    assert "Model" in whence.__all__


def alone(program):
    """Return what a program prints in a process of its own."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_packages_are_imported_when_they_are_asked_for():
    assert alone("import whence; print(whence.nn.Linear(3, 2))") == "Linear(3, 2)"
    assert alone("import sys, whence; print({'numpy', 'whence.nn'} & set(sys.modules))") == "set()"


def test_importing_whence_takes_next_to_no_time():
    timed = "import time; start = time.process_time(); import whence; print(time.process_time() - start)"
    assert min(float(alone(timed)) for _ in range(3)) < 0.04


def test_what_is_not_public_is_not_shown_and_what_is_not_there_is_refused():
    with pytest.raises(AttributeError, match=r"^module 'whence' has no attribute 'Linaer'$"):
        whence.Linaer  # noqa: B018
    for internal in ("Any", "TYPE_CHECKING", "importlib"):
        assert internal not in dir(whence)
