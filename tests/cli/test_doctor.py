"""``whence doctor``: what is wrong with the training of a run."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from exhaustive import one_of

FIELDS = {"fault", "where", "evidence", "remedy", "confidence", "proof"}


@pytest.fixture
def faulty(whence, once, diagnosed):
    """The folder of a run on two rings whose network is a linear map."""

    def make():
        rng = np.random.default_rng(1)
        ring = np.arange(400) % 2
        angle, radius = rng.uniform(0, 6.28, 400), 0.6 + ring + 0.1 * rng.standard_normal(400)
        np.savez("rings.npz", x=np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), y=ring)
        settings = "-s 16 --activation identity --optimizer adam -l 0.01 -m 20 --out run"
        Path("said.txt").write_text(whence("train", "rings.npz", *settings.split()).stdout)

    once("rings", make)
    return "run"


def test_the_findings_are_an_object_of_json(faulty, whence):
    found = json.loads(whence("doctor", faulty, "--json").output)
    assert found["run"] == faulty
    first = found["findings"][0]
    assert first["fault"] == "no-nonlinearity"
    assert first.keys() >= FIELDS
    assert first["remedy"] == {"activation": "relu"}
    assert first["proof"]["without"] < 0.7 < first["proof"]["with_remedy"]


def test_the_text_says_what_helps_and_proves_it(faulty, whence):
    said = whence("doctor", faulty).output
    assert "no-nonlinearity: layers 1 to 3" in said
    assert "--activation relu" in said
    assert "proof: accuracy" in said


def test_a_training_says_in_one_line_why_a_baseline_was_not_reached(faulty):
    said = Path("said.txt").read_text()
    assert "no-nonlinearity" in said
    assert "try --activation relu" in said


def test_a_proof_draws_the_losses_with_and_without_the_remedy(faulty, whence):
    said = whence("doctor", faulty, "--prove").output
    without, with_it = (re.search(rf"{name} +([▁▂▃▄▅▆▇█]+)  (.*) to (.*)\n", said) for name in ("without", "with it"))
    assert len(without[1]) == len(with_it[1]) == 30
    assert float(with_it[3]) < 0.5 * float(without[3])


@one_of(("rate", "faults"), [("0.02", []), ("0.000001", ["learning-rate-too-low"])])
def test_a_network_that_reads_a_text(working_folder, whence, rate, faults):
    rng = np.random.default_rng(1)
    words = ["the", "cat", "dog", "sat", "ran", "on", "mat", "and"]
    Path("part.txt").write_text(" ".join(rng.choice(words, 2000)))
    settings = f"--window 16 -b 16 -m 6 -l {rate} --out run --quiet --arch"
    whence("train", "text", "part.txt", *settings.split(), "embed 8, gru 24, linear")
    found = json.loads(whence("doctor", "run", "--json").output)["findings"]
    assert [each["fault"] for each in found][:1] == faults
