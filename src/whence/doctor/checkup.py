"""A check-up of trainings that do not come from the command line: a callback, and a function for estimators."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from whence.arguments import as_numbers, checks_arguments, shown
from whence.arrays import Array
from whence.data import Samples
from whence.doctor.diagnosis import Diagnosis, diagnose
from whence.doctor.patient import Patient
from whence.errors import ArgumentError
from whence.nn import Loss, Sequential, losses, mlp
from whence.optim import SGD, Adam, Optimizer
from whence.training import Callback, Training

_ACTIVATIONS = {"logistic": "sigmoid"}


class Checkup(Callback):
    """Looks on at a training, and says afterwards what is wrong with it.

    Parameters
    ----------
    test : Samples, optional
        Samples that the training does not see.
    classes : tuple of str, optional
        The names of the classes; None for numbers.

    Examples
    --------
    >>> from whence.data import load
    >>> from whence.doctor import Checkup
    >>> from whence.nn import mlp
    >>> from whence.training import fit
    >>> data = load("moons")
    >>> checkup = Checkup(data.test, data.classes)
    >>> net = mlp(data.input_shape, [16, 16], 2, activation="identity", seed=1)
    >>> training = fit(
    ...     net,
    ...     "cross_entropy",
    ...     "adam(0.01)",
    ...     data.train,
    ...     epochs=20,
    ...     preprocessing=data.preprocessing,
    ...     callbacks=[checkup],
    ... )
    >>> [finding.fault for finding in checkup.diagnosis().findings]
    ['no-nonlinearity']
    """

    @checks_arguments
    def __init__(self, test: Samples | None = None, classes: tuple[str, ...] | None = None) -> None:
        self.test, self.classes = test, classes
        self._training: Training | None = None
        self._start: tuple[Sequential, Optimizer, Any] | None = None

    def on_start(self, training: Training) -> None:
        self._training = training
        self._start = copy.deepcopy((training.net, training.optimizer, training.schedule))

    def patient(self) -> Patient:
        """Return the training as a patient.

        Raises
        ------
        ArgumentError
            If no training was looked at, or it was given batches of unknown samples.
        """
        if self._training is None or self._start is None:
            raise ArgumentError("no training was looked at yet; give this to fit among its callbacks")
        made, (net, optimizer, schedule) = self._training, self._start
        if made.train is None:
            raise ArgumentError("the training was given batches, but the doctor needs samples; give them to fit")
        batches: Any = made.batches
        training = {
            "net": net,
            "loss_fn": made.loss_fn,
            "optimizer": optimizer,
            "schedule": schedule,
            "train": made.train,
            "validation": made.validation,
            "preprocessing": made.preprocessing,
            "batch_size": batches.batch_size,
            "replacement": batches.replacement,
            "streams": batches.streams,
            "augmentation": batches.augmentation,
            "max_steps": made.total_steps,
        }
        return Patient(
            training=training,
            net=made.net,
            history=made.history,
            finished=bool(made.stop) or made.step >= made.total_steps,
            test=self.test,
            classes=self.classes,
        )

    def diagnosis(self) -> Diagnosis:
        """Return what is wrong with the training; errors as for `patient`."""
        return diagnose(self.patient())


@checks_arguments
def diagnose_estimator(estimator: Any, X: Any, y: Any, X_test: Any = None, y_test: Any = None) -> Diagnosis:
    """Return what is wrong with a fitted multilayer perceptron of scikit-learn, or of `whence.interop.sklearn`.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor, or an estimator of whence
        Fitted to ``X`` and ``y`` by ``sgd`` or ``adam``.
    X : array, shape (n_samples, n_features)
        The inputs.
    y : array, shape (n_samples,) or (n_samples, n_outputs)
        The targets, of one class or of numbers for each sample.
    X_test, y_test : array, optional
        Samples that it was not fitted to.

    Raises
    ------
    ArgumentError
        If the estimator is not fitted, or is trained by L-BFGS, or the samples are not of its kind.
    """
    if not hasattr(estimator, "coefs_"):
        raise ArgumentError(f"estimator is {shown(estimator)}, not a fitted perceptron; call its fit first")
    if (X_test is None) != (y_test is None):
        raise ArgumentError("X_test and y_test belong together; give both or neither")
    if estimator.solver == "lbfgs":
        raise ArgumentError("the estimator is trained by L-BFGS, which makes no steps; choose sgd or adam")
    classes = getattr(estimator, "classes_", None)
    train = _samples(X, y, classes)
    net = _network(estimator, train)
    of_classes = "binary_cross_entropy" if net.output_shape == (1,) else "cross_entropy"
    loss = "mean_squared_error" if classes is None else of_classes
    trained = copy.deepcopy(net)
    weights = [each for pair in zip(estimator.coefs_, estimator.intercepts_, strict=True) for each in pair]
    for slot, values in zip(trained.slots, weights, strict=True):
        slot.view(trained.theta)[...] = values
    size = min(200, len(train)) if estimator.batch_size == "auto" else min(int(estimator.batch_size), len(train))
    curve = getattr(estimator, "loss_curve_", [])
    steps = -(-len(train) // size)
    training = {
        "net": net,
        "loss_fn": _loss(estimator, loss),
        "optimizer": _optimizer(estimator, len(train)),
        "train": train,
        "epochs": estimator.max_iter,
        "batch_size": size,
    }
    history = [{"epoch": n, "step": n * steps, "train_loss": float(value)} for n, value in enumerate(curve, 1)]
    test = None if X_test is None else _samples(X_test, y_test, classes)
    names = None if classes is None else tuple(map(str, classes))
    return diagnose(Patient(training=training, net=trained, history=history, test=test, classes=names))


def _samples(X: Any, y: Any, classes: Array | None) -> Samples:
    """Return samples with class indices, or numbers in columns."""
    inputs, targets = as_numbers("X", X).astype(np.float64), np.asarray(y)
    if len(inputs) != len(np.atleast_1d(targets)):
        raise ArgumentError(f"X has {len(inputs)} rows, but y {len(np.atleast_1d(targets))}; give one target for each")
    if classes is not None:
        if not np.isin(targets, classes).all():
            raise ArgumentError("y holds a class that the estimator was not fitted to; give targets of its classes")
        return Samples(inputs, np.searchsorted(classes, targets).astype(np.int64))
    return Samples(inputs, as_numbers("y", y).astype(np.float64).reshape(len(targets), -1))


def _network(estimator: Any, train: Samples) -> Sequential:
    """Return the network of an estimator before its training."""
    if hasattr(estimator, "net_"):
        return Sequential.from_config(estimator.net_.config())
    sizes = [weights.shape[1] for weights in estimator.coefs_]
    activation = _ACTIVATIONS.get(estimator.activation, estimator.activation)
    return mlp(train.inputs.shape[1:], sizes[:-1], sizes[-1], activation=activation, seed=0)


def _loss(estimator: Any, usual: str) -> Loss:
    """Return what an estimator minimises, apart from its penalty."""
    return getattr(estimator, "loss_fn_", None) or losses.read(usual)


def _optimizer(estimator: Any, samples: int) -> Optimizer:
    """Return the optimizer of an estimator before its first step; its penalty is α/2 Σ W² over all samples."""
    if isinstance(estimator.solver, Optimizer):
        return copy.deepcopy(estimator.solver)
    decay = float(estimator.alpha) / samples
    if estimator.solver == "adam":
        return Adam(estimator.learning_rate_init, beta1=estimator.beta_1, beta2=estimator.beta_2, weight_decay=decay)
    return SGD(estimator.learning_rate_init, momentum=estimator.momentum, weight_decay=decay)
