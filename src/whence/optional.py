"""Import optional libraries, with an error that says how to install them."""

from __future__ import annotations

import importlib
from typing import Any

from whence.errors import MissingDependencyError

_PACKAGES = {"sklearn": "scikit-learn", "xlsxwriter": "XlsxWriter"}


def require(module: str, *, extra: str, purpose: str) -> Any:
    """Import a module of an optional library.

    Parameters
    ----------
    module : str
        The module: ``"pyarrow.parquet"``.
    extra : str
        The extra of whence that installs it.
    purpose : str
        What needs it, as the subject of a sentence: ``"reading Parquet files"``.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    MissingDependencyError
        If the module is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        library = _PACKAGES.get(module.partition(".")[0], module.partition(".")[0])
        raise MissingDependencyError(
            f"{purpose} needs {library}, which is not installed; install it with: pip install {library} "
            f"(or pip install 'whence-nn[{extra}]', the extra that includes it)"
        ) from error
