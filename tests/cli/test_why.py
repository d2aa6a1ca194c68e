import itertools
import json
import re

import numpy as np
import pytest

from traced_networks import disagreement
from whence.cli.steps.step_samples import StepSamples
from whence.cli.steps.traced_run import trace_run
from whence.data import load
from whence.errors import ArgumentError, DataError, ModelFileError, RunFolderError
from whence.nn import Sequential
from whence.trace import save_traces
from whence.training import load_checkpoint, load_model


def test_a_number_is_walked_back_to_pixels(whence, trained):
    said = whence("why", trained, "z1[0,3]", "--depth", 2).stdout
    assert said.startswith("z1[n, j] = Σ_i f0[n, i] · W1[i, j] + b1[j]    computed by whence.nn.Linear.forward")
    assert "The largest of its 65 terms:" in said
    assert re.search(r"^  \d+ others, together +\S+$", said, re.MULTILINE)
    assert re.search(r"│  └─ x\[0,\d,\d,0\] = [\d.]+, pixel \(row \d, column \d\) of sample 0", said)


def test_pixels_and_labels_are_where_it_ends(whence, trained):
    assert re.fullmatch(
        r"x\[0,2,5,0\] = \S+, pixel \(row 2, column 5\) of sample 30\n",
        whence("why", trained, "x[0,2,5,0]", "--samples", 30).stdout,
    )
    label = load_label(trained, 30)
    assert whence("why", trained, "y[0]", "--samples", 30).stdout == f"y[0] = {label}, label of sample 30: {label}\n"


def load_label(run, sample):
    return int(trace_run(run, samples=[sample])[0]["y"][0])


def test_every_source_is_printed_as_the_command_takes_it(whence, trained):
    cell, path = "W1_new[21,5]", []
    while True:
        said = whence("why", trained, cell, "--batch", 4, "--terms", 2).stdout
        sources = re.findall(r"^[├└]─ (\S+) = ", said, re.MULTILINE)
        path.append(cell)
        if not sources:
            break
        cell = sources[-1]
    assert path[:3] == ["W1_new[21,5]", "dW1[21,5]", path[2]]
    assert re.search(r"a parameter|pixel|label|learning rate", said)


def test_without_a_cell_the_arrays_are_listed(whence, trained):
    said = whence("why", trained).stdout
    assert re.search(r"^dW1 +64 × 16 +dW1\[i, j\] = Σ_n", said, re.MULTILINE)


def test_the_language_can_be_chosen(whence, trained):
    russian = whence("why", trained, "dW1[42,3]", "--language", "ru").stdout
    assert "Вычислено из:" in russian and "Это шаг после лучшей эпохи" in russian
    chinese = whence("why", trained, "x[0,4,2,0]", "--language", "zh").stdout
    assert "样本 0 的像素" in chinese
    assert "'de' is not one of 'en', 'ru', 'zh'" in whence("why", trained, "loss", "--language", "de", code=2).stderr


def test_greek_letters_may_be_spelled_out(whence, trained):
    assert whence("why", trained, "eta").stdout == "η = 0.1, the learning rate\n"


def test_json_is_one_object(whence, trained):
    found = json.loads(whence("why", trained, "dz2[0,1]", "--json", "--depth", 2).stdout)
    assert found["cell"] == "dz2[0,1]"
    assert found["function"] == "whence.nn.CrossEntropy.evaluate"
    assert found["sources"][0]["cell"] == "p[0,1]"


def test_a_pipe_gets_no_colours(whence, trained):
    assert "\x1b" not in whence("why", trained, "loss").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["dW1[800,1]"], 1, "dW1 is (64, 16); 800 is outside axis 0"),
        (["dW7[0,0]"], 1, "there is no array 'dW7'; did you mean"),
        (["dW1"], 1, "name one of its cells, such as dW1[0,0]"),
        (["loss", "--samples", "9999"], 1, "sample is 9999; the samples are numbered from 0 to"),
        (["loss", "--batch", "99999"], 1, "batch is 99999, but there are"),
        (["loss", "--samples", "1", "--batch", "2"], 1, "samples and batch were both given; give one of them"),
        (["loss", "--depth", "0"], 2, "0 is not in the range"),
    ],
)
def test_what_does_not_exist_is_met_with_one_sentence(whence, trained, arguments, code, said):
    assert said in whence("why", trained, *arguments, code=code).stderr


def test_a_run_that_is_not_there_is_named(whence):
    assert "there is no run nowhere" in whence("why", "nowhere", "loss", code=1).stderr


