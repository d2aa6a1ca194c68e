"""``whence summary``: the layers of a trained network, or of one that is only described."""

from __future__ import annotations

from pathlib import Path

import click

from whence.cli.architecture import described_network, is_described
from whence.cli.settings import settings_from


def _run(network: str) -> None:
    from whence.cli.trained import model_of
    from whence.nn.architecture import notation_of

    if is_described(network):
        click.echo(described_network(network, settings_from({}), dtype="float32").summary())
        return
    model = model_of(Path(network))
    click.echo(f"{model.net.summary()}\n\narch: {notation_of(model.net.layers)}")
    text = model.preprocessing.text
    if text is not None:
        click.echo(f"trained on the text {model.data}; it knows {len(text)} characters: {text.characters!r}")
        return
    outputs_are = f"{len(model.classes)} classes" if model.classes else "numbers"
    click.echo(f"trained on {model.data} with {model.loss_fn!r}; it predicts {outputs_are}")
    if model.classes:
        click.echo(f"classes: {', '.join(model.classes)}")


command = click.Command(
    "summary",
    callback=_run,
    params=[click.Argument(["network"], metavar="RUN|ARCH")],
    help="""Show the layers of a network, the shapes of their outputs and their numbers of parameters.

    RUN is the folder of a run or a model file; ARCH is the sizes of a multilayer perceptron, such as 784,96,10,
    or the shape of an input and layers, such as "28x28x1, conv 8 5, relu, flatten, linear 10"; docs/architecture.md
    has all words.""",
)
