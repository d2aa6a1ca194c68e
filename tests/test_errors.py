import inspect

import pytest

from whence import errors

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.WhenceError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_one_of_the_library_and_documented(kind):
    assert issubclass(kind, errors.WhenceError)
    assert kind.__doc__


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.ArgumentError, ValueError),
        (errors.TooLargeError, errors.ArgumentError),
        (errors.UnknownNameError, errors.ArgumentError),
        (errors.ShapeError, ValueError),
        (errors.DataError, ValueError),
        (errors.FormulaError, ValueError),
        (errors.ModelFileError, ValueError),
        (errors.RunFolderError, OSError),
        (errors.StorageError, OSError),
        (errors.NonFiniteError, ArithmeticError),
        (errors.ReplayError, ArithmeticError),
        (errors.MissingMethodError, NotImplementedError),
        (errors.MissingDependencyError, ImportError),
    ],
)
def test_errors_are_also_what_people_who_use_python_expect(kind, builtin):
    assert issubclass(kind, builtin)
    with pytest.raises(builtin, match="one sentence"):
        raise kind("one sentence")


def test_every_kind_is_listed_above():
    assert len(KINDS) == 1 + 13 + 1  # and `EndedElsewhere`, which is made of a number
