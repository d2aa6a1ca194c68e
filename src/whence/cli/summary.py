"""``whence summary``: the layers of a trained network, or of one that is only described by its sizes."""

from __future__ import annotations

import re
from pathlib import Path

import click

from whence.cli.architecture import is_described


def _run(network: str) -> None:
    from whence.cli.trained import model_of
    from whence.nn import mlp

    if is_described(network):
        inputs, *hidden, outputs = map(int, re.split("[,-]", network))
        click.echo(mlp((inputs,), hidden, outputs).summary())
        return
    model = model_of(Path(network))
    outputs_are = f"{len(model.classes)} classes" if model.classes else "numbers"
    click.echo(f"{model.net.summary()}\n\ntrained on {model.data} with {model.loss_fn!r}; it predicts {outputs_are}")
    if model.classes:
        click.echo(f"classes: {', '.join(model.classes)}")


command = click.Command(
    "summary",
    callback=_run,
    params=[click.Argument(["network"], metavar="RUN|ARCH")],
    help="""Show the layers of a network, the shapes of their outputs and their numbers of parameters.

    RUN is the folder of a run or a model file; ARCH is the sizes of a multilayer perceptron, such as 784,96,10.""",
)
