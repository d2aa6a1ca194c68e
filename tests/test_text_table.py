"""Tables as text."""

from whence.text_table import csv_for_people


def test_no_text_of_a_table_for_people_is_a_formula():
    names = ["=cmd.npz", "+SUM(A1)", "-x", "@me", "\tx", "-1.5", "plain", "+.5"]
    said = csv_for_people(["name", "number"], [{"name": name, "number": -1} for name in names])
    assert said.splitlines()[0] == "name,number"
    assert [line.rpartition(",") for line in said.splitlines()[1:]] == [
        (f"'{name}" if number < 5 else name, ",", "-1") for number, name in enumerate(names)
    ]
