"""The first steps of an optimizer in a valley, as a drawing in SVG with lines of equal height."""

import numpy as np

from extensions.figure import figure
from whence.arrays import Array
from whence.optim import optimizers

WIDTH, HEIGHT, UNIT = 320, 160, 36
STEEPNESS = np.array([1.0, 10.0])
START, STEPS = np.array([-3.8, 1.2]), 20
HEIGHTS = (0.5, 2, 4.5, 8)


def valley(notation: str) -> str:
    """Return a drawing of the steps of an optimizer down ``½ Σ_i STEEPNESS[i] · θ[i]²``."""
    middle_u, middle_v = WIDTH / 2, HEIGHT / 2
    rings = []
    for height in HEIGHTS:
        across, down = UNIT * np.sqrt(2 * height / STEEPNESS)
        rings.append(f'<ellipse cx="{middle_u:g}" cy="{middle_v:g}" rx="{across:.1f}" ry="{down:.1f}"/>')
    places = [f"{middle_u + UNIT * u:.1f} {middle_v - UNIT * v:.1f}" for u, v in path(notation)]
    dots = "".join(f'<circle cx="{u}" cy="{v}" r="2.5"/>' for u, v in (place.split() for place in places))
    label = f"{notation}: {STEPS} steps from the left to the bottom in the middle, ten times as steep across as along"
    return figure("valley", (WIDTH, HEIGHT), f'{"".join(rings)}<path d="M{"L".join(places)}"/>{dots}', label)


def path(notation: str) -> list[Array]:
    """Return the places of the optimizer, the first one included."""
    optimizer = optimizers.read(notation)
    optimizer.decays = np.ones(START.shape, bool)
    theta = START.copy()
    places = [theta.copy()]
    for _ in range(STEPS):
        optimizer.step(theta, STEEPNESS * theta)
        places.append(theta.copy())
    return places
