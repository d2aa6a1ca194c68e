"""A training from the command line: from settings to a run's folder."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whence.cli import processes
from whence.cli.options.shared import misuse
from whence.cli.options.table import Settings
from whence.cli.progress import Download, measuring, training_progress
from whence.cli.report import PARTS, Findings, json_ready, label_mapping, look_at, parts_text
from whence.cli.runs import run_files, run_folder, standard_input
from whence.cli.runs.kept_results import drop_kept_results
from whence.cli.runs.resumption import changed_settings, remarks_on_bits, status, with_raised_limits
from whence.cli.terminal import echo, paint
from whence.cli.training_plan import Plan, check_names, make_plan
from whence.data.images.preprocessing import ImagePreprocessing
from whence.errors import ArgumentError, NonFiniteError, TrainingInterrupted, WhenceError
from whence.files import replacing
from whence.interop.logs import Log, log_to
from whence.nn import Conv2d, Linear
from whence.nn.chain import leaf_layers
from whence.nn.summary import remarks_on
from whence.training import Callback, Checkpoint, Checkpointing, Profile, Training, load_checkpoint
from whence.training.advice import shortfall
from whence.visible import visible
from whence.wording import counted

if TYPE_CHECKING:
    from whence.doctor import Watch

_SECONDS_FOR_DOCTOR = 2.0


def start(settings: Settings) -> None:
    """Train a new network and save the run in its folder."""
    settings = processes.divided(settings)
    if not processes.ranks().leads:
        processes.follow(make_plan(settings))
        return
    with standard_input.in_a_file(settings) as readable:
        with misuse():
            check_names(settings)
            _require_free(_logs(settings, replace=settings.force))
            plan = _plan(readable)
        _introduce(plan)
        with run_folder.new_run_folder(plan.run_name, settings.out, force=settings.force) as folder:
            if readable is not settings:
                plan = replace(plan, settings=standard_input.kept_in(folder, plan.settings))
            _begin(plan, folder)


def resume(folder: Path, given: Mapping[str, Any]) -> None:
    """Resume a run that was stopped, with the same bits as without the stop, or train a finished one for longer.

    A run that was stopped before its first checkpoint begins anew.

    Parameters
    ----------
    folder : Path
        The run's folder.
    given : mapping
        Options of the command line by key, which replace those of the run.

    Raises
    ------
    DataError
        If the data are not those that the run was trained on, or do not exist any more.
    Misuse
        If the run would not go on, since it is past a limit that is given.
    """
    before, sha256 = run_folder.read_run(folder)
    settings = replace(before, **{"log": run_folder.recorded_logs(folder), **given})
    processes.require_chunks(folder, settings)
    if not processes.ranks().leads:
        _follow_resumed(folder, settings, sha256, given)
        return
    with run_folder.claimed(folder):
        if run_folder.is_untrained(folder):
            _begin_anew(folder, settings, sha256)
            return
        threads = run_folder.recorded_threads(folder)
        with misuse():
            checkpoint = with_raised_limits(folder, load_checkpoint(folder), settings, given)
        run_folder.require_data(folder, settings)
        plan = _plan(settings)
        run_folder.require_same_data(folder, plan.dataset, sha256)
        plan = plan.with_preprocessing(checkpoint.model.preprocessing)
        if change := changed_settings(checkpoint, before, plan.settings, threads):
            run_folder.record_change(folder, plan.settings, change)
        if given.get("log"):
            run_folder.record_logs(folder, plan.settings, settings.log or ())
        if not settings.quiet:
            remarks = remarks_on_bits(checkpoint, plan.settings, plan.model.net, threads)
            echo("\n".join([status(folder, checkpoint, plan.settings), *remarks]), err=settings.json)
        _finish(plan, folder, train_in(folder, plan, checkpoint))


def _follow_resumed(folder: Path, settings: Settings, sha256: str, given: Mapping[str, Any]) -> None:
    """Take a further process's part in going on with a run."""
    checkpoint = None
    if not run_folder.is_untrained(folder):
        checkpoint = with_raised_limits(folder, load_checkpoint(folder), settings, given)
    plan = make_plan(settings)
    run_folder.require_same_data(folder, plan.dataset, sha256)
    if checkpoint is not None:
        plan = plan.with_preprocessing(checkpoint.model.preprocessing)
    processes.follow(plan, checkpoint)


