"""The doctor: what is wrong with a training, how that is known, and what helps."""

from whence.doctor.diagnosis import Diagnosis, diagnose
from whence.doctor.finding import Finding, Proof
from whence.doctor.patient import Patient
from whence.doctor.watch import Watch

__all__ = ["Diagnosis", "Finding", "Patient", "Proof", "Watch", "diagnose"]
__dir__ = __all__.copy
