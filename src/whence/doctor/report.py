"""A diagnosis as JSON, as text for people, and in one line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from whence.doctor.diagnosis import Diagnosis
from whence.doctor.finding import Finding, Proof
from whence.wording import counted

_MEASURES = {"accuracy": "accuracy", "r2": "R²", "loss": "negative loss"}


def as_json(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    """Return the findings, each cause before its consequences, which name it in ``follows_from``."""
    found = []
    for cause in diagnosis.findings:
        found.append(_record(cause))
        found += [{**_record(each), "follows_from": cause.fault} for each in cause.consequences]
    return found


def as_text(diagnosis: Diagnosis, run: str) -> str:
    """Return the diagnosis for people: each cause, what follows from it, and what to do.

    Parameters
    ----------
    diagnosis : Diagnosis
        What was found.
    run : str
        The folder of the run, for the commands that open cells.
    """
    if not diagnosis.findings:
        return f"{run}: no fault found"
    count = counted(len(diagnosis.findings), "fault")
    return "\n\n".join([f"{run}: {count} found", *("\n".join(_lines(each, run)) for each in diagnosis.findings)])


def in_one_line(diagnosis: Diagnosis) -> str | None:
    """Return the first finding in one sentence; None if there is none."""
    if not diagnosis.findings:
        return None
    first = diagnosis.findings[0]
    remedy = options_text(first.remedy) or first.advice
    return f"{first.fault}, {first.evidence}: try {remedy}"


def options_text(remedy: Mapping[str, Any]) -> str:
    """Return the options of a remedy as they are typed."""
    return " ".join(f"--{name} {_typed(value)}" for name, value in remedy.items())


def _typed(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, float):
        return f"{value:.6g}"
    return f'"{value}"' if " " in str(value) else str(value)


def _lines(finding: Finding, run: str) -> Iterator[str]:
    yield f"{finding.fault}: {finding.where}  ({finding.confidence:.0%} sure)"
    yield f"  {finding.evidence}"
    yield f"  remedy: {finding.advice}"
    if finding.remedy:
        yield f"    {options_text(finding.remedy)}"
    if finding.proof is not None:
        yield f"  proof: {_proof_text(finding.proof)}"
    yield from (f'  see: whence why {run} "{cell}"' for cell in finding.cells[:1])
    for consequence in finding.consequences:
        yield f"  then {consequence.fault}: {consequence.where}"
        yield f"    {consequence.evidence}"
        yield from (f'    see: whence why {run} "{cell}"' for cell in consequence.cells[:1])


def _proof_text(proof: Proof) -> str:
    without = f"{proof.without:.3f}" if math.isfinite(proof.without) else "no finite number"
    measure = _MEASURES[proof.measure]
    return f"{measure} {proof.with_remedy:.3f} with it and {without} without, after {counted(proof.steps, 'step')}"


def _record(finding: Finding) -> dict[str, Any]:
    return {
        "fault": finding.fault,
        "where": finding.where,
        "evidence": finding.evidence,
        "remedy": dict(finding.remedy),
        "advice": finding.advice,
        "confidence": finding.confidence,
        "cells": list(finding.cells),
        "proof": None if finding.proof is None else _without_nan(asdict(finding.proof)),
    }


def _without_nan(value: Any) -> Any:
    """Return a value with None for numbers that JSON does not have."""
    if isinstance(value, dict):
        return {name: _without_nan(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