def _begin(plan: Plan, folder: Path) -> None:
    """Train the network of a plan from the first step on."""
    run_folder.write_config(folder, plan.settings, dataset=plan.dataset.name, sha256=plan.dataset.sha256)
    _finish(plan, folder, train_in(folder, plan))


def _begin_anew(folder: Path, settings: Settings, sha256: str) -> None:
    """Train a run that was stopped before its first checkpoint."""
    run_folder.require_data(folder, settings)
    plan = _plan(settings)
    run_folder.require_same_data(folder, plan.dataset, sha256)
    if not settings.quiet:
        echo(f"{folder} begins anew: it was stopped before its first checkpoint", err=settings.json)
    _begin(plan, folder)


def _plan(settings: Settings) -> Plan:
    with Download(settings.data or "the data") if not settings.quiet else contextlib.nullcontext() as progress:
        return make_plan(settings, progress)


def _talks(settings: Settings) -> bool:
    """Return whether to print text for people."""
    return not (settings.json or settings.quiet)


def train_in(
    folder: Path, plan: Plan, checkpoint: Checkpoint | None = None, *, others: Sequence[Callback] = ()
) -> Training:
    """Train the network of a plan, from a checkpoint on if there is one, and keep checkpoints in a folder.

    Other callbacks are called after those that the settings ask for.
    """
    settings = plan.settings
    drop_kept_results(folder)
    try:
        with training_progress() if not settings.quiet else contextlib.nullcontext() as progress:
            checkpointing = Checkpointing(folder, plan.model, keep_every=settings.keep_every)
            logs = _logs(settings, replace=checkpoint is None or not checkpoint.state.epoch)
            watch = _watch(settings)
            profile = Profile() if settings.profile else None
            callbacks = [each for each in (profile, watch, checkpointing, *logs, progress, *others) if each is not None]
            training = processes.fit_together(plan, callbacks=callbacks, resume=checkpoint)
        if watch is not None and watch.finding:
            echo(f"Ended: {watch.finding}; whence doctor {folder} says more", err=True)
        return training
    except NonFiniteError as error:
        if not settings.quiet:
            _show_autopsy(folder, settings, error.training)
        kept = "" if run_folder.is_untrained(folder) else f"; the last good checkpoint is in {folder}"
        raise NonFiniteError(f"{error}{kept}") from error
    except KeyboardInterrupt as interruption:
        saved = isinstance(interruption, TrainingInterrupted)
        done = "Interrupted; the checkpoint is saved" if saved else f"Stopped at once; {_kept(folder)}"
        interruption.args = (f"{done}. Continue with: whence train --resume {folder}",)
        raise


def _logs(settings: Settings, *, replace: bool) -> list[Log]:
    """Return the logs that the settings ask for."""
    with misuse():
        return [log_to(path, replace=replace) for path in dict.fromkeys(settings.log or ())]


def _require_free(logs: Sequence[Log]) -> None:
    """Raise `ArgumentError` if a log of another training is where one would be written."""
    for log in logs:
        try:
            log.require_free()
        except ArgumentError as error:
            raise ArgumentError(f"{error}, or add --force") from error


def _watch(settings: Settings) -> Watch | None:
    if not settings.watch:
        return None
    from whence.doctor import Watch

    return Watch()


def _show_autopsy(folder: Path, settings: Settings, failed: Training) -> None:
    """Show the first cell that was not finite, and what made it so, if that can be found in short time."""
    from whence.cli.steps.run_autopsy import run_autopsy
    from whence.views.text import autopsy_text

    if found := run_autopsy(folder, settings, failed):
        echo(autopsy_text(found, paint=paint) + "\n", err=True)


def _kept(folder: Path) -> str:
    """Return what there is of a training that could save no more."""
    if run_folder.is_untrained(folder):
        return "nothing is saved yet"
    state = load_checkpoint(folder).state
    return f"the last checkpoint is after {counted(state.epoch, 'epoch')}, {counted(state.step, 'step')}"


