import json
import math
import re

import pytest

from whence.errors import ArgumentError, UnknownNameError
from whence.optim import Schedule, schedule, schedules

SPELLINGS = [
    "constant",
    "step(10, 0.5)",
    "step(3)",
    "exponential(0.95)",
    "cosine",
    "cosine(0.1)",
    "one_cycle",
    "one_cycle(0.25)",
    "warmup(5)",
    "plateau",
    "plateau(0.5, 1)",
    "warmup(5) * cosine",
    "warmup(20) * step(2, 0.5) * plateau(0.5, 0)",
]
LOSSES = [3.0, 2.0, 2.5, 2.5, 1.9, 1.9, 1.9, 1.9, 1.0, 1.2]
PER_EPOCH, EPOCHS = 4, 10


def started(text, rate=0.8, total=PER_EPOCH * EPOCHS):
    made = schedule(text)
    made.start(rate, PER_EPOCH, total)
    return made


def trained(made, epochs=range(EPOCHS)):
    rates = []
    for epoch in epochs:
        rates += [made.rate(epoch * PER_EPOCH + batch) for batch in range(PER_EPOCH)]
        made.observe(LOSSES[epoch])
    return rates


def test_every_schedule_of_the_registry_is_tried():
    assert {re.match(r"\w+", part)[0] for text in SPELLINGS for part in text.split(" * ")} == set(schedules)


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_schedule_is_written_as_it_is_spelled(text):
    assert str(schedule(text)) == text
    assert schedule(str(schedule(text))) == schedule(text)


def test_spellings_that_mean_the_same():
    assert schedule("One-Cycle( .25 )") == schedule("one_cycle(0.25)")
    assert schedule("step(10 0.5)") == schedule("step(10,0.5)")
    assert schedule("cosine()") == schedule("cosine")
    made = schedule("cosine")
    assert schedule(made) is made


@pytest.mark.parametrize("text", SPELLINGS)
@pytest.mark.parametrize("pause", [1, 4, 9])
def test_going_on_from_a_state_gives_the_same_bits(text, pause):
    straight = trained(started(text))
    first = started(text)
    rates = trained(first, range(pause))
    resumed = started(text)
    resumed.load_state_dict(json.loads(json.dumps(first.state_dict())))
    assert rates + trained(resumed, range(pause, EPOCHS)) == straight


@pytest.mark.parametrize("text", SPELLINGS)
@pytest.mark.parametrize("total", [1, 2, 40])
def test_rates_are_positive_python_floats_up_to_the_base_rate(text, total):
    made = started(text, total=total)
    for step in range(total):
        assert type(made.rate(step)) is float
        assert 0 < made.rate(step) <= 0.8


def test_a_schedule_starts_anew():
    made = started("plateau(0.5, 0)")
    trained(made)
    made.start(0.1, 1, 10)
    assert made.rate(0) == 0.1


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("constant", {0: 0.8, 39: 0.8}),
        ("step(3, 0.5)", {0: 0.8, 11: 0.8, 12: 0.4, 23: 0.4, 24: 0.2, 39: 0.1}),
        ("exponential(0.5)", {0: 0.8, 3: 0.8, 4: 0.4, 8: 0.2}),
        ("cosine", {0: 0.8, 10: 0.4 * (1 + math.sqrt(0.5)), 20: 0.4, 39: 0.4 * (1 + math.cos(math.pi * 39 / 40))}),
        ("cosine(0.5)", {0: 0.8, 20: 0.6, 40: 0.4}),
        ("one_cycle(0.275)", {0: 0.032, 5: 0.416, 10: 0.8, 39: 3.2e-6}),
        ("one_cycle(0.275, 0.5, 0.25)", {0: 0.4, 5: 0.6, 10: 0.8, 39: 0.2}),
        ("warmup(4)", {0: 0.2, 1: 0.4, 2: 0.6, 3: 0.8, 30: 0.8}),
        ("warmup(4) * cosine", {0: 0.2, 1: 0.2 * (1 + math.cos(math.pi / 40)), 20: 0.4}),
    ],
)
def test_rates_at_chosen_steps(text, values):
    made = started(text)
    for step, rate in values.items():
        assert made.rate(step) == pytest.approx(rate, rel=1e-12)


