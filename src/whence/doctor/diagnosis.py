"""The diagnosis: all rules are asked, their remedies are tried, and what helps is told, causes before consequences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from whence.arguments import Positive, checks_arguments
from whence.doctor.examination import Examination
from whence.doctor.faults import known_rules
from whence.doctor.faults.registry import Floor, Suspicion
from whence.doctor.finding import Finding
from whence.doctor.patient import Patient
from whence.doctor.treatments import Treatment
from whence.doctor.trials import Outcome

_HELPS, _CURES = 0.4, 0.8
"""The share of what a training missed that a remedy must bring to be told, and with which no other is tried."""
_EXPLAINS = 0.45
"""The weight, confidence times help, with which a finding explains a training: later floors are not asked then."""
_MOST_CAUSES = 2


@checks_arguments
@dataclass(frozen=True)
class Diagnosis:
    """What the doctor found.

    Parameters
    ----------
    findings : tuple of Finding
        The causes, most important first, each with its consequences; empty for a healthy training.
    """

    findings: tuple[Finding, ...]


@checks_arguments
def diagnose(patient: Patient, *, seconds: Positive = 6.0, prove: bool = False) -> Diagnosis:
    """Return what is wrong with a training.

    Parameters
    ----------
    patient : Patient
        The training.
    seconds : float
        About how much processor time trials of remedies may take together; a remedy that was not tried is not told.
    prove : bool
        Whether to try remedies also where the evidence alone is enough, and to withdraw what does not help.
    """
    exam = Examination(patient, seconds, prove=prove)
    causes = _causes(exam)
    told = {finding.fault for finding in causes}
    symptoms = [finding for finding in _symptoms(exam) if finding.fault not in told]
    if causes:
        causes[0] = replace(causes[0], consequences=tuple(symptoms))
    return Diagnosis(tuple(causes or symptoms))


def _causes(exam: Examination) -> list[Finding]:
    """Return the causes, those of the first floor on which one explains what the training missed."""
    found: list[tuple[float, Finding]] = []
    for floor in (floor for floor in Floor if floor is not Floor.SYMPTOM):
        suspected = [
            (each.fault, suspicion) for each in known_rules() if each.floor is floor for suspicion in each.look(exam)
        ]
        suspected.sort(key=lambda pair: -pair[1].confidence)  # the time for trials may run out
        found += [examined for fault, suspicion in suspected if (examined := _examined(exam, fault, suspicion))]
        if any(weight >= _EXPLAINS for weight, _ in found):
            if floor is Floor.DATA:  # what is wrong with the data shows in many ways
                found = [max(found, key=lambda pair: pair[0])]
            break
    found.sort(key=lambda pair: -pair[0])
    return _distinct([finding for _, finding in found])[:_MOST_CAUSES]


def _symptoms(exam: Examination) -> list[Finding]:
    """Return what is seen of a lagging training and follows from its causes."""
    found = [
        _finding(each.fault, suspicion)
        for each in known_rules()
        if each.floor is Floor.SYMPTOM
        for suspicion in each.look(exam)
    ]
    return _distinct(found)


def _examined(exam: Examination, fault: str, suspicion: Suspicion) -> tuple[float, Finding] | None:
    """Return a finding with its weight, unless its remedies were tried in vain."""
    if suspicion.certain and not (exam.prove and suspicion.treatments):
        return suspicion.confidence, _finding(fault, suspicion)
    if exam.trials.exhausted:
        return None
    best: tuple[float, Treatment, Outcome] | None = None
    for treatment in suspicion.treatments:
        outcome = exam.trials.outcome(treatment)
        help_of = _help(exam, outcome)
        if best is None or help_of > best[0]:
            best = help_of, treatment, outcome
        if help_of >= _CURES or help_of < best[0] >= _HELPS or exam.trials.exhausted:
            break
    if best is None or best[0] < _HELPS:
        return None
    share, treatment, outcome = best
    finding = replace(
        _finding(fault, suspicion),
        remedy=dict(treatment.options),
        advice=treatment.advice,
        confidence=round(min(0.99, suspicion.confidence * (0.5 + 0.5 * min(share, 1.0)) + 0.1 * share), 2),
        proof=exam.trials.proof(outcome),
    )
    return suspicion.confidence * min(share, 1.0), finding


def _help(exam: Examination, outcome: Outcome) -> float:
    """Return the share of what the training missed that a treatment brings."""
    treated = outcome.scores.held_out
    control = exam.trials.control().scores.held_out
    before = max(control, exam.scale.naive) if math.isfinite(control) else exam.scale.naive
    if not math.isfinite(treated):
        return 0.0
    if not exam.lags:  # a short training must beat the whole one, by a part of what is missing to a perfect one
        before, best = max(before, exam.own), 1.0
    else:
        best = max(exam.reference.best, treated)
    missed = best - before
    return 0.0 if missed <= exam.scale.noise else (treated - before) / missed


def _finding(fault: str, suspicion: Suspicion) -> Finding:
    treatment = suspicion.treatments[0] if suspicion.treatments else None
    return Finding(
        fault=fault,
        where=suspicion.where,
        evidence=suspicion.evidence,
        advice=suspicion.advice or (treatment.advice if treatment else ""),
        confidence=suspicion.confidence,
        remedy=dict(treatment.options) if treatment else {},
        cells=suspicion.cells,
    )


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """Return the first finding of each fault."""
    return list({finding.fault: finding for finding in reversed(findings)}.values())[::-1]
