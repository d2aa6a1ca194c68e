"""``whence sample``: text that a trained network goes on with."""

from __future__ import annotations

import json
from pathlib import Path

import click

from whence.cli.options.shared import IMPORT, JSON, RUN, read_like
from whence.cli.options.table import Option
from whence.cli.options.values import number, whole_number

_LENGTH = Option("length", whole_number(1, 1_000_000_000), "")
_TEMPERATURE = Option("temperature", number(0, 1000), "")


def _run(run: Path, prompt: str, length: int, temperature: float, seed: int, as_json: bool) -> None:
    import numpy as np

    from whence.cli.threads import use_threads
    from whence.training import load_model, sample_text

    model = load_model(run)
    use_threads(1, model.net, (1, 1))
    made = sample_text(model, prompt, length, temperature=temperature, rng=np.random.default_rng(seed))
    if as_json:
        text = "".join(made)
        click.echo(json.dumps({"run": str(run), "prompt": prompt, "seed": seed, "text": text}))
        return
    click.echo(prompt, nl=False)
    for character in made:
        click.echo(character, nl=False)
    click.echo()


command = click.Command(
    "sample",
    callback=_run,
    params=[
        RUN,
        IMPORT,
        click.Option(["--prompt"], default="", metavar="TEXT", help="What the text begins with."),
        read_like(_LENGTH, "500", "Characters to make.", show_default=True),
        read_like(
            _TEMPERATURE,
            "0.8",
            "Below 1, likely characters become likelier; at 0, the likeliest is always taken.",
            show_default=True,
        ),
        click.Option(["--seed"], type=click.IntRange(min=0), default=1, show_default=True, help="Decides the draws."),
        JSON,
    ],
    help="""Go on with a text, character by character, by the network of RUN, which was trained on one.

    RUN is the folder of a run or a model file. The same seed gives the same text.""",
)
