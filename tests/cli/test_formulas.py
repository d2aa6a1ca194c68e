import re
from pathlib import Path

import pytest


def test_a_described_network_is_derived(whence):
    said = whence("formulas", "784,96,10").stdout
    assert said.startswith("One training step: 784 inputs → linear, 96 outputs → ReLU → linear, 10 outputs\n═")
    for equation in ("z1 = x W1 + 𝟏 b1", "dz2 = (p − y) / N", "dW1 = xᵀ dz1", "W1_new = W1 − η dW1"):
        assert f"    {equation}\n" in said
    assert "computed by whence.nn.Linear.backward" in said
    assert "0 is taken at the kink, where there is no derivative" in re.sub(r"\s+", " ", said)


def test_a_run_is_derived_with_its_labels(whence, trained):
    said = whence("formulas", trained, "--batch", 3).stdout
    assert "dz2 = (p − Y) / N" in said
    assert "one row for each sample, 1 at its label." in re.sub(r"\s+", " ", said)


def test_only_numbers_need_the_data_of_a_run(whence, working_folder):
    lines = ["a,b,c", *(f"{number},{number % 7},{number % 2}" for number in range(60))]
    table = working_folder / "table.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    whence("train", "table.csv", "-s", 3, "-m", 1, "--out", "run", "-q")
    before = whence("formulas", "run").stdout
    table.unlink()
    assert whence("formulas", "run").stdout == before
    assert "table.csv" in whence("formulas", "run", "--numbers", code=1).stderr


@pytest.mark.parametrize(
    "arguments",
    [("--positive", 3), ("--as-sequence", "--arch", "gru 4, last, linear"), ("--loss", "mse", "--target", "c")],
    ids=["one class", "sequence", "number"],
)
def test_the_formulas_of_a_run_are_those_of_its_data(whence, working_folder, arguments):
    lines = ["a,b,c", *(f"{number},{number % 7},{number / 3}" for number in range(60))]
    (working_folder / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    data = ["table.csv"] if "--target" in arguments else []
    whence("train", *data, *arguments, "-m", 1, "--out", "run", "-q")
    symbols, numbers = whence("formulas", "run").stdout, whence("formulas", "run", "--numbers").stdout
    equations = [line for line in symbols.splitlines() if line.startswith("    ")]
    assert len(equations) > 20
    assert set(equations) <= set(numbers.splitlines())


def test_samples_may_be_columns(whence):
    said = whence("formulas", "4,3,2", "--layout", "columns").stdout
    assert "z1 = W1 x + b1 𝟏ᵀ" in said
    assert "dW1 = dz1 xᵀ" in said


@pytest.mark.parametrize(
    ("form", "begins", "holds"),
    [
        ("text", "One training step: 4 inputs", "z1 = x W1"),
        ("markdown", "# One training step: 4 inputs", "$$\n\\begin{aligned}\nz_{1} &= x"),
        ("latex", "\\documentclass", "\\partial L"),
        ("html", "<!DOCTYPE html>", "<mfrac>"),
    ],
)
@pytest.mark.parametrize("numbers", [[], ["--numbers"]], ids=["symbols", "numbers"])
def test_every_format(whence, form, begins, holds, numbers):
    said = whence("formulas", "4,3,2", "--format", form, *numbers).stdout
    assert said.startswith(begins)
    assert holds in said


def test_it_is_written_to_a_file(whence, working_folder):
    said = whence("formulas", "4,3,2", "--format", "latex", "-o", "derivation.tex").stdout
    assert said == "The derivation is in derivation.tex.\n"
    assert (working_folder / "derivation.tex").read_text(encoding="utf-8").endswith("\\end{document}\n")


def test_the_ending_of_the_file_chooses_the_format(whence, working_folder):
    whence("formulas", "4,3,2", "-o", "derivation.md")
    assert (working_folder / "derivation.md").read_text(encoding="utf-8").startswith("# One training step: 4 inputs")
    said = whence("formulas", "4,3,2", "-o", "derivation.pdf", code=1).stderr
    assert "derivation.pdf ends in .pdf, which cannot be written here" in said
    assert "a name that ends in .txt or .md or .tex or .html" in said
    assert "ends in .tex" in whence("formulas", "4,3,2", "--format", "latex", "-o", "derivation.html", code=1).stderr


def test_options_describe_network_loss_and_optimizer(whence):
    said = whence(
        "formulas", "4,3,2", "--activation", "tanh", "--batch-norm", "--dropout", 0.2, "--loss", "mse",
        "--optimizer", "adam", "--clip-norm", 1,
    ).stdout  # fmt: skip
    assert said.startswith(
        "One training step: 4 inputs → linear, 3 outputs → batch normalisation, 3 outputs → tanh → dropout → "
    )
    for part in ("Loss: mean squared error", "Update: Adam", "Clipping", "β₁ = 0.9"):
        assert part in said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["5"], 1, "is not a network; give at least two sizes"),
        (["nowhere"], 1, "there is no run nowhere"),
        (["4,3", "--format", "pdf"], 2, "'pdf' is not one of"),
        (["4,3", "--optimizer", "nope"], 1, "there is no optimizer 'nope'"),
        (["4,3", "-o", "no/where.txt"], 1, "no/where.txt"),
    ],
)
def test_mistakes_are_met_with_one_sentence(whence, arguments, code, said):
    assert said in whence("formulas", *arguments, code=code).stderr


def test_a_run_has_its_own_settings(whence, trained):
    said = whence("formulas", trained, "--loss", "mse", "--optimizer", "adam", code=2).stderr
    assert "a run has its own settings; leave out loss, optimizer" in said


def test_an_exercise_is_written_with_a_key_beside_it(whence):
    said = whence("formulas", "2, 3 relu, 2", "--exercise", 3, "-o", "mia.tex").stdout
    assert said.startswith("mia.tex: ") and "the key is mia-key.tex" in said
    assert r"\_\_\_" in Path("mia.tex").read_text() and r"\_\_\_" not in Path("mia-key.tex").read_text()
    assert "give the file to write with -o" in whence("formulas", "2, 3 relu, 2", "--exercise", 3, code=2).stderr
    large = whence("formulas", "300, 4, 2", "--exercise", 3, "-o", "large.tex", code=1)
    assert "more than the 40" in large.stderr and not Path("large.tex").exists()
