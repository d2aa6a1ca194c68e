"""The modules of the page put into one script: in the order of their imports, or not at all."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from whence.views.browser.bundle import bundle

VIEWS = files("whence.views")


def written(folder: Path, modules: dict[str, str]) -> Path:
    for path, source in modules.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(source, encoding="utf-8")
    return folder


def test_every_module_stands_once_after_those_that_it_imports(tmp_path: Path) -> None:
    modules = {
        "main.js": 'import { top } from "./view/top.js";\nimport {\n  low,\n  lower\n} from "./low.js";\n\nuse(top);\n',
        "view/top.js": 'import { low } from "../low.js";\n\nexport const top = low;\n',
        "low.js": "export function low() {}\nexport class lower {}\n",
        "unused.js": "export const unused = 0;\n",
    }
    script = bundle(written(tmp_path, modules), "main.js")
    assert script.split() == "function low() {} class lower {} const top = low; use(top);".split()


def test_comments_fall_away_and_nothing_else_does(tmp_path: Path) -> None:
    source = """\
/**
 * About * what / follows.
 */
export const address = "https://*/"; // kept beside code
  // gone
/** @type {number} */ (address).length;
/** gone */
const last = "/** kept */";
"""
    script = bundle(written(tmp_path, {"main.js": source}), "main.js")
    assert script.strip().splitlines() == [
        'const address = "https://*/"; // kept beside code',
        "/** @type {number} */ (address).length;",
        'const last = "/** kept */";',
    ]


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        (
            {
                "main.js": 'import { a } from "./a.js";\n',
                "a.js": 'import { b } from "./b.js";\nexport const a = b;\n',
                "b.js": 'import { a } from "./a.js";\nexport const b = a;\n',
            },
            "in a circle: main.js → a.js → b.js → a.js",
        ),
        (
            {
                "main.js": 'import { a } from "./a.js";\nfunction same() {}\n',
                "a.js": "export const a = 1;\nlet same;\n",
            },
            "a.js and main.js both have the name same",
        ),
        ({"main.js": 'import { a as b } from "./a.js";\n', "a.js": "export const a = 1;\n"}, "import names in braces"),
        ({"main.js": 'import * as all from "./a.js";\n', "a.js": "export const a = 1;\n"}, "import names in braces"),
        ({"main.js": "const a = 1;\nexport default a;\n"}, "put export before declarations"),
    ],
    ids=["circle", "name", "renamed", "namespace", "default"],
)
def test_what_cannot_be_put_together_is_refused(tmp_path: Path, modules: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        bundle(written(tmp_path, modules), "main.js")


def test_the_page_reads_all_of_its_modules() -> None:
    script = bundle(VIEWS, "page/script/main.js")
    for module in Path(str(VIEWS), "page").rglob("*.js"):
        for name in re.findall(r"^export (?:function\*?|class|const) (\w+)", module.read_text("utf-8"), re.MULTILINE):
            assert re.search(rf"^(?:function\*?|class|const) {name}\b", script, re.MULTILINE), (module.name, name)
