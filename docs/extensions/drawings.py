"""Drawings made when the site is built: ``formulas``, those of a layer, and ``floors``, those of the house."""

import tomllib
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from extensions.figure import figure
from extensions.typesetting import as_mathml
from extensions.words import made_layer
from whence.nn.context import INFERENCE

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
WIDTH, STOREY = 720, 44


class LayerFormulas(SphinxDirective):
    """The formulas of a layer, typeset: ``{formulas} linear``, or ``{formulas} linear forward``."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the formulas as MathML."""
        stated = made_layer(self.arguments[0])[1].formulas_in(INFERENCE)
        passes = self.arguments[1:] or ["forward", "backward"]
        chosen = [formula for name in passes for formula in getattr(stated, name)]
        return [nodes.raw("", as_mathml(chosen), format="html")]


class Floors(SphinxDirective):
    """The floors of the house, from the contract that the linter of imports enforces."""

    has_content: ClassVar = False

    def run(self) -> list[nodes.Node]:
        """Return a drawing, the highest floor first."""
        [contract] = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
        return [nodes.raw("", house(contract["layers"]), format="html")]


def house(layers: list[str]) -> str:
    """Return a drawing of floors, each with its rooms side by side."""
    parts = []
    for place, layer in enumerate(layers):
        rooms = [room.strip().removeprefix("whence.") for room in layer.split("|")]
        width = WIDTH / len(rooms)
        for column, room in enumerate(rooms):
            left, top = column * width + 2, place * STOREY + 2
            parts.append(f'<rect x="{left:.0f}" y="{top}" width="{width - 4:.0f}" height="{STOREY - 4}" rx="5"/>')
            middle = f'x="{left + width / 2 - 2:.0f}" y="{top + STOREY / 2 + 3:.0f}"'
            parts.append(f'<text {middle} text-anchor="middle">{room}</text>')
    label = "The floors of the house: each imports only from floors below it"
    return figure("house", (WIDTH, len(layers) * STOREY), "".join(parts), label, f"{label}.")


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directives."""
    app.add_directive("formulas", LayerFormulas)
    app.add_directive("floors", Floors)
    return {"parallel_read_safe": True}