def test_the_one_cycle_rises_to_its_top_and_falls():
    rates = [started("one_cycle").rate(step) for step in range(40)]
    top = rates.index(max(rates))
    assert top == 0.3 * 40 - 1
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)


def rates_after(text, losses, rate=1.0):
    made = started(text, rate)
    found = []
    for loss in losses:
        made.observe(loss)
        found.append(made.rate(0))
    return found


def test_a_plateau_is_more_than_patience_epochs_without_progress():
    assert rates_after("plateau", [3] * 23) == [1] * 11 + [0.1] * 11 + [pytest.approx(0.01)]
    assert rates_after("plateau(0.5, 0)", [3, 3, 2, 2, 2]) == [1, 0.5, 0.5, 0.25, 0.125]
    assert rates_after("plateau(0.5, 1)", [3, 3, 3, 3, 3]) == [1, 1, 0.5, 0.5, 0.25]
    assert rates_after("plateau(0.5, 1)", [3, 3, 2, 2, 1]) == [1, 1, 1, 1, 1]


def test_progress_is_measured_against_the_best_loss_and_a_threshold():
    assert rates_after("plateau(0.5, 0)", [1, 2, 1.5, 0.99]) == [1, 0.5, 0.25, 0.25]
    assert rates_after("plateau(0.5, 0, 0, 0.1)", [1, 0.95, 0.89]) == [1, 0.5, 0.5]
    assert rates_after("plateau(0.5, 0, 0, 0.5)", [1, 0.5]) == [1, 0.5]  # exactly at the threshold is no improvement


def test_a_plateau_does_not_go_below_its_least_rate():
    assert rates_after("plateau(0.1, 0, 0.05)", [1, 1, 1, 1], rate=2.0) == pytest.approx([2, 0.2, 0.05, 0.05])
    assert rates_after("plateau(0.1, 0, 5)", [1, 1], rate=2.0) == [2, 2]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("step", "StepDecay: missing a required argument: 'every'; it takes (every, decay)"),
        ("step(1, 2, 3)", "3 is one value too many; write: step EVERY [decay=0.1]"),
        ("cosine(0.1", "'cosine(0.1' opens a bracket that it does not close; add one at the end"),
        ("", "'' does not begin with a name; write one, and then its values"),
        ("cosine *", "'' does not begin with a name; write one, and then its values"),
        ("warmup(5) * exponential(x)", "Exponential was given decay = 'x'; it must be a number above 0 and at most 1"),
        ("step(2.5)", "StepDecay was given every = 2.5; it must be a whole number of at least 1"),
        ("warmup(inf)", "WarmUp was given steps = inf; it must be a whole number of at least 1"),
        ("cosine(2)", "Cosine was given floor = 2; it must be a number of at least 0 and at most 1"),
        ("one_cycle(1)", "OneCycle was given warm = 1; it must be a number above 0 and below 1"),
        ("plateau(0.5, -1)", "Plateau was given patience = -1; it must be a whole number of at least 0"),
        ("plateau(0.5, 1, -1)", "Plateau was given min_rate = -1; it must be a number of at least 0"),
    ],
)
def test_texts_that_are_no_schedule(text, sentence):
    with pytest.raises(ArgumentError, match=f"^{re.escape(sentence)}$"):
        schedule(text)


def test_a_schedule_that_does_not_exist():
    with pytest.raises(UnknownNameError, match="there is no schedule 'cosin'; did you mean 'cosine'"):
        schedule("cosin")
    assert issubclass(schedules["cosine"], Schedule)
