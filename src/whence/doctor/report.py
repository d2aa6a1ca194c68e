"""A diagnosis as JSON, as text for people, and in one line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from whence.doctor.diagnosis import Diagnosis
from whence.doctor.finding import Finding, Proof
from whence.wording import counted

_BARS = "▁▂▃▄▅▆▇█"
_MUCH = 20
_MEASURES = {"accuracy": "accuracy", "r2": "R²", "loss": "negative loss"}


def as_json(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    """Return the findings, each cause before its consequences, which name it in ``follows_from``."""
    found = []
    for cause in diagnosis.findings:
        found.append(_record(cause))
        found += [{**_record(each), "follows_from": cause.fault} for each in cause.consequences]
    return found


def as_text(diagnosis: Diagnosis, run: str, *, curves: bool = False) -> str:
    """Return the diagnosis for people: each cause, what follows from it, and what to do.

    Parameters
    ----------
    diagnosis : Diagnosis
        What was found.
    run : str
        The folder of the run, for the commands that open cells.
    curves : bool
        Whether to draw the losses with and without the remedy.
    """
    if not diagnosis.findings:
        return f"{run}: no fault found"
    count = counted(len(diagnosis.findings), "fault")
    return "\n\n".join(
        [f"{run}: {count} found", *("\n".join(_lines(each, run, curves)) for each in diagnosis.findings)]
    )


def in_one_line(diagnosis: Diagnosis) -> str | None:
    """Return the first finding in one sentence; None if there is none."""
    if not diagnosis.findings:
        return None
    first = diagnosis.findings[0]
    remedy = f"try {options_text(first.remedy)}" if first.remedy else first.advice
    return f"{first.fault}, {first.evidence}: {remedy}"


def options_text(remedy: Mapping[str, Any]) -> str:
    """Return the options of a remedy as they are typed."""
    return " ".join(f"--{name} {_typed(value)}" for name, value in remedy.items())


def _typed(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, float):
        return f"{value:.6g}"
    return f'"{value}"' if " " in str(value) else str(value)


def _lines(finding: Finding, run: str, curves: bool) -> Iterator[str]:
    yield f"{finding.fault}: {finding.where}  ({finding.confidence:.0%} sure)"
    yield f"  {finding.evidence}"
    yield f"  remedy: {finding.advice}"
    if finding.remedy:
        yield f"    {options_text(finding.remedy)}"
    if finding.proof is not None:
        yield f"  proof: {_proof_text(finding.proof)}"
        yield from _curves(finding.proof) if curves else ()
    yield from (f'  see: whence why {run} "{cell}"' for cell in finding.cells[:1])
    for consequence in finding.consequences:
        yield f"  then {consequence.fault}: {consequence.where}"
        yield f"    {consequence.evidence}"
        yield from (f'    see: whence why {run} "{cell}"' for cell in consequence.cells[:1])


def _proof_text(proof: Proof) -> str:
    measure, steps = _MEASURES[proof.measure], counted(proof.steps, "step")
    return f"{measure} {_number(proof.with_remedy)} with it and {_number(proof.without)} without, after {steps}"


def _curves(proof: Proof) -> Iterator[str]:
    """Yield the losses without and with the remedy as bars on one scale, a logarithmic one if they differ much."""
    curves = {"without": proof.losses_without, "with it": proof.losses_with}
    both = [loss for losses in curves.values() for loss in losses]
    if not both:
        return
    scaled = math.log if min(both) > 0 and max(both) > _MUCH * min(both) else float
    low, high = scaled(min(both)), scaled(max(both))
    for name, losses in curves.items():
        heights = [round((scaled(loss) - low) / ((high - low) or 1) * (len(_BARS) - 1)) for loss in losses]
        ends = f"  {losses[0]:.4g} to {losses[-1]:.4g}" if losses else "  no finite loss"
        yield f"    {name:<7} {''.join(_BARS[height] for height in heights)}{ends}"


def _number(value: float | None) -> str:
    return "no finite number" if value is None else f"{value:.3f}"


def _record(finding: Finding) -> dict[str, Any]:
    return {
        "fault": finding.fault,
        "where": finding.where,
        "evidence": finding.evidence,
        "remedy": dict(finding.remedy),
        "advice": finding.advice,
        "confidence": finding.confidence,
        "cells": list(finding.cells),
        "proof": None if finding.proof is None else asdict(finding.proof),
    }
