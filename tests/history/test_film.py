"""A film holds what the training had at each of its frames, and does not change the training."""

import numpy as np
import pytest

from whence.data import Preprocessing, Samples, load
from whence.errors import ArgumentError
from whence.history import FilmWatcher, biography, film
from whence.nn import CrossEntropy, MeanSquaredError, mlp
from whence.nn.architecture import network
from whence.optim import optimizers
from whence.training import Callback, Model, fit

MOONS, DIGITS = load("moons"), load("digits")
PREPROCESSING = Preprocessing(shift=np.array([1.0, -2.0]), scale=np.array([0.5, 2.0]))
CELLS = [("W1", (0, 2)), ("W1", (1, 0)), ("W2", (3, 1))]


def arguments(data=MOONS, net=None, **settings):
    given = {
        "net": net or mlp(data.input_shape, [5], data.outputs, seed=2),
        "loss_fn": CrossEntropy() if data.classes else MeanSquaredError(),
        "optimizer": optimizers.read("sgd(0.2, momentum=0.9, weight_decay=0.01)"),
        "train": data.train,
        "validation": data.validation,
        "preprocessing": PREPROCESSING if data is MOONS else data.preprocessing,
        "epochs": 4,
        "seed": 5,
    }
    return given | settings


class Recording(Callback):
    """Keeps θ, the loss and the gradient of every step."""

    def __init__(self):
        self.theta, self.loss, self.gradient = [], [], []

    def on_start(self, training):
        self.theta.append(training.net.theta.copy())

    def on_gradient(self, training, backward):
        self.loss.append(backward.loss)
        self.gradient.append(backward.gradient.copy())

    def on_batch_end(self, training):
        self.theta.append(training.net.theta.copy())


@pytest.fixture(scope="module")
def moons():
    """A film of a training, and what the same training had without one."""
    recording = Recording()
    plain = fit(**arguments(callbacks=[recording]))
    watched = arguments()
    return film(watched, 7, cells=CELLS, classes=("upper", "lower")), plain, recording, watched["net"]


def test_the_training_has_the_same_bits_with_and_without_a_film(moons):
    taken, plain, _, net = moons
    assert net.theta.tobytes() == plain.net.theta.tobytes()

    def untimed(history):
        return [{name: value for name, value in record.items() if name != "seconds"} for record in history]

    assert untimed(taken.history) == untimed(plain.history)
    assert taken.best_epoch == plain.best_epoch


def test_frames_are_spread_from_the_first_step_to_the_last(moons):
    taken, plain, _, _ = moons
    assert (taken.steps[0], taken.steps[-1], len(taken.steps)) == (0, plain.step, 7)
    assert np.ptp(np.diff(taken.steps)) <= 1


def test_a_frame_has_the_weights_of_its_step(moons):
    taken, plain, recording, _ = moons
    layer = taken.first_layer
    assert (layer.name, layer.shape, layer.kind, layer.units) == ("W1", (2, 5), "matrix", 5)
    for step, weights in zip(taken.steps, layer.weights, strict=True):
        assert np.array_equal(weights, plain.net.slots[0].view(recording.theta[step]))


def predicted(theta, inputs):
    """Return what a model with these parameters says."""
    net = mlp(MOONS.input_shape, [5], 2)
    net.theta[...] = theta
    return Model(net, CrossEntropy(), PREPROCESSING, MOONS.classes, "moons").probabilities(inputs)


def test_the_boundary_is_what_the_model_predicts(moons):
    taken, _, recording, _ = moons
    surface = taken.surface
    (x, y), frames = surface.axes, surface.values
    assert frames.shape == (7, len(y), len(x), 2)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    for step, values in zip(taken.steps, frames, strict=True):
        assert np.array_equal(values.reshape(-1, 2), predicted(recording.theta[step], grid))
    assert (x[0], x[-1]) < (surface.points[:, 0].min(), surface.points[:, 0].max()) < (x[-1], np.inf)
    assert np.array_equal(surface.targets, MOONS.train.targets)


