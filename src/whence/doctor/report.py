"""A diagnosis as JSON and as text for people."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from whence.doctor.diagnosis import Diagnosis
from whence.doctor.finding import Finding, Proof


def as_json(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    """Return the findings, each cause before its consequences, which name it in ``follows_from``."""
    return [_record(finding, None) for finding in diagnosis.findings for finding in _with_consequences(finding)]


def _with_consequences(finding: Finding) -> Iterator[Finding]:
    yield finding
    for consequence in finding.consequences:
        yield from _with_consequences(consequence)


def _record(finding: Finding, cause: str | None) -> dict[str, Any]:
    return {
        "fault": finding.fault,
        "where": finding.where,
        "evidence": finding.evidence,
        "remedy": dict(finding.remedy),
        "confidence": finding.confidence,
        "proof": None if finding.proof is None else _proof(finding.proof),
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        name: value if not isinstance(value, float) or math.isfinite(value) else None
        for name, value in asdict(proof).items()
    }


def as_text(diagnosis: Diagnosis, run: str) -> str:
    """Return the diagnosis for people."""
    if not diagnosis.findings:
        return f"{run}: no fault found"
    return "\n\n".join(_text(finding) for finding in diagnosis.findings)


def _text(finding: Finding) -> str:
    lines = [f"{finding.fault} ({finding.confidence:.0%}): {finding.where}", f"  {finding.evidence}"]
    lines += [f"  then {each.fault}: {each.evidence}" for each in finding.consequences]
    return "\n".join(lines)
