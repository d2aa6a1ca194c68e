"""Curves of functions of one number as drawings in SVG, in the colours of the page."""

from collections.abc import Callable

import numpy as np

from extensions.figure import figure

WIDTH, HEIGHT, MARGIN = 320, 200, 24
Function = Callable[[np.ndarray], np.ndarray]


def curve(functions: dict[str, Function], low: float, high: float, *, title: str) -> str:
    """Return a drawing of functions between two numbers; the first is drawn whole, the others dashed."""
    x = np.linspace(low, high, 161)
    lines = {name: np.asarray(function(x), float) for name, function in functions.items()}
    bottom = min(0.0, *(float(y.min()) for y in lines.values()))
    top = max(0.0, *(float(y.max()) for y in lines.values()))
    across = MARGIN + (x - low) / (high - low) * (WIDTH - 2 * MARGIN)

    def down(y: np.ndarray | float) -> np.ndarray | float:
        return HEIGHT - MARGIN - (y - bottom) / (top - bottom) * (HEIGHT - 2 * MARGIN)

    parts = [f'<path class="axis" d="M{MARGIN} {down(0.0):.1f}H{WIDTH - MARGIN}"/>']
    if low < 0 < high:
        zero = MARGIN - low / (high - low) * (WIDTH - 2 * MARGIN)
        parts.append(f'<path class="axis" d="M{zero:.1f} {MARGIN}V{HEIGHT - MARGIN}"/>')
    for place, y in enumerate(lines.values()):
        points = "L".join(f"{u:.1f} {v:.1f}" for u, v in zip(across, down(y), strict=True))
        parts.append(f'<path class="{"curve" if place == 0 else "curve slope"}" d="M{points}"/>')
    ends = {number(low): (MARGIN, "start"), number(high): (WIDTH - MARGIN, "end")}
    parts += [
        f'<text x="{u}" y="{HEIGHT - 6}" text-anchor="{anchor}">{label}</text>' for label, (u, anchor) in ends.items()
    ]
    heights = f"{title}: from {number(bottom)} to {number(top)}"
    parts.append(f'<text x="{MARGIN}" y="14">{heights}</text>')
    whole, *dashed = lines
    key = "; ".join([f"whole: {whole}", *(f"dashed: {name}" for name in dashed)]) if dashed else whole
    label = f"{heights} between {number(low)} and {number(high)}"
    return figure("curve", (WIDTH, HEIGHT), "".join(parts), label, key)


def number(value: float) -> str:
    """Return a number as it is written in a drawing."""
    return f"{value:.3g}".replace("-", "−")
