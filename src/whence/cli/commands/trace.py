"""``whence trace``: the training step of a learner's own program, and where its numbers go wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.shared import IMPORT, Command, say_written
from whence.cli.steps.described_network import architecture_options, described_step
from whence.cli.terminal import echo
from whence.errors import ArgumentError
from whence.files import require_ending
from whence.formula import write, write_number
from whence.formula.cell import cell_name
from whence.wording import counted, listed

if TYPE_CHECKING:
    from whence.own_program import Finding, ProgramStep

_FILE = "step.safetensors"
_LAYOUTS = {
    "rows": {"columns": False},
    "columns": {"columns": True},
    "in,out": {"out_in": False},
    "out,in": {"out_in": True},
}


def _run(
    file: Path,
    pairs: tuple[str, ...],
    arch: str,
    layout: str | None,
    weights: str | None,
    output: Path | None,
    **given: Any,
) -> None:
    from whence.data.array_reading import read_numpy_file
    from whence.own_program import learning_rate_in, program_step
    from whence.trace import save_traces

    path = file.parent / _FILE if output is None else output
    require_ending(path, ".safetensors")
    arrays = read_numpy_file(file, spell=str)
    if given["learning_rate"] is None and (found := learning_rate_in(arrays)):
        own, given["learning_rate"] = found
        del arrays[own]
    net, loss_fn, optimizer = described_step(arch, given)
    known = _LAYOUTS.get(layout or "", {}) | _LAYOUTS.get(weights or "", {})
    step = program_step(arrays, net, loss_fn, optimizer, pairs=_read_pairs(pairs), layout=known)
    data = {"name": file.name, "samples": [*range(len(step.trace["x"]))]}
    made = replace(step.trace, description={**step.trace.description, "data": data})
    save_traces(path, [made])
    for line in _lines(step, file.name):
        echo(line)
    say_written(path, f"\n{path}: the step for other commands, such as: whence why {path} '{_asked(step)}'")
    if step.comparison.first is not None:
        click.get_current_context().exit(1)


def _asked(step: ProgramStep) -> str:
    """Return a cell to ask for: the first that differs, or one of a gradient."""
    first = step.comparison.first
    if first is not None and first.verdict == "differs" and first.name != "y":
        return cell_name(first.name, first.index)
    gradient = next((f"d{name}" for name in step.given.arrays if f"d{name}" in step.trace), "loss")
    return cell_name(gradient, (0,) * step.trace[gradient].ndim)


def _read_pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, own = pair.partition("=")
        if not (name and equals and own):
            raise ArgumentError(f"{pair!r} is not a pair of names; write the name here and that of the program: W1=wh")
        if name in found:
            raise ArgumentError(f"{name} is given twice, as {found[name]} and as {own}; keep one")
        found[name] = own
    return found


def _lines(step: ProgramStep, file: str) -> list[str]:
    """Return what is said of a program: what its arrays were taken for, what agrees, and the first that does not."""
    made, given, compared = step.trace, step.given, step.comparison
    zero = [name for name in given.arrays if name not in given.names]
    layout = [
        "samples are columns" if given.layout.columns else "samples are rows",
        "weights are (out, in)" if given.layout.out_in else "weights are (in, out)",
        *(["channels come first"] if given.layout.channels_first else []),
        *([f"{listed(zero)} taken as 0, since the file has none"] if zero else []),
    ]
    said = {
        "the network": " → ".join(layer.text for layer in made.layers),
        "the step": f"{made.description['loss']['loss']} of {counted(len(made['x']), 'sample')}, "
        f"{made.description['optimizer']['optimizer']} with learning rate {made['η']:g}",
        "taken": ", ".join(_pair(name, own) for name, own in given.names.items()),
        "laid out": "; ".join(layout),
        "the same here": ", ".join(_pair(each.name, each.own) for each in compared.of("agrees")),
        "scaled": ", ".join(f"{_pair(each.name, each.own)} by {_factor(each)}" for each in compared.of("scaled")),
        "not compared": ", ".join(compared.unknown),
    }
    width = max(map(len, said))
    return [*(f"{what:{width}}  {which}" for what, which in said.items() if which), "", *_verdict(step, file)]


def _verdict(step: ProgramStep, file: str) -> list[str]:
    """Return which array is the first to differ, and the numbers in one of its cells."""
    first, compared = step.comparison.first, step.comparison
    if first is None:
        if not compared.findings:
            return [f"{file} holds no other arrays to compare; save z1, a1, loss, dW1 … too."]
        scaled = "; what is scaled is made up for in a later step" if compared.of("scaled") else ""
        return [f"All {counted(len(compared.findings), 'array')} that could be compared are the same{scaled}."]
    lines = [_first_difference(step, first, file)]
    if first.name in step.trace.formulas:
        lines.append(f"    {write(step.trace.formulas[first.name])}")
    if between := _not_compared(step, first):
        which, one = ("are", "one of them") if len(between) > 1 else ("is", "it")
        lines.append(f"{listed(between)} {which} not in {file}, so the slip may be in {one}.")
    if first.factor is not None:
        lines.append(f"Everywhere it is {_factor(first)} times the number here.")
    if first is next(each for each in compared.findings if each.name != "y"):
        lines.append("It is the first that was compared: are the parameters in the file those before the update?")
    if first.name.endswith("_new"):
        lines.append(
            f"The step was made with learning rate {step.trace['η']:g}: has the program another one, or a momentum or "
            "weight decay? Say so with -l, --momentum and --weight-decay."
        )
    later = [each.own for each in compared.findings if each.verdict in ("differs", "shape") and each is not first]
    if later:
        lines.append(f"Later ones that differ, perhaps because of it: {', '.join(later)}.")
    return lines


def _not_compared(step: ProgramStep, first: Finding) -> list[str]:
    """Return the computed arrays that an array is computed from and that were not compared."""
    formula = step.trace.formulas.get(first.name)
    names = dict.fromkeys(entry.array for entry in formula.sources) if formula else ()
    compared = {each.name for each in step.comparison.findings}
    return [name for name in names if name in step.trace.formulas and name not in compared]


def _first_difference(step: ProgramStep, first: Finding, file: str) -> str:
    if first.name == "y":
        mine = step.given.names["y"]
        return (
            f"The targets differ: sample {first.index[0]} is of class {first.here:g} in {mine}, "
            f"but of class {first.there:g} in {first.own}."
        )
    pair = _pair(first.name, first.own)
    if first.verdict == "shape":
        shapes = f"it is {first.own_shape} in {file}, but {step.trace[first.name].shape} here"
        return f"The first that differs is {pair}: {shapes}."
    here, there = _apart(first.here, first.there)
    own, name = cell_name(first.own, first.own_index), cell_name(first.name, first.index)
    return f"The first that differs is {pair}: {own} = {there} in {file}, but {name} = {here} here."


def _factor(finding: Finding) -> str:
    return f"{finding.factor:.6g}".replace("-", "−")


def _pair(name: str, own: str) -> str:
    return name if name == own else f"{name} = {own}"


def _apart(one: float, other: float) -> tuple[str, str]:
    """Return two numbers with as many digits, at least four, as tell them apart."""
    for digits in range(4, 18):
        texts = write_number(one, digits), write_number(other, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _choice(name: str, choices: list[str], help_text: str) -> click.Option:
    told = f"{help_text}.  [default: told from the arrays]"
    return click.Option([name], type=click.Choice(choices), metavar="|".join(choices), help=told)


command = Command(
    "trace",
    callback=_run,
    params=[
        click.Argument(["file"], metavar="FILE", type=click.Path(path_type=Path)),
        IMPORT,
        click.Argument(["pairs"], metavar="[NAME=YOURS]…", nargs=-1),
        click.Option(["--arch"], required=True, metavar="ARCH", help='The network: "784, 96 relu, 10".'),
        _choice("--layout", ["rows", "columns"], "Whether samples are rows or columns"),
        _choice("--weights", ["in,out", "out,in"], "Whether weights are (in, out) or (out, in)"),
        click.Option(
            ["-o", "--output"],
            type=click.Path(path_type=Path),
            help=f"The trace to write.  [default: {_FILE} beside FILE]",
        ),
        *architecture_options(step=True),
    ],
    help="""Find the slip in a program of your own, from the arrays that it saved.

    FILE is what numpy.savez("mine.npz", x=x, y=y, W1=W1, …) wrote in your program: the inputs, the targets, the
    parameters before the update, and whatever else it computed. They are recognised by their names, shapes and numbers,
    or named in pairs such as W1=wh. The same training step is made here; the first array, in the order of computation,
    that differs from yours is named, with the cell and both numbers. The exit code is then 1. The step is saved as a
    trace for whence why, show, sheet and formulas.""",
)