def test_the_traced_step_is_the_one_that_training_would_make_next(trained):
    checkpoint = load_checkpoint(trained)
    step = trace_run(trained, batch=8)[0]
    net = checkpoint.model.net
    np.testing.assert_array_equal(step["W1"], net.layers[1].weight)
    logits, tape = net.forward(step["x"])
    loss, delta = checkpoint.model.loss_fn(logits, step["y"])
    assert step["loss"] == loss
    gradient = net.backward(delta, tape)
    expected = net.theta - np.float32(0.1) * gradient
    np.testing.assert_array_equal(step["W1_new"].ravel(), expected[: step["W1"].size])
    assert max(disagreement(step, name) for name in step.formulas) < 1e-5


def test_tracing_leaves_the_run_as_it_was(trained, working_folder):
    before = {path: path.read_bytes() for path in (working_folder / trained).iterdir()}
    trace_run(trained, batch=3, steps=2)
    assert {path: path.read_bytes() for path in (working_folder / trained).iterdir()} == before


def test_the_memory_of_the_optimizer_and_the_masks_go_on(whence):
    whence("train", "-m", 1, "-s", 8, "--optimizer", "adam", "--dropout", 0.3, "--batch-norm", "--out", "run", "-q")
    first = trace_run("run", batch=4)[0]
    assert first["τ"] == load_checkpoint("run").state.optimizer_steps + 1
    assert np.abs(first["v_W1"]).max() > 0
    assert np.abs(first["running_mean2"]).max() > 0
    again = trace_run("run", batch=4)[0]
    np.testing.assert_array_equal(first["mask2"], again["mask2"])


def test_steps_in_a_row_take_batches_in_a_row_and_start_over(whence):
    whence("train", "xor", "-m", 2, "--out", "run", "-q")
    steps = trace_run("run", batch=3, steps=3)
    assert [step.description["data"]["samples"] for step in steps] == [[0, 1, 2], [3, 0, 1], [2, 3, 0]]
    np.testing.assert_array_equal(steps[0]["W1_new"], steps[1]["W1"])
    assert [step.description["data"]["samples"] for step in trace_run("run", samples=[2, 0], steps=2)] == [[2, 0]] * 2


def test_a_saved_trace_can_be_asked_too(whence, trained):
    save_traces("step.safetensors", trace_run(trained, samples=[3]))
    assert (
        whence("why", "step.safetensors", "z1[0,3]").stdout == whence("why", trained, "z1[0,3]", "--samples", 3).stdout
    )
    with pytest.raises(ArgumentError, match="is a saved trace, which has its samples already"):
        trace_run("step.safetensors", samples=[0])
    with pytest.raises(ArgumentError, match=r"steps is 2, but .* holds 1 step"):
        trace_run("step.safetensors", steps=2)


