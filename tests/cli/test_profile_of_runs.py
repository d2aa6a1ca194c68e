"""``whence train --profile``."""

import json


def test_the_profile_is_printed_and_in_json(whence):
    said = whence("train", "-m", 1, "-s", 8, "--profile", "--out", "run")
    assert "1 Linear(64, 8): forward" in said.stdout
    found = json.loads(whence("train", "-m", 1, "-s", 8, "--profile", "--json", "--out", "run2").stdout)["profile"]
    assert found["steps"] > 0
    assert [layer["name"] for layer in found["layers"]] == ["Flatten()", "Linear(64, 8)", "ReLU()", "Linear(8, 10)"]
