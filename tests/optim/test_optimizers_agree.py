import numpy as np
import pytest
from optimizer_cases import CASES, IDS, SETTINGS, make, mask, start

from whence.formula import Index, evaluate
from whence.optim import optimizers

every_case = pytest.mark.parametrize(("name", "config"), CASES, ids=IDS)


def test_every_optimizer_of_the_registry_has_cases():
    assert set(SETTINGS) == set(optimizers)


def disagreements(optimizer, dtype, tolerance, steps=4, damage=lambda theta: None):
    """Return the names of the arrays that formulas and NumPy make differently in any of several steps."""
    theta, draw = start(dtype=dtype)
    differ = set()
    for _ in range(steps):
        g, before = draw(), theta.copy()
        optimizer.prepare(theta)
        old = optimizer.arrays()
        optimizer.step(theta, g)
        damage(theta)
        new = optimizer.arrays()
        arrays = {"θ": before, "g": g, "θ_new": theta}
        arrays |= {name: old[name] for name in optimizer.state_names}
        arrays |= {f"{name}_new": new[name] for name in optimizer.state_names}
        arrays |= {name: new[name] for name in ("η", "τ", "norm", "clip") if name in new}
        clipping = optimizer.clip_formulas({"g": (Index("i", g.size),)})
        differ |= {
            f.target.array for f in clipping if not close(evaluate(f, arrays), arrays[f.target.array], tolerance)
        }
        for decays, part in ((True, mask()), (False, ~mask())):
            formulas = list(optimizer.formulas(decays=decays))
            assert {f.target.array for f in formulas} == {"θ_new", *(f"{name}_new" for name in optimizer.state_names)}
            assert formulas[-1].target.array == "θ_new"
            for formula in formulas:
                found = arrays[formula.target.array]
                assert found.dtype == dtype
                if not close(evaluate(formula, arrays)[part], found[part], tolerance):
                    differ.add(formula.target.array)
    return differ


def close(expected, found, tolerance):
    return np.allclose(found, expected, rtol=tolerance, atol=tolerance)


@every_case
def test_formulas_are_what_numpy_does_over_several_steps(name, config):
    assert not disagreements(make(name, config, mask()), np.float64, 1e-12)
    assert not disagreements(make(name, config, mask()), np.float32, 1e-5)


@every_case
def test_a_damaged_step_is_noticed_by_the_comparison_with_formulas(name, config):
    def damage(theta):
        theta *= 1 + 1e-9

    assert disagreements(make(name, config, mask()), np.float64, 1e-12, damage=damage) == {"θ_new"}


@pytest.mark.parametrize("name", SETTINGS)
def test_formulas_take_the_axes_of_a_parameter(name):
    element = (Index("i"), Index("j"))
    for formula in make(name, {}).formulas(element):
        assert formula.indices == element


@every_case
def test_theta_moves_in_place_and_the_gradient_stays(name, config):
    optimizer = make(name, config, mask())
    theta, draw = start()
    view, before, g = theta[:3], theta.copy(), draw()
    kept = g.copy()
    optimizer.step(theta, g)
    assert np.shares_memory(view, theta)
    assert not np.array_equal(view, before[:3])
    np.testing.assert_array_equal(g, kept)


@every_case
def test_decay_spares_what_the_mask_spares(name, config):
    config = {**config, "weight_decay": 0.3}
    theta, draw = start()
    plain, decayed, g = theta.copy(), theta.copy(), draw()
    make(name, {**config, "weight_decay": 0.0}).step(plain, g)
    make(name, config, mask()).step(decayed, g)
    np.testing.assert_array_equal(plain[~mask()], decayed[~mask()])
    first_of_signs = name in ("adam", "adagrad", "rmsprop")  # their first step hardly depends on the gradient's size
    assert first_of_signs or (plain[mask()] != decayed[mask()]).all()


