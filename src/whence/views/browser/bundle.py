"""Bundle the page's modules into one script, each after its imports."""

from __future__ import annotations

import posixpath
import re
from importlib.resources.abc import Traversable

_IMPORT = re.compile(r'^import \{\s*\w+(?:,\s*\w+)*,?\s*\} from "(\.[^"]*)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let) )|^export \{\};\n", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?:/\*\*(?:[^*]|\*(?!/))*\*/|//.*)\n", re.MULTILINE)
_TOP_LEVEL = re.compile(r"^(?:async )?(?:function\*?|class|const|let) (\w+)", re.MULTILINE)


def bundle(folder: Traversable, *entries: str) -> str:
    """Return the modules ``entries`` of a folder and everything they import as one script.

    All modules share one scope, so imports and exports are removed, and so are comments on separate lines.
    It raises `ValueError` if imports form a circle, two modules have the same top-level name, or a module imports other
    than by names in braces or exports other than before declarations.
    """
    modules: dict[str, str] = {}
    owners: dict[str, str] = {}

    def add(path: str, importers: tuple[str, ...]) -> None:
        if path in importers:
            raise ValueError(f"modules import each other in a circle: {' → '.join((*importers, path))}")
        if path in modules:
            return
        source = folder.joinpath(*path.split("/")).read_text("utf-8")
        for target in _IMPORT.findall(source):
            add(posixpath.normpath(posixpath.join(posixpath.dirname(path), target)), (*importers, path))
        stripped = _EXPORT.sub("", _IMPORT.sub("", _COMMENT.sub("", source)))
        if other := _OTHER.search(stripped):
            raise ValueError(f"{path} has {other[0]!r}; import names in braces, and put export before declarations")
        modules[path] = stripped.strip("\n") + "\n"
        for name in _TOP_LEVEL.findall(modules[path]):
            if name in owners:
                raise ValueError(f"{owners[name]} and {path} both have the name {name} at their top level; rename one")
            owners[name] = path

    for entry in entries:
        add(entry, ())
    return "\n" + "\n".join(modules.values())
