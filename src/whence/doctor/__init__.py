"""The doctor: what is wrong with a training, how that is known, and what helps."""

from whence.doctor.checkup import Checkup, diagnose_estimator
from whence.doctor.diagnosis import Diagnosis, diagnose
from whence.doctor.finding import Finding, Proof
from whence.doctor.patient import Patient
from whence.doctor.watch import Watch

__all__ = ["Checkup", "Diagnosis", "Finding", "Patient", "Proof", "Watch", "diagnose", "diagnose_estimator"]
__dir__ = __all__.copy