@pytest.mark.parametrize("name", SETTINGS)
def test_decay_alone_draws_theta_to_zero(name):
    optimizer = make(name, {"weight_decay": 0.5}, mask())
    theta, _ = start()
    before = theta.copy()
    for _ in range(3):
        optimizer.step(theta, np.zeros(6))
    assert (np.abs(theta[mask()]) < np.abs(before[mask()])).all()
    np.testing.assert_array_equal(theta[~mask()], before[~mask()])


@pytest.mark.parametrize("name", SETTINGS)
def test_an_optimizer_finds_the_bottom_of_a_bowl(name):
    rates = {"sgd": 0.1, "adam": 0.05, "adamw": 0.05, "rmsprop": 0.01, "adagrad": 0.5}
    bottom, steepness = np.array([1.0, -2.0, 0.5]), np.array([0.3, 1.0, 4.0])
    for own in SETTINGS[name]:
        optimizer = optimizers[name](rates[name] / (10 if own.get("momentum") else 1), **{**own, "weight_decay": 0.0})
        theta = np.zeros(3)
        for _ in range(1000):
            optimizer.step(theta, steepness * (theta - bottom))
        np.testing.assert_allclose(theta, bottom, atol=0.02)


@every_case
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_going_on_from_a_state_gives_the_same_bits(name, config, dtype):
    straight, interrupted = make(name, config, mask()), make(name, config, mask())
    theta, draw = start(dtype=dtype)
    gradients = [draw() for _ in range(5)]
    other = theta.copy()
    for g in gradients:
        straight.step(theta, g)
    for g in gradients[:2]:
        interrupted.step(other, g)
    state = interrupted.state_dict()
    resumed = make(name, config, mask())
    resumed.load_state_dict(state)
    interrupted.step(other.copy(), gradients[2])  # the state is a copy, which this does not touch
    for g in gradients[2:]:
        resumed.step(other, g)
    np.testing.assert_array_equal(theta, other)
    assert resumed.steps == straight.steps == 5


@pytest.mark.parametrize("name", SETTINGS)
def test_a_state_before_the_first_step_comes_back(name):
    fresh, again = make(name, {}), make(name, {})
    again.load_state_dict(fresh.state_dict())
    assert (again.steps, again.state) == (0, {})
    fresh.prepare(np.zeros(3))
    again.load_state_dict(fresh.state_dict())
    assert set(again.state) == set(fresh.state_names)


@pytest.mark.parametrize("name", SETTINGS)
def test_arrays_are_copies(name):
    optimizer = make(name, {"clip_norm": 1.0}, mask())
    theta, draw = start()
    optimizer.step(theta, draw())
    for array in optimizer.arrays().values():
        array[...] = -7
    again = optimizer.arrays()
    assert all((again[state] != -7).all() for state in optimizer.state_names)
    assert again["η"] == 0.05
    assert again["τ"] == 1
    assert again["clip"] == min(1, 1 / again["norm"])


def test_the_norm_of_several_gradients_and_a_gradient_of_zero():
    optimizer = make("sgd", {"clip_norm": 1.0})
    rng = np.random.default_rng(0)
    pieces = {"dW1": rng.normal(size=(3, 2)), "db1": rng.normal(size=2), "dW2": rng.normal(size=(2, 2, 1, 3))}
    elements = {
        name: tuple(Index(letter, length) for letter, length in zip("uvij", piece.shape, strict=False))
        for name, piece in pieces.items()
    }
    norm, clip = optimizer.clip_formulas(elements)
    flat = np.concatenate([piece.ravel() for piece in pieces.values()])
    optimizer.step(np.zeros(flat.size), flat)
    assert evaluate(norm, pieces) == pytest.approx(np.linalg.norm(flat), rel=1e-14)
    assert evaluate(clip, {"norm": evaluate(norm, pieces)}) == pytest.approx(optimizer.clip, rel=1e-14)
    optimizer.step(theta := np.zeros(flat.size), np.zeros(flat.size))
    assert (optimizer.norm, optimizer.clip) == (0, 1)
    assert not theta.any()
    assert evaluate(clip, {"norm": np.asarray(0.0)}) == 1
    assert make("sgd", {}).clip_formulas(elements) == []
