"""What the doctor says of small trainings, healthy ones and ones with a fault."""

import copy
import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from exhaustive import exhaustive
from whence.data import Samples
from whence.doctor import Patient, diagnose
from whence.doctor.diagnosis import _examined
from whence.doctor.faults.registry import Suspicion
from whence.doctor.scoring import Scale, Scores
from whence.doctor.treatments import other_rate
from whence.doctor.trials import Outcome, Trials
from whence.errors import NonFiniteError
from whence.nn import CrossEntropy, Sequential
from whence.nn.architecture import network
from whence.optim import SGD, Adam
from whence.training import fit


def rings(count, seed):
    """Return points on two rings and on which they are; no line parts them."""
    rng = np.random.default_rng(seed)
    ring = np.arange(count) % 2
    angle, radius = rng.uniform(0, 2 * math.pi, count), 0.6 + ring + 0.1 * rng.standard_normal(count)
    return Samples(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), ring.astype(np.int64))


def trained(arch="linear 16, relu, linear", optimizer=None, train=None, **settings) -> Patient:
    """Return a training on the rings as a patient."""
    net: Sequential = network(arch, (2,), outputs=2, seed=1)
    training = {
        "net": net,
        "loss_fn": CrossEntropy(),
        "optimizer": optimizer or Adam(0.01),
        "train": train or rings(300, 1),
        "epochs": 30,
        "seed": 1,
        **settings,
    }
    own = copy.deepcopy({name: training[name] for name in ("net", "optimizer")})
    try:
        made = fit(**{**training, **own})
    except NonFiniteError as error:
        made = error.training
        return Patient(
            training=training,
            net=own["net"],
            history=made.history,
            finished=False,
            test=rings(200, 2),
            classes=("a", "b"),
        )
    return Patient(training=training, net=made.net, history=made.history, test=rings(200, 2), classes=("a", "b"))


def test_a_healthy_training_has_no_finding():
    assert diagnose(trained()).findings == ()


def test_few_samples_do_not_tell_that_labels_are_shifted():
    corners = Samples(np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0]))
    found = diagnose(replace(trained(train=corners, batch_size=4, epochs=300), test=None)).findings
    assert "labels-wrong" not in [each.fault for each in found]


@pytest.mark.parametrize(
    ("fault", "settings"),
    [
        ("no-nonlinearity", {"arch": "linear 16, linear"}),
        ("symmetric-initialisation", {"arch": "linear 16 weight_init=zeros, relu, linear"}),
        pytest.param("learning-rate-too-low", {"optimizer": SGD(1e-4)}, marks=exhaustive),
        pytest.param("learning-rate-too-high", {"optimizer": SGD(300.0)}, marks=exhaustive),
        pytest.param("too-small-network", {"arch": "linear 1, relu, linear", "epochs": 60}, marks=exhaustive),
    ],
)
def test_a_fault_is_found_first(fault, settings):
    found = diagnose(trained(**settings)).findings
    assert found[0].fault == fault


def test_a_remedy_is_proved_by_a_training_with_it():
    [first, *_] = diagnose(trained("linear 16, linear")).findings
    assert first.remedy == {"activation": "relu"}
    assert first.proof.without < 0.7 < 0.9 < first.proof.with_remedy


def test_stronger_treatments_are_tried_until_one_that_helps_is_better_than_the_next():
    treatments = [other_rate(rate) for rate in (1e-5, 1e-4, 1e-3, 1e-2)]
    reached = dict(zip(treatments, (0.5, 0.44, 0.7, 0.66), strict=True))  # at first by chance alone

    def outcome(treatment):
        return Outcome(Scores(0.5, reached[treatment], 1.0, 1.0), (), ())

    tried = []
    trials = SimpleNamespace(
        exhausted=False,
        outcome=lambda treatment: tried.append(treatment) or outcome(treatment),
        control=lambda: outcome(treatments[0]),
        proof=lambda outcome: None,
    )
    scale = SimpleNamespace(naive=0.5, noise=0.02)
    exam = SimpleNamespace(prove=False, trials=trials, scale=scale, lags=True, reference=SimpleNamespace(best=0.9))
    suspicion = Suspicion(where="", evidence="", confidence=0.8, treatments=tuple(treatments))
    _, finding = _examined(exam, "learning-rate-too-low", suspicion)
    assert (tried, finding.remedy) == (treatments, {"learning-rate": 1e-3})


def test_a_trial_that_takes_too_long_is_cut_off(monkeypatch):
    patient = trained(epochs=200)
    clock = iter(range(10_000))  # seconds
    monkeypatch.setattr("whence.doctor.trials.time.process_time", lambda: float(next(clock)))
    found = Trials(patient, Scale(patient), seconds_each=5.0, seconds_all=60.0).outcome(None)
    assert 10 < len(found.losses) < 20  # each step takes a second, and three times five are allowed
    assert found.finite


def test_a_training_that_was_broken_off_is_made_again_to_its_end(monkeypatch):
    patient = replace(trained(epochs=40), finished=False)
    broken_off = replace(patient, history=patient.history[:35])
    monkeypatch.setattr(Trials, "affordable_steps", lambda *_: 20)
    made = [
        len(Trials(each, Scale(each), seconds_each=5.0, seconds_all=60.0).control().losses)
        for each in (broken_off, replace(broken_off, finished=True))
    ]
    assert made == [broken_off.history[-1]["step"] + broken_off.steps_per_epoch, 20]


def test_dropout_of_nearly_all_needs_no_trial():
    patient = trained("linear 16, relu, dropout 0.97, linear", epochs=5)
    [first, *_] = diagnose(patient).findings
    assert (first.fault, first.proof) == ("dropout-too-strong", None)
