"""``whence evaluate``: evaluate a trained network on its own data or on others."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whence.cli.options.shared import DIR, IMPORT, JSON, OFFLINE, RUN, Command, click_option
from whence.cli.options.table import OPTIONS
from whence.cli.runs.run_files import CONFIG, CONFUSION_MATRIX, OTHER_CONFUSION_MATRIX
from whence.cli.terminal import echo
from whence.errors import RunFolderError
from whence.files import spelled_for_files

if TYPE_CHECKING:
    from whence.data import Samples
    from whence.training import Model


def _run(
    run: Path, data: str | None, directory: str | None, skip_unreadable: bool, offline: bool, as_json: bool
) -> None:
    from whence.cli.progress import measuring
    from whence.cli.report import json_ready, look_at, parts_text, remark_on_seen_samples
    from whence.cli.threads import use_threads_to_measure
    from whence.plots import confusion_matrix_picture
    from whence.training import load_model

    model = load_model(run)
    name, splits = _splits(run, model, data, directory, skip_unreadable, offline)
    use_threads_to_measure(model.net, max((part.inputs for part in splits.values()), key=len))
    unit = model.preprocessing.unit
    with measuring(splits, unit):
        findings = look_at(model, splits)
    remarks = [findings.remark, remark_on_seen_samples(run, splits, own=data is None)]
    findings = replace(findings, remark="\n".join(filter(None, remarks)))
    streams = model.preprocessing.streams
    if as_json:
        counts = {f"{split}_characters": part.targets.size for split, part in splits.items() if streams}
        found = {"run": str(run), "data": name, **counts, **findings.flat(), **findings.details()}
        if findings.remark:
            found["remark"] = findings.remark
        echo(json.dumps(json_ready(found)))
    else:
        what = f": {parts_text(splits, unit)}, each predicted from those before it" if streams else ""
        echo(f"{run} on {name}{what}\n\n{findings.text()}")
    if findings.matrix is not None:
        folder = run if run.is_dir() else run.parent
        picture = folder / (CONFUSION_MATRIX if data is None else _of_other_data(name))
        confusion_matrix_picture(findings.matrix, model.classes or (), picture)
        if not as_json:
            echo(f"\nThe confusion matrix is drawn in {picture}.")


def _splits(
    run: Path, model: Model, data: str | None, directory: str | None, skip_unreadable: bool, offline: bool
) -> tuple[str, dict[str, Samples]]:
    """Return the name of the data and their parts: as the loader splits a named set, other data in one part."""
    from whence.cli.options.settings import settings_from
    from whence.cli.progress import Download
    from whence.cli.runs.run_folder import read_run, require_data, require_same_data
    from whence.cli.training_plan import load_dataset
    from whence.data import datasets
    from whence.data.labels import positive_class
    from whence.data.samples import joined

    if data is not None and (samples := model.preprocessing.read_samples(data, model.classes)):
        return data, {"all": samples}
    has_config = (run / CONFIG).is_file()
    if not has_config and data is None:
        raise RunFolderError(f"{run} does not say what it was trained on; give the data: whence evaluate {run} DATA")
    settings, sha256 = read_run(run) if has_config else (settings_from({}), None)
    if data is None:
        require_data(run, settings)
    else:
        given = {"data": data, "positive": positive_class(model.classes), "seed": settings.seed}
        settings = settings_from({**given, "skip_unreadable": skip_unreadable})
    settings = replace(settings, offline=offline or settings.offline, dir=directory or settings.dir)
    with Download(str(settings.data)) as progress:
        dataset = load_dataset(settings, progress, None if data is None else model.preprocessing.picture_format)
    if data is None and sha256 is not None:
        require_same_data(run, dataset, sha256)
    splits = dataset.in_classes_of(model.classes)
    if data is None:
        return dataset.name, splits
    for remark in dataset.remarks:
        echo(remark, err=True)
    shape, prepared = model.net.input_shape, model.preprocessing
    splits = {
        split: replace(part, inputs=prepared.as_inputs(part.inputs, shape, f"the {split} part of {dataset.name}"))
        for split, part in splits.items()
    }
    if data in datasets:
        return dataset.name, splits
    return dataset.name, {"all": joined(list(splits.values()))}


def _of_other_data(name: str) -> str:
    return OTHER_CONFUSION_MATRIX.replace("*", spelled_for_files(Path(name).stem))


command = Command(
    "evaluate",
    callback=_run,
    params=[
        RUN,
        IMPORT,
        click.Argument(["data"], required=False),
        DIR,
        click_option(OPTIONS["skip_unreadable"]),
        OFFLINE,
        JSON,
    ],
    help="""Evaluate the network of RUN on the data that it was trained on, or on DATA.

    DATA is a name from `whence data list`, or the path of a file or folder, of which all samples are used together.
    Pictures in a folder are read as by whence predict, whatever their size. Prints loss, accuracy, the confusion
    matrix, and precision, recall and F1 of every class.""",
)
