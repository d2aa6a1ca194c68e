"""Pages of the public names of each package, from their docstrings."""

import importlib
import inspect
from types import ModuleType

PACKAGES = {
    "whence": "What a training needs, at the top of the package",
    "whence.nn": "Layers, losses and networks",
    "whence.nn.architecture": "Networks in one line",
    "whence.optim": "Optimizers and schedules",
    "whence.data": "Data",
    "whence.training": "The loop, metrics and model files",
    "whence.training.parallel": "One training in many processes",
    "whence.gradcheck": "Gradients against finite differences",
    "whence.trace": "Recorded training steps",
    "whence.formula": "Index formulas",
    "whence.formula.derive": "Derivatives of formulas",
    "whence.history": "The whole training",
    "whence.own_program": "A program of your own",
    "whence.doctor": "What is wrong with a training",
    "whence.plots": "Plots",
    "whence.views.page": "The page of a step",
    "whence.views.text": "Steps as text",
    "whence.views.sheet": "Steps as spreadsheets",
    "whence.views.derivation": "Derivations",
    "whence.views.mathematics": "Formulas, typeset",
    "whence.views.film": "Films",
    "whence.views.graded": "Graded programs",
    "whence.views.notebook": "Notebooks",
    "whence.interop.sklearn": "scikit-learn",
    "whence.interop.onnx": "ONNX",
    "whence.interop.torch": "PyTorch",
    "whence.interop.programs": "Programs of their own",
    "whence.interop.logs": "Logs",
    "whence.errors": "Errors",
    "whence.arguments": "Types of arguments",
}


def pages() -> dict[str, str]:
    """Return the page of each package by its path, and one that lists them."""
    made = {f"{package}.rst": page(package, title) for package, title in PACKAGES.items()}
    toctree = "".join(f"   {package}\n" for package in PACKAGES)
    rows = "".join(f"   * - :doc:`{package}`\n     - {title}\n" for package, title in PACKAGES.items())
    table = f".. list-table::\n   :header-rows: 1\n\n   * - package\n     - what is in it\n{rows}"
    made["names.rst"] = f"{heading('Names')}\n{table}\n.. toctree::\n   :hidden:\n\n{toctree}"
    return made


def page(package: str, title: str) -> str:
    """Return the page of a package: what its docstring says, and each of its names."""
    module = importlib.import_module(package)
    shown = "\n".join(directive(module, name) for name in public_names(module))
    about = f".. automodule:: {package}\n   :no-members:\n"
    return f"{heading(package)}\n{title}.\n\n{about}\n{shown}"


def public_names(module: ModuleType) -> list[str]:
    """Return the names that a module offers: its ``__all__``, or what is defined in it."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    own = {name for name, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__}
    return sorted(name for name in own if not name.startswith("_"))


def directive(module: ModuleType, name: str) -> str:
    """Return what documents a name: a link to where it is from for those at the top, or else its docstring."""
    value, full = getattr(module, name), f"{module.__name__}.{name}"
    if isinstance(value, ModuleType):
        return f"- :py:mod:`{full}`\n"
    if module.__name__ == "whence":
        return f"- :py:obj:`{name} <{home(name, value)}>`\n"
    if inspect.isclass(value):
        return f".. autoclass:: {full}\n   :members:\n"
    if inspect.isroutine(value):
        return f".. autofunction:: {full}\n"
    return f".. autodata:: {full}\n   :no-value:\n"


def home(name: str, value: object) -> str:
    """Return the name under which a value at the top is documented: that in the outermost package that offers it."""
    package = next(package for package in PACKAGES if package != "whence" and value.__module__.startswith(f"{package}"))
    return f"{package}.{name}"


def heading(text: str) -> str:
    """Return a title in reStructuredText."""
    return f"{text}\n{'=' * len(text)}\n"
