"""Things with settings: layers, losses, optimizers, schedules, initialisers. The constructor's signature declares them.

From the names, annotations and defaults of the constructor's arguments follow the check of what it is given, equality,
`repr`, JSON and the text notation.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, get_type_hints

from whence.arguments import checked_call
from whence.errors import ArgumentError, UnknownNameError
from whence.registry import Registry, normal
from whence.text_notation import read_item, told_arguments, write_words

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class CheckedArguments(type):
    """Lets every constructor of a class be called with arguments that are what their annotations declare."""

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
    """A thing that its settings describe: the arguments of its constructor.

    A subclass keeps every argument as an attribute of the same name, or with ``has_`` before it where a parameter has
    that name, and may be a dataclass.

    Attributes
    ----------
    registry : ClassRegistry
        Where the classes of its kind have their names.

    Raises
    ------
    ArgumentError
        From every constructor, if an argument is not what its annotation declares.
    """

    registry: ClassVar[ClassRegistry[Any]]

    def settings(self) -> dict[str, Any]:
        """Return the constructor's arguments as they are kept."""
        found = {}
        for name in inspect.signature(type(self)).parameters:
            key = name if name in vars(self) else f"has_{name}"
            if key not in vars(self):
                raise ArgumentError(f"{type(self).__name__} does not keep its argument {name}; let it set self.{name}")
            found[name] = vars(self)[key]
        return found

    def config(self) -> dict[str, Any]:
        """Return the settings as JSON."""
        return {name: self._as_json(name, value) for name, value in self.settings().items()}

    def to_json(self) -> Any:
        """Return the name and the settings as JSON, from which `ClassRegistry.from_json` makes an equal thing."""
        return {self.registry.kind: self.registry.name_in_files(type(self)), **self.config()}

    def require_importable(self) -> None:
        """Raise `ArgumentError` if no other program could import the class, so that no file should name it."""
        kind = type(self)
        self.registry.name_of(kind)
        if kind.__module__ == "__main__" or "<locals>" in kind.__qualname__:
            place = "in a function" if "<locals>" in kind.__qualname__ else "in the program that is running"
            raise ArgumentError(
                f"{kind.__name__} is defined {place}, where no other program can import it to open what is saved; "
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
        if value is None or isinstance(value, str | bool | int | float):
            return value
        raise ArgumentError(
            f"{type(self).__name__} has {name} = {value!r}, which no file can hold; "
            "let settings be numbers, texts, truth values or lists of these"
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
    """The classes of one kind of thing with settings by their names.

    Parameters
    ----------
    kind, plural : str
        What the things are, in the singular and in the plural. Other distributions offer theirs as entry points of the
        group ``whence.PLURAL``, which are looked at when a name is unknown.
    """

    def __init__(self, kind: str, plural: str) -> None:
        super().__init__(kind)
        self.plural = plural

    def register(self, name: str, *aliases: str) -> Callable[[type[C]], type[C]]:
        """Return a decorator that enters a class under ``name``, to be found under ``aliases`` and its own name too."""
        enter = super().register(name, *aliases)

        def enter_class(kind: type[C]) -> type[C]:
            enter(kind)
            self._spellings.setdefault(normal(kind.__name__), name)
            return kind

        return enter_class

    def __getitem__(self, name: str) -> type[C]:
        """Return the class of a name, or of a ``module:class`` as `name_in_files` gives it.

        Raises
        ------
        UnknownNameError
            If there is none, or its module is not imported.
        """
        module, colon, _ = name.partition(":")
        if not colon:
            _ = name in self  # looks at what is installed
            return super().__getitem__(name)
        if self._named_in_file(name) is None:
            self._load_installed(lambda point: point.module == module)
        found = self._named_in_file(name)
        if found is None:
            raise UnknownNameError(
                f"the {self.kind} {name} is not known here; import its module {module} before, or on the command line "
                f"add --import {module}"
            )
        return found

    def __contains__(self, name: object) -> bool:
        if isinstance(name, str) and not super().__contains__(name):
            self._load_installed(lambda point: normal(point.name) == normal(name))
        return super().__contains__(name)

    def read(self, notation: C | str, **more: Any) -> C:
        """Return the thing that a text such as ``"adam(beta1=0.7)"`` or ``"uniform -0.2 0.2"`` describes.

        Parameters
        ----------
        notation : str, or the thing itself
            Its name, and its settings in order or by name.
        **more
            Further settings.

        Raises
        ------
        UnknownNameError
            If there is none of that name, or no setting of a name.
        ArgumentError
            If a setting is missing, superfluous or not what it may be.
        """
        if not isinstance(notation, str):
            return notation
        kind, told = self.parse(notation)
        if twice := told.keys() & more.keys():
            raise ArgumentError(f"{min(twice)} is given twice, in {notation!r} and apart; keep one")
        return kind(**told, **more)

    def parse(self, notation: str) -> tuple[type[C], dict[str, Any]]:
        """Return the class that a text names and the settings that it gives; raises what `read` does."""
        words = re.match(r"\s*[A-Za-z_]+( [A-Za-z_]+)+", notation)  # "he normal", unless it is "gelu tanh"
        if words is not None and words[0] in self:
            notation = notation.replace(words[0], words[0].strip().replace(" ", "_"), 1)
        item = read_item(notation)
        return self[item.name], told_arguments(item, self[item.name])

    def from_json(self, description: Mapping[str, Any]) -> C:
        """Return the thing that `Configurable.to_json` described."""
        settings = {name: self._within(value) for name, value in description.items() if name != self.kind}
        return self[description[self.kind]](**settings)

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
            f"{kind.__name__} is not registered, so nothing can find it by a name; "
            f'put @{self.plural}.register("{kind.__name__.lower()}") before the class'
        )

    def name_in_files(self, kind: type[C]) -> str:
        """Return what files call a class: its own name, with its module before it if that is not one of whence."""
        ours = kind.__module__.partition(".")[0] == __name__.partition(".")[0]
        return kind.__name__ if ours else f"{kind.__module__}:{kind.__qualname__}"

    def _named_in_file(self, name: str) -> type[C] | None:
        return next((kind for kind in self.values() if f"{kind.__module__}:{kind.__qualname__}" == name), None)

    def _load_installed(self, wanted: Callable[[EntryPoint], bool]) -> None:
        """Register the classes that installed distributions offer, of those that are wanted."""
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
    """Return the annotations of a constructor's arguments; those of a dataclass are where its fields are."""
    names = inspect.signature(cls).parameters.keys()
    declared = is_dataclass(cls) and names <= {field.name for field in fields(cls)}
    try:
        return get_type_hints(cls if declared else cls.__init__, include_extras=True)  # type: ignore[misc]
    except NameError:  # annotations that only type checkers can resolve say nothing here
        return {}
