"""``whence summary``: the layers of a trained network, or of an architecture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whence.cli.options.settings import settings_from
from whence.cli.options.shared import IMPORT, JSON, NETWORK, Command
from whence.cli.runs.run_files import CONFIG
from whence.cli.steps.described_network import described_network, is_described
from whence.cli.terminal import echo
from whence.visible import on_one_line
from whence.wording import counted

if TYPE_CHECKING:
    from whence.arrays import Shape
    from whence.nn import Sequential
    from whence.training import Model


def _run(network: str, as_json: bool) -> None:
    if is_described(network):
        net = described_network(network, settings_from({}))
        echo(json.dumps(_layers(net)) if as_json else net.summary())
        return
    from whence.array_file import has_digest
    from whence.training import load_model
    from whence.training.model_file import MODEL

    model = load_model(network)
    characters = model.preprocessing.describe()["characters"]
    if as_json:
        origin = {
            "arch": _notation(model),
            "data": model.data,
            "loss": type(model.loss_fn).__name__,
            "classes": None if characters else model.classes,
            "characters": characters,
            "columns": (model.preprocessing.to_json()["columns"] or {}).get("roles"),
        }
        echo(json.dumps({"run": network, **_layers(model.net), **origin}))
        return
    echo(f"{model.net.summary()}\n\narch: {_notation(model) or 'none, since a layer is used more than once'}")
    path = Path(network)
    if not has_digest(path / MODEL if path.is_dir() else path):
        echo("no digest: written by whence 0.1, so a damaged bit would not be noticed")
    if used := _threads_used(Path(network), model.net):
        echo(used)
    if characters:
        known = f"{counted(len(characters), 'character')}: {characters!r}"
        echo(f"trained on the text {model.data}; it knows {known}")
        return
    outputs_are = counted(len(model.classes), "class", "classes") if model.classes else "numbers"
    echo(f"trained on {model.data} with {model.loss_fn!r}; it predicts {outputs_are}")
    if model.classes:
        echo(on_one_line(f"classes: {', '.join(model.classes)}"))
    if account := model.preprocessing.account:
        echo(f"\n{account}")


def _threads_used(run: Path, net: Sequential) -> str | None:
    """Return with how many threads a run was trained, and whether its bits depend on that."""
    from whence.cli.runs.run_folder import recorded_threads
    from whence.cli.threads import bits_depend_on_threads

    if not (run / CONFIG).is_file():
        return None
    used = f"trained with {counted(recorded_threads(run), 'thread')}"
    if bits_depend_on_threads(net):
        return f"{used}; with another number, large matrix products add in another order and give other last bits"
    return f"{used}; any number gives the same bits"


def _notation(model: Model) -> str | None:
    """Return the notation of a network, or None if a layer is used more than once."""
    from whence.nn.architecture import notation_of

    layers = model.net.layers
    if len(set(layers)) < len(layers):
        return None
    return notation_of(layers, symbols=model.preprocessing.symbols)


def _layers(net: Sequential) -> dict[str, Any]:
    """Return the layers of a network as JSON; a layer that is used again has no parameters of its own."""
    from whence.nn.summary import parameter_count

    return {
        "input": _shape(net.input_shape),
        "layers": [
            {
                "layer": repr(layer),
                "output": _shape(layer.output_shape),
                "parameters": parameter_count(layer) if layer not in net.layers[:position] else 0,
            }
            for position, layer in enumerate(net.layers)
        ],
        "parameters": int(net.theta.size),
    }


def _shape(shape: Shape) -> list[int | None]:
    """Return a shape, with None for an open length."""
    from whence.nn.axes import ANY_LENGTH

    return [None if length == ANY_LENGTH else length for length in shape]


command = Command(
    "summary",
    callback=_run,
    params=[NETWORK, IMPORT, JSON],
    help="""Show the layers of a network, their output shapes and numbers of parameters.

    RUN is the folder of a run or a model file; ARCH is the sizes of a multilayer perceptron, such as 784,96,10,
    or the shape of an input and layers, such as "28x28x1, conv 8 5, relu, flatten, linear 10" (see
    docs/architecture.md).""",
)