def test_runs_that_cannot_be_traced_say_why(trained, working_folder):
    with pytest.raises(RunFolderError, match="there is no run"):
        trace_run("nowhere")
    with pytest.raises(ArgumentError, match="steps is 0"):
        trace_run(trained, steps=0)
    with pytest.raises(ArgumentError, match="samples is empty; give at least one"):
        trace_run(trained, samples=[])
    (working_folder / trained / "checkpoint.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelFileError):
        trace_run(trained)


def test_other_data_than_those_of_the_training_are_refused(whence, working_folder):
    rows = "a,b,target\n" + "".join(f"{i},{i % 3},{'yes' if i % 2 else 'no'}\n" for i in range(30))
    (working_folder / "table.csv").write_text(rows)
    whence("train", "table.csv", "-m", 1, "-s", 3, "--out", "run", "-q")
    assert "column 'b' of sample 2" in whence("why", "run", "x[0,1]", "--samples", 2).stdout
    (working_folder / "table.csv").write_text(rows.replace("29,", "31,"))
    with pytest.raises(DataError, match="are not the data that run was trained on"):
        trace_run("run")


@pytest.mark.parametrize(
    ("cell", "pattern"),
    [
        (
            "x[0,0]",
            r"'a' of sample 2: \(\d+ − [\d.]+\) / [\d.]+, from '(?P<a>\d+) g' in column 'a' of table\.csv, ",
        ),
        ("x[0,1]", r"'b=even' of sample 2: [01], from '(odd|even)' in column 'b' of table\.csv, "),
    ],
)
def test_an_input_is_traced_to_its_cell_in_the_file(whence, working_folder, cell, pattern):
    rows = [f"{i} g,{'odd' if i % 2 else 'even'},{i * 1.5}" for i in range(30)]
    (working_folder / "table.csv").write_text("\n".join(["a,b,target", *rows]))
    whence("train", "table.csv", "--categorical", "b", "-m", 1, "--out", "run", "-q")
    said = whence("why", "run", cell, "--samples", 2).stdout
    found = re.search(pattern + r"row (?P<row>\d+) \(line (?P<line>\d+)\)", said)
    assert found, said
    assert int(found["line"]) == int(found["row"]) + 1
    if cell == "x[0,0]":
        assert found["a"] == str(int(found["row"]) - 1)
        given = json.loads(whence("why", "run", cell, "--samples", 2, "--json").stdout)
        minuend, rest = re.search(r"\((.+?)\) / ([\d.]+)", given["given"]).groups()
        number, mean = map(float, minuend.split(" − "))
        assert given["value"] == pytest.approx((number - mean) / float(rest), rel=1e-4)


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_the_cell_of_an_input_is_said_in_the_readers_language(whence, working_folder, language):
    rows = [f"{i if i != 2 else ''},{i * 1.5}" for i in range(30)]
    (working_folder / "t.csv").write_text("\n".join(["a,y", *rows]))
    whence("train", "t.csv", "--missing", "mean", "-m", 1, "--test", 0, "--validation", 0, "--out", "run", "-q")
    for sample in (2, 3):
        said = whence("why", "run", "x[0,0]", "--samples", sample, "--language", language).stdout
        assert f"t.csv{' 第' if language == 'zh' else ', строка'}" in said
        assert not re.findall(r"[A-Za-z]{2,}", said.replace("t.csv", "")), said


def test_an_input_of_a_window_is_traced_to_its_row(whence, working_folder):
    rng = np.random.default_rng(0)
    (working_folder / "series.csv").write_text("\n".join(["v", *(f"{value:.3f}" for value in rng.random(60))]))
    whence("train", "series.csv", "--window", 3, "--difference", 0, "-m", 1, "--out", "run", "-q")
    said = whence("why", "run", "x[0,2,0]", "--samples", 4).stdout
    assert "in column 'v' of series.csv, row 7 (line 8)" in said


def test_a_pixel_is_traced_to_its_file(whence, working_folder):
    from PIL import Image

    rng = np.random.default_rng(0)
    for label in "ab":
        (working_folder / "pictures" / label).mkdir(parents=True)
        for i in range(8):
            picture = Image.fromarray(rng.integers(0, 256, (5, 5), np.uint8))
            picture.save(working_folder / "pictures" / label / f"{i}.png")
    whence("train", "pictures", "-m", 1, "--out", "run", "-q")
    assert re.search(
        r"column 2\) of sample 3: [ab]/\d\.png\n", whence("why", "run", "x[0,1,2,0]", "--samples", 3).stdout
    )


def test_no_gradient_is_computed_but_by_the_ordinary_code(trained, monkeypatch):
    called = []
    original = Sequential.backward
    monkeypatch.setattr(Sequential, "backward", lambda *args, **kwargs: called.append(1) or original(*args, **kwargs))
    trace_run(trained)
    assert called == [1]


@pytest.mark.parametrize("view", ["why", "show", "sheet", "formulas", "check"])
def test_every_view_takes_the_same_samples_by_default(whence, trained, view, monkeypatch):
    taken = []

    def noting(source, *given):
        taken.extend(chosen(source, *given)[0])
        raise ArgumentError("that is enough")

    chosen = StepSamples.chosen
    monkeypatch.setattr(StepSamples, "chosen", noting)
    arguments = {"why": ["loss"], "formulas": ["--numbers"]}.get(view, [])
    assert "that is enough" in whence(view, trained, *arguments, code=1).stderr
    targets = load("digits").train.targets
    assert taken == sorted(np.unique(targets, return_index=True)[1])[:4]
    assert len(set(targets[taken])) == 4


def test_samples_are_numbers(whence, trained):
    said = whence("why", trained, "loss", "--samples", "1,x", code=2).stderr
    assert "samples is '1,x'; give numbers from 0, separated by commas, such as 3,7,12" in said
    said = whence("check", "4,3,2", "--samples", "1", code=2).stderr
    assert "an architecture has made-up samples; leave out samples, or give a run" in said


def test_a_step_that_the_run_has_made_is_replayed_on_its_own_samples(whence):
    whence("train", "-m", 2, "-s", 8, "-b", 500, "--schedule", "cosine", "--out", "run", "--quiet")
    made = load_checkpoint("run").state.step
    steps = trace_run("run", step="first", steps=made)
    assert [float(step["τ"]) for step in steps] == [*range(1, made + 1)]
    for before, after in itertools.pairwise(steps):
        assert np.array_equal(before["W2_new"], after["W2"])
    assert np.array_equal(steps[-1]["W2_new"], load_checkpoint("run").model.net.state_dict()["3.weight"])
    assert np.array_equal(trace_run("run", step="last")[0]["dW1"], steps[-1]["dW1"])
    (chosen,) = trace_run("run", step="2", samples=[5])
    assert np.array_equal(chosen["W1"], steps[1]["W1"]) and len(chosen["x"]) == 1
    said = whence("why", "run", "loss", "--step", made + 1, code=1).stderr
    assert f"run has made {made} steps; give a step from 1 to {made}, best or next" in said
    assert (
        "step is 'nth'; give best, next, first, last, or a number from 1"
        in whence("why", "run", "--step", "nth", code=2).stderr
    )


def test_steps_after_a_cut_epoch_are_not_replayed(whence):
    whence("train", "-m", 4, "-s", 8, "-b", 500, "--max-steps", 5, "--out", "run", "--quiet")
    whence("train", "--resume", "run", "--max-steps", 9, "--quiet")
    assert float(trace_run("run", step="5")[0]["τ"]) == 5
    said = whence("why", "run", "loss", "--step", "last", code=1).stderr
    assert (
        "run was resumed with other settings, so the steps after 5 cannot be replayed; train anew for them, or look"
        in said
    )


def test_more_steps_than_the_run_has_made_are_refused(whence):
    whence("train", "-s", 8, "--max-steps", 3, "--out", "run", "--quiet")
    said = whence("sheet", "run", "--step", "last", "--steps", 4, code=1).stderr
    assert "step is last and steps is 4, but run has made 3 steps; give a step from 1 to 3, best or next" in said


def test_steps_under_a_schedule_are_replayed_after_a_change_of_the_threads(whence, monkeypatch):
    monkeypatch.setattr("whence.cli.threads._WORTH_SHARING_PRODUCTS", 0)
    whence("train", "-s", 8, "-m", 1, "--schedule", "cosine", "--threads", 1, "--out", "run", "--quiet")
    whence("train", "--resume", "run", "--threads", 2, "--quiet")
    assert float(trace_run("run", step="2")[0]["τ"]) == 2


def test_steps_after_more_epochs_are_replayed(whence):
    whence("train", "-m", 1, "-s", 8, "-b", 500, "--out", "run", "--quiet")
    whence("train", "--resume", "run", "-m", 2, "--quiet")
    (last,) = trace_run("run", step="last")
    assert np.array_equal(last["W2_new"], load_checkpoint("run").model.net.state_dict()["3.weight"])


@pytest.fixture
def past_its_best(whence, once):
    """A run that learned noise by heart after its best epoch."""

    def make():
        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(1200, 8)), rng.integers(0, 2, 1200)
        np.savez("noise.npz", x_train=x, y_train=y, x_test=x[:9], y_test=y[:9])
        given = ("-m", 12, "-s", 32, "-b", 50, "--optimizer", "adam", "-l", 0.01, "--validation", 0.85, "-q")
        whence("train", "noise.npz", *given, "--out", "run")

    once("past its best", make)
    state = load_checkpoint("run").state
    assert state.best_epoch < state.epoch
    return "run"