def test_samples_turn_as_the_model_predicts_them(moons):
    taken, _, recording, _ = moons
    shown = taken.samples
    assert shown.part == "validation"
    assert shown.targets.tolist() == [0, 1]
    assert np.array_equal(shown.inputs, MOONS.validation.inputs[shown.numbers])
    for step, outputs in zip(taken.steps, shown.outputs, strict=True):
        assert np.allclose(outputs, predicted(recording.theta[step], shown.inputs), rtol=1e-5)
    assert shown.activations["a1"].shape == (7, 2, 5)


def test_curves_are_means_of_losses_and_norms(moons):
    taken, plain, recording, _ = moons
    curves = taken.curves
    assert curves.layers == ("W1, b1", "W2, b2")
    assert curves.steps.tolist() == list(range(1, plain.step + 1))
    assert np.allclose(curves.loss, recording.loss)
    theta, first = np.array(recording.theta), slice(0, 15)
    for found, true in {
        "gradient": np.array(recording.gradient),
        "update": np.diff(theta, axis=0),
        "weights": theta[1:],
    }.items():
        assert np.allclose(getattr(curves, found)[:, 0], np.linalg.norm(true[:, first], axis=1), rtol=1e-4)


def test_curves_of_many_steps_are_thinned():
    taken = film(arguments(batch_size=4, epochs=10), 2)
    steps = int(taken.steps[-1])
    assert steps > 800
    assert len(taken.curves.steps) <= 400
    assert taken.curves.steps[-1] == steps


def test_lives_are_biographies_up_to_each_frame(moons):
    taken, _, recording, _ = moons
    lives = taken.lives
    assert lives.cells == ("W1[0,2]", "W1[1,0]", "W2[3,1]")
    assert lives.groups == ("upper", "lower")
    places = [2, 5, 15 + 7]
    for step, values in zip(taken.steps, lives.values, strict=True):
        assert np.array_equal(values, recording.theta[step][places].astype(np.float64))
    whole = biography(arguments(), CELLS)
    by_class = [whole.samples[MOONS.train.targets == number].sum(0) for number in range(2)]
    assert np.allclose(lives.added[-1].T, by_class, rtol=1e-6)  # sums of single precision, in another order
    assert np.array_equal(lives.raised[:, 0], whole.samples.argmax(0))
    assert np.array_equal(lives.lowered[:, 0], whole.samples.argmin(0))
    assert np.allclose(lives.raised_by[:, 0], whole.samples.max(0))
    assert np.array_equal(lives.inputs, MOONS.train.inputs[lives.numbers])


def test_what_the_classes_added_makes_the_weight_in_every_frame():
    lives = film(arguments(optimizer="sgd(0.2, momentum=0.9)"), 9, cells=CELLS).lives
    assert np.abs(lives.values - lives.first).max() > 0.1
    assert np.allclose(lives.first + lives.added.sum(-1), lives.values, rtol=0, atol=1e-5)


def test_units_that_are_the_same_for_every_sample_are_dead():
    given = arguments(preprocessing=None)
    linear = given["net"].layers[0]
    linear.weight[:, :2], linear.bias[:2] = 0, [-1, 3]
    taken = film({**given, "optimizer": optimizers.read("sgd(1e-9)"), "epochs": 1}, 2)
    assert taken.dead.layers == ("a1",)
    assert taken.dead.units.tolist() == [5]
    assert taken.dead.share[0, 0] == 0.4


@pytest.mark.parametrize(
    ("notation", "kind", "pictures"),
    [
        ("flatten, linear 6, relu, linear 10", "pictures", (6, 8, 8, 1)),
        ("conv 3 3, relu, flatten, linear 10", "kernels", (3, 3, 3, 1)),
    ],
)
def test_weights_of_images_are_pictures(notation, kind, pictures):
    net = network(notation, DIGITS.input_shape, seed=1)
    taken = film(arguments(DIGITS, net, max_steps=3), 4)
    assert (taken.first_layer.kind, taken.first_layer.weights.shape) == (kind, (4, *pictures))
    unit = net.layers[-4 if kind == "kernels" else 1].weight[..., 2].reshape(pictures[1:])
    assert not np.array_equal(taken.first_layer.weights[0, 2], taken.first_layer.weights[-1, 2])
    assert np.allclose(taken.first_layer.weights[-1, 2], unit)
    assert taken.samples.targets.tolist() == list(range(10))
    assert taken.surface is None


