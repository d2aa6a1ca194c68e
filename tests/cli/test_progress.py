import os
import re
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from whence.cli.progress import Bar, Lines, measuring
from whence.data import Samples


def training(**changes):
    record = {"train_loss": 0.25, "train_accuracy": 0.9, "validation_accuracy": 0.8, "seconds": 1.5}
    told = {"step": 0, "total_steps": 1000, "epoch": 0, "epochs": 10, "batch_loss": 0.5, "history": [record]}
    return SimpleNamespace(**{**told, **changes})


def test_the_bar_is_drawn_at_most_ten_times_a_second(monkeypatch):
    bar = Bar()
    with bar.progress:
        bar.on_start(training())
        drawn = []
        monkeypatch.setattr(bar.progress, "update", lambda *arguments, **options: drawn.append(options))
        begin = time.monotonic()
        steps = 0
        while time.monotonic() - begin < 0.45:
            steps += 1
            bar.on_batch_end(training(step=steps))
    assert 4 <= len(drawn) <= 5
    assert drawn[0]["epoch"] == "1/10"


@pytest.mark.parametrize(
    ("width", "shown", "left_out"),
    [
        (36, "loss", "validation"),
        (40, "loss", "validation"),
        (58, "validation 100.00%", "━"),
        (64, "━", "…"),
        (80, "━" * 15, "…"),
        (120, "━" * 30, "━" * 31),
    ],
)
def test_what_does_not_fit_on_a_narrow_terminal_is_left_out_whole(monkeypatch, width, shown, left_out):
    monkeypatch.setenv("COLUMNS", str(width))
    record = {"train_loss": 0.25, "validation_accuracy": 1.0, "seconds": 1.5}
    bar = Bar()
    with bar.progress:
        bar.on_start(training(epoch=4998, epochs=5000, step=1000, history=[record]))
        console = bar.progress.console
        with console.capture() as captured:
            console.print(bar.progress.get_renderable())
    line = captured.get().rstrip("\n")
    assert len(line) <= width
    assert "epoch 4999/5000" in line and "loss 0.5000" in line and re.search(r"--:--$|\d:\d\d$", line.rstrip())
    assert shown in line and left_out not in line and "…" not in line


def test_a_batch_costs_the_bar_next_to_nothing():
    bar = Bar()
    with bar.progress:
        bar.on_start(training())
        state = training()
        bar.on_batch_end(state)
        bar._shown += 3600
        begin = time.process_time()
        for _ in range(10_000):
            bar.on_batch_end(state)
        assert (time.process_time() - begin) / 10_000 < 2e-5


def test_what_is_measured_is_a_line_where_there_is_no_terminal_and_that_is_wanted(capsys):
    samples = Samples(np.zeros((3, 2), int), np.zeros((3, 2), int))
    for line in (True, False):
        with measuring({"train": samples}, "character", line=line):
            pass
    assert capsys.readouterr().err == "measuring 6 training characters\n"


def test_lines_come_about_twenty_times(capsys):
    lines = Lines()
    for epoch in range(1, 5001):
        lines.on_epoch_end(training(epoch=epoch, epochs=5000, step=epoch, total_steps=5000))
    written = capsys.readouterr().err.splitlines()
    assert len(written) == 20
    assert written[-1] == "epoch 5000/5000  loss 0.2500  training 90.00%  validation 80.00%  1.5 s"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_there_is_a_bar_and_the_cursor_comes_back(tmp_path):
    import pty
    import subprocess

    outer, inner = pty.openpty()
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from whence.cli import main; main()",
            "train",
            "-m",
            "3",
            "-s",
            "8",
            "--out",
            str(tmp_path / "x"),
        ],
        stdout=subprocess.PIPE,
        stderr=inner,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    os.close(inner)
    said = b""
    while True:
        try:
            part = os.read(outer, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
    os.close(outer)
    stdout, _ = process.communicate(timeout=240)
    assert process.returncode == 0
    shown = said.decode()
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert "epoch 3/3" in plain and "measuring 1,259 training, 179 validation, 359 test samples" in plain
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
    assert b"\x1b" not in stdout
