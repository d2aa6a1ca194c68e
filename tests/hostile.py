"""A training step whose every name was written by someone who means harm."""

from dataclasses import replace

import traced_networks as networks
from whence.formula import from_json, to_json
from whence.trace import LayerInfo, Origin

HTML = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
LATEX = r"\input{secret}^^5cinput{secret}$\write18{id}$%"
MARKDOWN = "`[x](javascript:alert(3))\n# heading"
SHEET = '=HYPERLINK("http://example.org")'
TERMINAL = "\x1b]0;title\x07\x9b31m\r\u202etxt\u2066"
NAMES = {"html": HTML, "latex": LATEX, "markdown": MARKDOWN, "sheet": SHEET, "terminal": TERMINAL}


def renamed(data, names):
    """Return JSON with texts replaced, wherever they stand."""
    match data:
        case dict():
            return {key: renamed(value, names) for key, value in data.items()}
        case list() | tuple():
            return [renamed(value, names) for value in data]
    return names.get(data, data) if isinstance(data, str) else data


def hostile_trace(name):
    """Return the trace of a step in which names of arrays, indices, constants, layers and functions are hostile."""
    step = networks.traced_classifier(4)
    names = {array: f"{array}{name}" for array in ("W1", "z1", "z2", "p")} | {"i": name}
    names |= {f"d{array}": f"d{names[array]}" for array in ("W1", "z1", "z2")}
    names["W1_new"] = f"{names['W1']}_new"
    own = names.get
    return replace(
        step,
        arrays={own(array, array): values for array, values in step.arrays.items()},
        formulas={own(n, n): from_json(renamed(to_json(formula), names)) for n, formula in step.formulas.items()},
        origins={own(n, n): _origin(origin, name, names) for n, origin in step.origins.items()},
        steps=tuple(replace(s, kind=name, arrays=tuple(own(n, n) for n in s.arrays)) for s in step.steps),
        layers=tuple(_layer(layer, name, names) for layer in step.layers),
        description={**step.description, "loss": {"loss": name}, "classes": [name, "b", "c"]},
    )


def _origin(origin: Origin, name: str, names: dict[str, str]) -> Origin:
    function = origin.function and origin.function + name
    return replace(origin, function=function, parameter=names.get(origin.parameter, origin.parameter))


def _layer(layer: LayerInfo, name: str, names: dict[str, str]) -> LayerInfo:
    made = {key: names.get(getattr(layer, key), getattr(layer, key)) for key in ("input", "output")}
    parameters = tuple(names.get(parameter, parameter) for parameter in layer.parameters)
    return replace(layer, text=f"{layer.text}{name}", kind=f"{layer.kind}{name}", parameters=parameters, **made)


def is_safe(text):
    """Return whether no character of a text is obeyed by a terminal."""
    return not set(text) & (set(TERMINAL) - set("]0;title31mxt"))