def test_a_network_over_time_shows_the_last_step():
    train = Samples(DIGITS.train.inputs[:50, :, :, 0] / 16, DIGITS.train.targets[:50])
    net = network("lstm 3, last, linear 10", (8, 8), seed=1)
    taken = film({**arguments(DIGITS, net, max_steps=3), "train": train, "validation": None, "preprocessing": None}, 4)
    assert taken.samples.part == "train"
    assert taken.samples.activations["s1"].shape == (4, 10, 3)
    assert (taken.first_layer.kind, taken.first_layer.weights.shape) == ("matrix", (4, 8, 12))


@pytest.mark.parametrize("inputs", [1, 2])
def test_a_regression_has_a_curve_or_a_surface(inputs, rng):
    x = rng.uniform(-3, 3, (60, inputs))
    net = mlp((inputs,), [4], 1, seed=1)
    given = {"net": net, "loss_fn": "mse", "optimizer": "adam(0.01)", "train": (x, np.sin(x[:, :1])), "epochs": 1}
    taken = film({**given, "validation": (x[:1], x[:1, :1])}, 3)
    assert taken.classes is None
    assert "validation_mae" in taken.history[0]
    assert "validation_r2" not in taken.history[0]  # of one sample it is NaN
    assert taken.surface.values.shape == ((3, 200, 1) if inputs == 1 else (3, 50, 50, 1))
    corner = np.array([[axis[0] for axis in taken.surface.axes]])
    assert np.allclose(taken.surface.values[-1].reshape(-1, 1)[:1], net(corner), atol=1e-6)


def test_large_pictures_are_left_out():
    net = network("flatten, linear 1, linear 2", (300, 300, 1), seed=1)
    x, y = np.zeros((4, 300, 300, 1)), np.array([0, 1, 0, 1])
    assert film({**arguments(MOONS, net, max_steps=60, epochs=None), "train": (x, y), "validation": None,
                 "preprocessing": None, "batch_size": 1}, 50).first_layer is None  # fmt: skip


def test_a_film_of_many_outputs_and_units_stays_small(rng):
    x, y = rng.normal(size=(20, 2)), rng.normal(size=(20, 400))
    given = {"net": mlp((2,), [300], 400), "loss_fn": "mse", "optimizer": "sgd", "train": (x, y), "batch_size": 1}
    taken = film({**given, "epochs": 1, "measure_train": False}, 20)
    assert taken.surface.values.size <= 2**21
    assert taken.first_layer.weights.shape == (20, 2, 64)
    assert taken.first_layer.units == 300
    assert taken.samples.activations["a1"].shape == (20, 10, 256)


def test_a_training_that_ends_early_ends_with_its_last_step():
    watcher = FilmWatcher(5)
    made = fit(**arguments(epochs=50, patience=1, optimizer="sgd(20)", callbacks=[watcher]))
    assert made.step < made.total_steps
    assert watcher.film().steps[-1] == made.step


def test_a_film_of_one_frame():
    with pytest.raises(ArgumentError, match="frames is 1; a film needs at least 2"):
        film(arguments(), 1)


def test_a_film_of_more_classes_than_have_names():
    with pytest.raises(ArgumentError, match="classes has 1 name for 2 classes; give one for each"):
        film(arguments(), classes=("upper",))


def test_a_life_of_a_cell_that_is_no_parameter():
    with pytest.raises(ArgumentError, match="z1 is no parameter of the network"):
        film(arguments(), cells=[("z1", (0, 0))])


def test_batches_of_unknown_samples():
    x, y = MOONS.train.inputs, MOONS.train.targets
    with pytest.raises(ArgumentError, match="give samples as train"):
        film({"net": mlp((2,), [3], 2), "loss_fn": CrossEntropy(), "optimizer": "sgd", "train": [(x, y)], "epochs": 1})