def _finish(plan: Plan, folder: Path, training: Training) -> None:
    """Measure the network, draw the pictures, write the report, and print the results."""
    findings = _measure(plan)
    _draw(plan, folder, training, findings)
    ending = f"{_ending(training, plan)}{_advice(folder, training, plan, findings)}"
    with replacing(folder / run_files.REPORT) as file:
        parts = ["\n".join(_about_data(plan)), plan.model.net.summary(), ending, findings.text()]
        file.write(visible("\n\n".join(parts)).encode() + b"\n")
    if plan.settings.json:
        echo(json.dumps(_summary(plan, folder, training, findings)))
    elif _talks(plan.settings):
        echo(f"\n{findings.measures_text()}\n")
        if plan.settings.positive is not None:
            shown = ", ".join(f"{name} {value:.4f}" for name, value in findings.positive().items())
            *_, split = findings.measures
            echo(f"{plan.settings.positive} against the rest, on {split} data: {shown}\n")
        if findings.matrix is None and len(plan.dataset.train) <= 10:
            echo(f"{findings.detail}\n")
        if training.profile is not None:
            echo(f"{training.profile.table()}\n")
        echo(f"{ending}\n\nThe run is in {folder}. Next, try:\n")
        for command in _next_commands(plan, folder):
            echo(f"  {command}")
    processes.wait_for_all()


def _measure(plan: Plan) -> Findings:
    """Measure the network; on a training text, unless epochs did, only as much as is held out, to save time."""
    dataset, remark = plan.dataset, ""
    splits = dict(dataset.splits)
    unit = dataset.preprocessing.unit
    first = len(dataset.train if dataset.validation is None else dataset.validation)
    if unit == "character" and first < len(dataset.train) and not plan.settings.measure_train:
        splits["train"] = dataset.train.take(slice(first))
        remark = f"training: its first {counted(splits['train'].targets.size, unit)}; --measure-train takes all"
    with contextlib.nullcontext() if plan.settings.quiet else measuring(splits, unit, line=True):
        findings = look_at(plan.model, splits)
        return replace(findings, remark=remark or findings.remark)


def _introduce(plan: Plan) -> None:
    if not _talks(plan.settings):
        return
    echo("\n".join(_about_data(plan)))
    if not plan.dataset.preprocessing.streams and (mapping := label_mapping(plan.dataset.classes)):
        echo(mapping)
    echo("\n".join([f"{plan.model.net!r}, {plan.model.net.theta.size:,} parameters", *remarks_on(plan.model.net)]))


def _about_data(plan: Plan) -> list[str]:
    dataset = plan.dataset
    names = ("output", "outputs") if dataset.classes is None else ("class", "classes")
    introduction = dataset.preprocessing.introduction(dataset.input_shape, counted(dataset.outputs, *names))
    sizes = parts_text(dataset.splits, dataset.preprocessing.unit)
    account = dataset.preprocessing.account
    lines = [f"{dataset.name}: {sizes} {introduction}", *([account] if account else []), *dataset.remarks]
    if weights := _class_weights(plan):
        pairs = zip(dataset.classes or (), weights, strict=True)
        lines.append("class weights: " + ", ".join(f"{name}={weight:.4g}" for name, weight in pairs))
    return lines


def _class_weights(plan: Plan) -> Sequence[float]:
    """Return the weights of the classes in the loss; none if it has none."""
    settings = plan.model.loss_fn.settings()
    weights: Sequence[Any] = settings.get("class_weights") or (1.0, settings.get("positive_weight"))
    return () if None in weights else weights


def _ending(training: Training, plan: Plan) -> str:
    best = f", best epoch {training.best_epoch}" if plan.dataset.validation is not None else ""
    seconds = training.history[-1]["seconds"]
    made = f"{counted(training.epoch, 'epoch')}, {counted(training.step, 'step')} in {seconds:.1f} s"
    longer = ""
    if clipped := _clipped(training):
        longer = f"; gradients longer than {plan.settings.clip_norm:g} were clipped in {counted(clipped, 'step')}"
    return f"{made}{best}; seed {plan.settings.seed}{longer}"


