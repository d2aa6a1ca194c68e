"""Objects with settings: layers, losses, optimizers, schedules, initialisers.

Argument checks, equality, `repr`, JSON and text notation follow from the signature of the constructor.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, get_type_hints

from whence.arguments import checked_call, shown
from whence.errors import ArgumentError, UnknownNameError
from whence.registry import Registry, normal
from whence.text_notation import read_arguments, read_item, write_words

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class CheckedArguments(type):
    """Metaclass that checks the arguments of a constructor against their annotations."""

    @property
    def __signature__(cls) -> inspect.Signature:
        if cls.__init__ is object.__init__:  # type: ignore[misc]
            return inspect.Signature()
        signature = inspect.signature(cls.__init__)  # type: ignore[misc]
        return signature.replace(parameters=[*signature.parameters.values()][1:])

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        bound = checked_call(cls.__name__, inspect.signature(cls), annotations_of(cls), args, kwargs)
        return super().__call__(*bound.args, **bound.kwargs)


class Configurable(metaclass=CheckedArguments):
    """Base class of objects that are described by their settings, the arguments of the constructor.

    A subclass keeps every argument as an attribute of the same name, or with the prefix ``has_`` if a parameter has
    that name. It may be a dataclass.

    Attributes
    ----------
    registry : ClassRegistry
        The registry of the classes of its kind.

    Raises
    ------
    ArgumentError
        From every constructor, if an argument is not what its annotation declares.
    """

    registry: ClassVar[ClassRegistry[Any]]

    def settings(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        found = {}
        for name in inspect.signature(type(self)).parameters:
            key = name if name in vars(self) else f"has_{name}"
            if key not in vars(self):
                raise ArgumentError(
                    f"{type(self).__name__} does not keep its argument {name}; set self.{name} in its constructor"
                )
            found[name] = vars(self)[key]
        return found

    def to_json(self) -> Any:
        """Return the name and the settings as JSON, for `ClassRegistry.from_json`."""
        settings = {name: self._as_json(name, value) for name, value in self.settings().items()}
        return {self.registry.kind: self.registry.name_in_files(type(self)), **settings}

    def require_importable(self) -> None:
        """Raise `ArgumentError` if another program could not import the class from the name in a file."""
        kind = type(self)
        self.registry.name_of(kind)
        if kind.__module__ == "__main__" or "<locals>" in kind.__qualname__:
            place = "in a function" if "<locals>" in kind.__qualname__ else "in the running program"
            raise ArgumentError(
                f"{kind.__name__} is defined {place}, from which another program that opens the file cannot import it; "
                "define it in a module of its own"
            )
        for value in self.settings().values():
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, Configurable):
                    part.require_importable()

    def _as_json(self, name: str, value: Any) -> Any:
        if isinstance(value, Configurable):
            return value.to_json()
        if isinstance(value, list | tuple):
            return [self._as_json(name, item) for item in value]
        if value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and isfinite(value)):
            return value
        raise ArgumentError(
            f"{type(self).__name__} has {name} = {value!r}, which cannot be saved; "
            "use numbers, texts, truth values or lists of these"
        )

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.settings() == other.settings()

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        parameters, shown = inspect.signature(type(self)).parameters, []
        for name, value in self.settings().items():
            default = parameters[name].default
            if default is inspect.Parameter.empty:
                shown.append(repr(value))
            elif value != default and str(value) != default:
                shown.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def __str__(self) -> str:
        words = write_words(type(self), self.settings())
        name = self.registry.name_of(type(self))
        return f"{name}({', '.join(words)})" if words else name


C = TypeVar("C", bound=Configurable)


class ClassRegistry(Registry[type[C]]):
    """The `Configurable` classes of one kind by name.

    Parameters
    ----------
    kind, plural : str
        The kind, in the singular and in the plural. Installed distributions add classes by entry points of the group
        ``whence.PLURAL``, which are searched when a name is unknown.
    """

    def __init__(self, kind: str, plural: str) -> None:
        super().__init__(kind)
        self.plural = plural

    def register(self, name: str, *aliases: str) -> Callable[[type[C]], type[C]]:
        """Return a decorator that registers a class under ``name``, ``aliases`` and its own name."""
        enter = super().register(name, *aliases)

        def enter_class(kind: type[C]) -> type[C]:
            enter(kind)
            self._spellings.setdefault(normal(kind.__name__), name)
            return kind

        return enter_class

    def __getitem__(self, name: str) -> type[C]:
        """Return the class of a name, or of ``module:class`` from `name_in_files`.

        Raises
        ------
        UnknownNameError
            If there is none, or its module is not imported.
        """
        module, colon, _ = name.partition(":")
        if not colon:
            _ = name in self  # searches installed distributions
            return super().__getitem__(name)
        if self._named_in_file(name) is None:
            self._load_installed(lambda point: point.module == module)
        found = self._named_in_file(name)
        if found is None:
            raise UnknownNameError(
                f"the {self.kind} {name} is not registered; import its module {module} first, or on the command line "
                f"add --import {module}"
            )
        return found

    def __contains__(self, name: object) -> bool:
        if isinstance(name, str) and not super().__contains__(name):
            self._load_installed(lambda point: normal(point.name) == normal(name))
        return super().__contains__(name)

    def read(self, notation: C | str, **more: Any) -> C:
        """Return the object that a text such as ``"adam(beta1=0.7)"`` or ``"uniform -0.2 0.2"`` describes.

        Parameters
        ----------
        notation : str or object
            The name, and the settings in order or by name; an object is returned unchanged.
        **more
            Further settings.

        Raises
        ------
        UnknownNameError
            If the name or that of a setting is unknown.
        ArgumentError
            If a setting is missing, superfluous or invalid.
        """
        if not isinstance(notation, str):
            return notation
        kind, settings = self.parse(notation)
        if twice := settings.keys() & more.keys():
            raise ArgumentError(f"{min(twice)} is given twice, in {notation!r} and separately; keep one")
        return kind(**settings, **more)

    def parse(self, notation: str) -> tuple[type[C], dict[str, Any]]:
        """Return the class and the settings in a text; raises the errors of `read`."""
        words = re.match(r"\s*[A-Za-z_]+( [A-Za-z_]+)+", notation)  # "he normal", unless it is "gelu tanh"
        if words is not None and words[0] in self:
            notation = notation.replace(words[0], words[0].strip().replace(" ", "_"), 1)
        item = read_item(notation)
        return self[item.name], read_arguments(item, self[item.name])

    def from_json(self, description: Mapping[str, Any]) -> C:
        """Return the object that `Configurable.to_json` described."""
        name = description.get(self.kind)
        if not isinstance(name, str):
            raise ArgumentError(f"a {self.kind} is described by {shown(description)}; it lacks its name, {self.kind}")
        settings = {key: self._within(value) for key, value in description.items() if key != self.kind}
        return self[name](**settings)

    def name_of(self, kind: type[C]) -> str:
        """Return the name of a class.

        Raises
        ------
        ArgumentError
            If it has none.
        """
        for name, entry in self.items():
            if entry is kind:
                return name
        raise ArgumentError(
            f"{kind.__name__} is not registered under a name; "
            f'put @{self.plural}.register("{kind.__name__.lower()}") before the class'
        )

    def name_in_files(self, kind: type[C]) -> str:
        """Return the name of a class in files: its own, preceded by the module unless that is part of whence."""
        ours = kind.__module__.partition(".")[0] == __name__.partition(".")[0]
        return kind.__name__ if ours else f"{kind.__module__}:{kind.__qualname__}"

    def _named_in_file(self, name: str) -> type[C] | None:
        return next((kind for kind in self.values() if f"{kind.__module__}:{kind.__qualname__}" == name), None)

    def _load_installed(self, wanted: Callable[[EntryPoint], bool]) -> None:
        """Register the wanted classes of installed distributions."""
        from importlib.metadata import entry_points

        for point in entry_points(group=f"whence.{self.plural}"):
            if wanted(point):
                try:
                    kind = point.load()
                except Exception as error:  # a stranger's module can raise anything
                    raise ArgumentError(
                        f"the {self.kind} {point.name} cannot be loaded from {point.value}: {error}"
                    ) from error
                if kind not in self.values():
                    self.register(point.name)(kind)

    def _within(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.from_json(value)
        return [self._within(item) for item in value] if isinstance(value, list) else value


@functools.cache
def annotations_of(cls: type) -> Mapping[str, Any]:
    """Return the annotations of a constructor's arguments; for a dataclass, those of its fields."""
    names = inspect.signature(cls).parameters.keys()
    declared = is_dataclass(cls) and names <= {field.name for field in fields(cls)}
    try:
        return get_type_hints(cls if declared else cls.__init__, include_extras=True)  # type: ignore[misc]
    except NameError:  # annotations that only type checkers can resolve are not checked
        return {}
