import json
import time
from pathlib import Path

import pytest

from exhaustive import one_of

RHYME = "the cat sat on the mat, and the rat sat on the cat.\n" * 40


@pytest.fixture
def run(whence, once):
    def make():
        Path("rhyme.txt").write_text(RHYME, encoding="utf-8")
        arch = "embed 4, lstm 8, linear"
        whence(
            "train", "text", "rhyme.txt", "--arch", arch, "-b", 4, "--window", 16, "-m", 3, "--quiet", "--out", "run"
        )

    once("rhyme", make)
    return "run"


def test_a_text_goes_on_after_its_prompt(whence, run):
    made = whence("sample", run, "--prompt", "the cat", "--length", 30).stdout
    assert made.startswith("the cat")
    assert len(made) == len("the cat") + 30 + 1


def test_the_seed_decides_the_text(whence, run):
    texts = [whence("sample", run, "--seed", seed).stdout for seed in (3, 3, 4)]
    assert texts[0] == texts[1] != texts[2]
    assert len(texts[0]) == 501


def test_a_model_file_is_enough(whence, run):
    alone = whence("sample", f"{run}/model.safetensors", "--temperature", 0).stdout
    assert alone == whence("sample", run, "--temperature", 0, "--seed", 9).stdout


def test_json(whence, run):
    found = json.loads(whence("sample", run, "--prompt", "the", "--length", 5, "--json").stdout)
    assert found["prompt"] == "the" and len(found["text"]) == 5


def test_the_text_streams_as_it_is_made(start, run):
    process = start("sample", run, "--length", "100000000")
    assert process.stdout.read(20)
    time.sleep(0.1)
    assert process.poll() is None


SAMPLE_AND_SUMMARY = """
from contextlib import suppress
from whence.cli import main
with suppress(SystemExit):
    main(["sample", "run", "--length", "20"])
print("----", flush=True)
main(["summary", "run"])
"""


@one_of("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_need_not_know_every_character(start, whence, encoding, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    Path("arrows.txt").write_text("→ ← ↑ ↓ " * 200, encoding="utf-8")
    whence("train", "text", "arrows.txt", "--arch", "embed 4, linear", "--max-steps", 1, "--quiet", "--out", "run")
    process = start(program=SAMPLE_AND_SUMMARY, encoding="utf-8", errors="replace")
    said, mistakes = process.communicate(timeout=240)
    assert (process.returncode, mistakes) == (0, "")
    for part in said.split("----"):
        assert set(part) & set("?" if encoding == "latin-1" else "→←↑↓")


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (("--prompt", "Ça va?"), 1, "the network does not know '?', 'v' and 'Ç'; use only characters of its training"),
        (("--temperature", "-1"), 2, "temperature is -1.0; expected a number of at least 0 and at most 1000"),
        (("--temperature", "nan"), 2, "temperature is nan; expected a number of at least 0"),
        (("--temperature", "inf"), 2, "temperature is inf; expected a number of at least 0"),
        (("--length", "0"), 2, "length is 0; expected a whole number from 1 to 1,000,000,000"),
        (("--length", "many"), 2, "length is 'many'; expected a whole number from 1"),
    ],
)
def test_what_cannot_be_meant(whence, run, options, code, sentence):
    result = whence("sample", run, *options, code=code)
    assert sentence in result.stderr
    assert result.stdout == ""


def test_a_run_on_other_data_and_no_run(whence, trained):
    assert "the network was trained on digits, not on text" in whence("sample", trained, code=1).stderr
    assert "there is no run or model file nowhere" in whence("sample", "nowhere", code=1).stderr