@pytest.mark.parametrize("view", ["why", "formulas", "check", "show", "sheet"])
def test_every_view_takes_the_weights_of_the_saved_model(whence, past_its_best, view, monkeypatch):
    networks = []

    def noting(source, model, rows):
        networks.append(model.net)
        raise ArgumentError("that is enough")

    monkeypatch.setattr(StepSamples, "batch", noting)
    arguments = {"why": ["loss"], "formulas": ["--numbers"]}.get(view, [])
    whence(view, past_its_best, *arguments, code=1)
    saved = load_model(past_its_best).net
    assert np.array_equal(networks[0].theta.astype(np.float32), saved.theta)


def test_the_step_after_the_best_epoch_is_the_one_that_the_run_made(past_its_best):
    checkpoint = load_checkpoint(past_its_best)
    number = checkpoint.history[checkpoint.state.best_epoch - 1]["step"] + 1
    (made,) = trace_run(past_its_best, step=str(number))
    (shown,) = trace_run(past_its_best, samples=made.description["data"]["samples"])
    assert made.arrays.keys() == shown.arrays.keys()
    assert all(np.array_equal(made[name], shown[name]) for name in made.arrays)


def test_the_memory_of_the_best_epoch_survives_an_interruption(whence, past_its_best):
    before = load_checkpoint(past_its_best)
    whence("train", "--resume", past_its_best, "-m", 13, "-q")
    after = load_checkpoint(past_its_best)
    assert after.state.best_epoch == before.state.best_epoch
    assert after.state.best_optimizer_steps == before.state.best_optimizer_steps
    for name, array in before.best_optimizer().state.items():
        assert np.array_equal(array, after.best_optimizer().state[name])
