from whence.wording import counted, samples_text


def test_one_thing_is_one_and_more_are_many():
    assert [counted(count, "row") for count in (0, 1, 2, 1200)] == ["0 rows", "1 row", "2 rows", "1,200 rows"]
    assert counted(1, "class", "classes") == "1 class"
    assert counted(2, "class", "classes") == "2 classes"


def test_samples_of_a_step_are_named_by_their_range_or_one_by_one():
    expected = ["sample 4", "samples 0 to 2", "samples 2 and 5"]
    assert [samples_text(rows) for rows in ([4], [0, 1, 2], [2, 5])] == expected
