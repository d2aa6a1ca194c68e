"""The graph of the formulas of a layer, as a drawing in SVG: a line leads from each array to those that read it."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from extensions.figure import figure
from whence.formula import Affine, Entry, Formula, walk

COLUMN, ROW, WIDTH, HEIGHT, MARGIN = 116, 40, 68, 28, 6
Point = tuple[str, int]
"""The name of what is drawn, and its column."""
Place = tuple[float, float]
"""Its upper left corner."""


def graph(formulas: Sequence[Formula], *, label: str) -> str:
    """Return a drawing of the input and of the arrays that formulas compute, in columns from it to the output."""
    reads = {formula.target.array: read_by(formula, formulas) for formula in formulas}
    column: dict[str, int] = {}
    for array, sources in reads.items():
        column |= {source: 0 for source in sources if source not in reads}
        column[array] = 1 + max(column[source] for source in sources)
    ways = [way(source, array, column) for array, sources in reads.items() for source in sources]
    places = placed(column, ways)
    lines = [line([places[point] for point in way]) for way in ways]
    boxes = [box(name, places[name, number], computed=name in reads) for name, number in column.items()]
    width = MARGIN + max(u for u, _ in places.values()) + WIDTH
    height = MARGIN + max(v for _, v in places.values()) + HEIGHT
    return figure("graph", (width, height), "".join([*lines, *boxes]), label)


def way(source: str, target: str, column: dict[str, int]) -> list[Point]:
    """Return the points of a line: an array, a free place in each column that it passes, and who reads it."""
    passed = range(column[source] + 1, column[target])
    between = [(f"{source} → {target}", number) for number in passed]
    return [(source, column[source]), *between, (target, column[target])]


def read_by(formula: Formula, formulas: Sequence[Formula]) -> list[str]:
    """Return the input and the computed arrays that a formula reads, those of the time step before as ``h[t − 1]``."""
    shown = {"x"} | {one.target.array for one in formulas}
    entries = [node for node in walk(formula.expression) if isinstance(node, Entry) and node.array in shown]
    return list(dict.fromkeys(f"{entry.array}[t − 1]" if is_before(entry) else entry.array for entry in entries))


def is_before(entry: Entry) -> bool:
    """Return whether an entry is of the time step before."""
    return any(isinstance(subscript, Affine) and subscript.constant == -1 for subscript in entry.subscripts)


def placed(column: dict[str, int], ways: list[list[Point]]) -> dict[Point, Place]:
    """Return where each array and each point of a line is; the columns are centred."""
    points = list(dict.fromkeys([*column.items(), *(point for way in ways for point in way)]))
    sizes, taken = Counter(number for _, number in points), Counter[int]()
    places = {}
    for name, number in points:
        row = taken[number] + (max(sizes.values()) - sizes[number]) / 2
        taken[number] += 1
        places[name, number] = (MARGIN + number * COLUMN, MARGIN + row * ROW)
    return places


def line(places: list[Place]) -> str:
    """Return a line through places, straight across each and curved between."""
    u, v = places[0]
    drawn = f"M{u + WIDTH:g} {v + HEIGHT / 2:g}"
    for (u, v), (end, level) in pairwise(places):
        middle = u + WIDTH + (COLUMN - WIDTH) / 2
        v, level = v + HEIGHT / 2, level + HEIGHT / 2
        drawn += f"H{u + WIDTH:g}C{middle:g} {v:g} {middle:g} {level:g} {end:g} {level:g}"
    return f'<path class="read" d="{drawn}"/>'


def box(name: str, place: Place, *, computed: bool) -> str:
    """Return an array with its name."""
    u, v = place
    kind = "computed" if computed else "given"
    return (
        f'<rect class="{kind}" x="{u:g}" y="{v:g}" width="{WIDTH}" height="{HEIGHT}" rx="5"/>'
        f'<text x="{u + WIDTH / 2:g}" y="{v + HEIGHT / 2 + 4:g}" text-anchor="middle">{escape(name)}</text>'
    )
