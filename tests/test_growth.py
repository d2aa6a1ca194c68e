"""The benchmark of how time and memory grow."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import growth


def test_exponents_are_those_of_powers():
    sizes = (1, 2, 4, 8)
    assert growth.exponents(sizes, [3.0 * size**1.5 for size in sizes]) == pytest.approx((1.5, 1.5))
    whole, larger = growth.exponents(sizes, [10.0 + size**2 for size in sizes])  # what does not grow counts less
    assert whole < 1 < larger < 2


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc that tells the peak of memory")
def test_what_grows_is_measured_and_drawn(tmp_path, monkeypatch, capsys):
    small = growth.Growth("layers", (1, 2, 4), "ms a step", growth.GROWTHS["depth"].measure, turns=1)
    memory = growth.Growth("rows", (1_000, 20_000), "MB at most", growth.GROWTHS["memory"].measure, turns=1)
    monkeypatch.setattr(growth, "GROWTHS", {"depth": small, "memory": memory})
    files = tmp_path / "growth.json", tmp_path / "growth.png"
    monkeypatch.setattr(sys, "argv", ["growth", "--json", str(files[0]), "--plot", str(files[1])])
    growth.main()
    found = json.loads(files[0].read_text())
    assert all(value > 0 for value in found["depth"]) and 20 < found["memory"][0] < found["memory"][1] < 1000
    assert files[1].read_bytes().startswith(b"\x89PNG")
    assert growth.line("depth", [1.0, 2.0, 4.0]) == "| layers | 1 to 4 | 1 to 4 ms a step | 1.00 | 1.00 |"
    said = capsys.readouterr().out
    growth.main()
    assert capsys.readouterr().out == said  # what the file has is not measured again