def _advice(folder: Path, training: Training, plan: Plan, findings: Findings) -> str:
    """Return lines on a baseline that the network does not reach, and on a training that ended too early."""
    lines = []
    *_, part = findings.measures
    worse = shortfall(findings.measures[part], findings.baselines, len(plan.dataset.splits[part]), PARTS[part])
    if worse and not _class_weights(plan):  # rare classes may be worth more than the accuracy
        lines.append(f"\n{worse[0].upper()}{worse[1:]}; {_why(folder, training, plan)}")
    elif plan.dataset.validation is not None and training.best_epoch == training.epoch == training.epochs > 1:
        more = f"whence train --resume {folder} -m {2 * training.epochs}"
        lines.append(f"\nThe last epoch is the best one, so more may be better: {more}")
    return "".join(lines)


def _why(folder: Path, training: Training, plan: Plan) -> str:
    """Return the doctor's first finding in a line; how to ask for it where little is to be printed."""
    if not _talks(plan.settings):
        return f"ask why: whence doctor {folder}"
    from whence.cli.steps.run_patient import patient_of
    from whence.doctor import diagnose
    from whence.doctor.report import in_one_line

    patient = patient_of(plan, plan.model.net, training.history, finished=True)
    try:
        found = in_one_line(diagnose(patient, seconds=_SECONDS_FOR_DOCTOR))
    except WhenceError as error:  # as where a class of the user's own lacks its formulas
        return f"the doctor cannot say why: {error}"
    return found or "no single fault explains that: try a larger network, more samples or more steps"


def _clipped(training: Training) -> int:
    """Return the number of steps in which the gradient was clipped."""
    return sum(record.get("clipped", 0) for record in training.history)


def _next_commands(plan: Plan, folder: Path) -> list[str]:
    preprocessing = plan.model.preprocessing
    predicting = f"whence predict {folder} {preprocessing.example_file}"
    use = f"whence sample {folder}" if preprocessing.streams else predicting
    looks = [f"whence show {folder} --open", f"whence why {folder} loss", f"whence doctor {folder}"]
    return [f"whence evaluate {folder}", use, *looks]


def _draw(plan: Plan, folder: Path, training: Training, findings: Findings) -> None:
    """Draw the pictures that the settings ask for."""
    pictures, copy = plan.settings.pictures, plan.settings.save_learning_curve
    if not (pictures or copy):
        return
    from whence.plots import confusion_matrix_picture, learning_curve

    best_epoch = training.best_epoch if plan.dataset.validation is not None else None
    curves = [folder / run_files.LEARNING_CURVE] * pictures + [Path(run_files.LEARNING_CURVE)] * copy
    for path in curves:
        learning_curve(training.history, path, best_epoch=best_epoch)
    if pictures and findings.matrix is not None:
        confusion_matrix_picture(findings.matrix, plan.model.classes or (), folder / run_files.CONFUSION_MATRIX)
    if pictures and isinstance(plan.dataset.preprocessing, ImagePreprocessing):
        _draw_first_layer(plan, folder / run_files.WEIGHTS)


def _draw_first_layer(plan: Plan, path: Path) -> None:
    """Draw the weights of the first layer with parameters, if its inputs are the images."""
    from whence.plots import first_layer_kernels, first_layer_weights

    first = next((layer for layer in leaf_layers(plan.model.net.layers) if layer.parameter_shapes()), None)
    image_shape = plan.dataset.input_shape
    if isinstance(first, Linear) and first.in_features == math.prod(image_shape):
        first_layer_weights(first.weight, image_shape, path)
    elif isinstance(first, Conv2d) and first.input_shape == image_shape:
        first_layer_kernels(first.weight, path)


def _summary(plan: Plan, folder: Path, training: Training, findings: Findings) -> dict[str, Any]:
    found = {
        "run": str(folder),
        "data": plan.dataset.name,
        "seed": plan.settings.seed,
        "epochs": training.epoch,
        "steps": training.step,
        "best_epoch": training.best_epoch,
        "clipped": None if plan.settings.clip_norm is None else _clipped(training),
        "seconds": training.history[-1]["seconds"],
        "parameters": int(plan.model.net.theta.size),
        **findings.flat(),
    }
    if findings.remark:
        found["remark"] = findings.remark
    if training.profile is not None:
        found["profile"] = training.profile.to_json()
    return json_ready(found | (findings.positive() if plan.settings.positive is not None else {}))
