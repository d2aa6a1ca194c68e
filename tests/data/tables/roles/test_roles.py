from whence.data.tables.roles.roles import ColumnRole, Role, roles_text


def test_roles_are_a_table():
    roles = [
        ColumnRole("age", Role.NUMBER, 88, 177, "22"),
        ColumnRole("a name\nof two lines that is very long", Role.TEXT, 1891, 0, "Mr. Owen Harris"),
        ColumnRole("alive", Role.TARGET, 2, 0, "no", "2 classes"),
    ]
    lines = roles_text(roles).splitlines()
    assert lines == [
        "column                        taken for            distinct  missing  example          note",
        lines[1],
        "age                           number               88        177      22",
        "a name of two lines that is…  free text, left out  1,891     0        Mr. Owen Harris",
        "alive                         target               2         0        no               2 classes",
    ]


def test_many_neighbours_that_are_taken_for_the_same_share_a_line():
    pixels = [ColumnRole(f"pixel{i}", Role.NUMBER, 1 + i % 9, 0, "0") for i in range(784)]
    lines = roles_text([ColumnRole("label", Role.TARGET, 10, 0, "7", "10 classes"), *pixels]).splitlines()
    assert len(lines) == 4
    assert lines[3].split() == ["pixel0", "…", "pixel783", "number", "1–9", "0", "0"]


def test_lines_are_no_longer_than_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    note = "1 is 2, though each could be another number: if so, write all in one way"
    roles = [ColumnRole("a name of many letters", Role.IDENTIFIER, 9, 0, "an example of many", note)]
    lines = roles_text(roles).splitlines()
    assert max(map(len, lines)) <= 80
    start = lines[0].index("note")
    assert " ".join(line[start:] for line in lines[2:]) == note
