import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.data import Batches, load
from whence.data.preprocessing import Preprocessing
from whence.data.stored_preprocessing import PreprocessingRecord
from whence.data.texts.preprocessing import TextPreprocessing
from whence.data.texts.text_file import sequences, whole_text
from whence.data.texts.vocabulary import Vocabulary
from whence.errors import ArgumentError, DataError

RHYME = "the cat sat on the mat, and the rat sat on the cat.\n" * 20


@pytest.fixture
def rhyme(tmp_path):
    path = tmp_path / "rhyme.txt"
    path.write_text(RHYME, encoding="utf-8")
    return path


@given(st.text(min_size=1))
def test_texts_are_encoded_and_decoded_back(text):
    vocabulary = Vocabulary.of(text)
    numbers = vocabulary.encode(text)
    assert vocabulary.decode(numbers) == text
    assert numbers.dtype == np.int64
    assert set(numbers.tolist()) == set(range(len(vocabulary)))
    assert Vocabulary.of(vocabulary.characters) == vocabulary


@given(st.text(), st.text(min_size=1))
def test_unknown_characters_are_named_and_can_be_left_out(text, other):
    vocabulary = Vocabulary.of(other)
    known = vocabulary.without_unknown(text)
    assert vocabulary.decode(vocabulary.encode(known)) == known
    if known == text:
        return
    with pytest.raises(DataError, match="the network does not know") as error:
        vocabulary.encode(text)
    assert repr(vocabulary.unknown(text)[0]) in str(error.value)


def test_few_unknown_characters_are_all_named_and_many_are_counted():
    vocabulary = Vocabulary("abc")
    with pytest.raises(DataError, match="does not know 'x'; use only characters of its training text"):
        vocabulary.encode("axb")
    with pytest.raises(DataError, match="does not know 'x', 'y' and 'z';"):
        vocabulary.encode("xyzzy")
    with pytest.raises(DataError, match="does not know '0', '1', '2', '3', '4' and 5 others;"):
        vocabulary.encode("0123456789")


@given(st.text(alphabet="abcd", min_size=2, max_size=80), st.integers(1, 20))
def test_each_target_is_the_character_after_its_input(text, window):
    vocabulary = Vocabulary("abcd")
    if len(text) <= window:
        with pytest.raises(DataError, match=f"has {len(text)} characters, but a sequence of {window} and"):
            sequences(text, vocabulary, window, "it")
        return
    samples = sequences(text, vocabulary, window, "it")
    assert samples.inputs.shape == samples.targets.shape == ((len(text) - 1) // window, window)
    assert vocabulary.decode(samples.inputs.ravel()) == text[: samples.inputs.size]
    assert vocabulary.decode(samples.targets.ravel()) == text[1 : samples.inputs.size + 1]


@given(length=st.integers(2, 9000))
def test_a_whole_text_leaves_out_next_to_nothing(length):
    samples = whole_text("ab" * (length // 2) + "a" * (length % 2), Vocabulary.of("ab"), "it")
    assert samples.targets.size == length - 1 if length <= 4097 else length - 1 - samples.targets.size <= 20
    assert samples.targets.shape[1] < 128 or len(samples) == 1


def test_a_whole_text_has_at_least_two_characters():
    with pytest.raises(DataError, match=r"it has 1 character, but a sequence of 1 .* need 2; give more text$"):
        whole_text("a", Vocabulary.of("ab"), "it")


def test_a_text_is_split_at_its_end_and_known_by_its_training_part(rhyme):
    data = load(f"text:{rhyme}", window=8)
    assert data.preprocessing.window == 8
    end = len(RHYME) - round(0.1 * len(RHYME))
    decode = data.preprocessing.vocabulary.decode
    assert data.name == "rhyme"
    assert RHYME[:end].startswith(decode(data.train.inputs.ravel()))
    assert RHYME[end:].startswith(decode(data.validation.inputs.ravel()))
    assert data.test is None
    assert "".join(data.classes) == data.preprocessing.vocabulary.characters == "".join(sorted(set(RHYME)))
    assert data.input_shape == (8,)


def test_the_share_of_the_validation_can_be_told(rhyme):
    assert load(f"text:{rhyme}", validation=0).validation is None
    half = load(f"text:{rhyme}", validation=0.5, window=10)
    assert abs(len(half.train) - len(half.validation)) <= 1


def test_a_text_may_have_a_part_for_testing_and_a_file_for_validation(rhyme, tmp_path):
    data = load(f"text:{rhyme}", test=0.25, validation=0, window=5)
    decode = data.preprocessing.vocabulary.decode
    assert data.validation is None
    assert RHYME[len(RHYME) - round(0.25 * len(RHYME)) :].startswith(decode(data.test.inputs.ravel()))
    other = tmp_path / "other.txt"
    other.write_text(RHYME[:50], encoding="utf-8")
    data = load(f"text:{rhyme}", validation=other, window=5)
    assert data.validation.inputs.shape == (9, 5)
    assert len(data.train) == (len(RHYME) - 1) // 5


def test_characters_that_training_lacks_are_left_out_of_the_validation_and_counted(tmp_path):
    path = tmp_path / "late.txt"
    path.write_text("ab" * 450 + "abzabz" * 10 + "ab" * 20, encoding="utf-8")
    data = load(f"text:{path}", window=10)
    assert data.preprocessing.vocabulary.characters == "ab"
    assert data.remarks == ("left out of the validation: 20 characters that the training part does not have, 'z'",)


def test_line_ends_and_byte_order_marks_do_not_matter(tmp_path):
    plain, windows = tmp_path / "plain.txt", tmp_path / "windows.txt"
    plain.write_bytes(RHYME.encode())
    windows.write_bytes(b"\xef\xbb\xbf" + RHYME.replace("\n", "\r\n").encode())
    assert load(f"text:{plain}").sha256 == load(f"text:{windows}").sha256


def test_a_text_may_lie_in_the_shared_folder(tmp_path, monkeypatch, rhyme):
    shared = tmp_path / "shared"
    (shared / "text").mkdir(parents=True)
    rhyme.rename(shared / "text" / "rhyme.txt")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WHENCE_DATA", str(shared))
    assert load("text:rhyme.txt").name == "rhyme"
    with pytest.raises(DataError, match=r"there is no file other\.txt, nor is it in WHENCE_DATA; check the path"):
        load("text:other.txt")


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (b"", {}, r"the training part of it\.txt has 0 characters, but a sequence of 64"),
        (b"abc" * 100, {"window": 1000}, "the training part of it.txt has 270 characters, but a sequence of 1000"),
        (b"abc" * 100, {}, r"the validation part of it\.txt has 30 characters.*give more text, or a smaller window"),
        (b"a" * 1000, {}, "all samples are of one class, a; at least two are needed"),
        (b"ab\xff" * 1000, {}, r"it\.txt is not UTF-8 text \(byte 2\); save it as UTF-8"),
        (b"ab" * 1000, {"window": 0}, "window = 0; it must be a whole number of at least 1"),
        (b"ab" * 1000, {"positive": "a"}, "text has no classes to compare one-vs-rest; leave out positive='a'"),
        (b"ab" * 1000, {"target": "a"}, "is not a table; leave out target='a'"),
    ],
)
def test_texts_that_cannot_be_meant(tmp_path, content, options, sentence):
    path = tmp_path / "it.txt"
    path.write_bytes(content)
    with pytest.raises((DataError, ArgumentError), match=sentence):
        load(f"text:{path}", **options)


def test_a_text_without_its_file_or_that_is_a_folder(tmp_path):
    with pytest.raises(
        ArgumentError, match="a text needs its file: text FILE on the command line, elsewhere text:FILE"
    ):
        load("text")
    with pytest.raises(DataError, match="cannot read"):
        load(f"text:{tmp_path}")
    with pytest.raises(ArgumentError, match="digits is neither a text nor a time series; leave out the window 4"):
        load("digits", window=4)


def test_the_vocabulary_is_part_of_the_preprocessing(rhyme):
    preprocessing = load(f"text:{rhyme}").preprocessing
    assert msgspec.convert(preprocessing.to_json(), PreprocessingRecord).made() == preprocessing
    numbers = np.array([[1, 2]])
    assert preprocessing(numbers).dtype == np.int64
    assert not np.shares_memory(preprocessing(numbers), numbers)


@given(count=st.integers(1, 40), streams=st.integers(1, 8), seed=st.integers(0, 99))
def test_streams_go_on_where_the_batch_before_stopped(count, streams, seed):
    text = "abcdefgh" * 60
    samples = sequences(text[: 5 * count + 1], Vocabulary.of("abcdefgh"), 5, "it")
    if streams > count:
        with pytest.raises(ArgumentError, match=f"{streams} streams need as many sequences, but there are {count};"):
            Batches(samples, Preprocessing(), streams, rng=None, streams=True)
        return
    preprocessing = TextPreprocessing(vocabulary=Vocabulary.of("abcdefgh"))
    batches = Batches(samples, preprocessing, streams, rng=np.random.default_rng(seed), streams=True)
    pairs = list(batches)
    assert len(pairs) == len(batches) == count // streams
    read = np.concatenate([x for x, _ in pairs], axis=1)
    told = np.concatenate([y for _, y in pairs], axis=1)
    assert np.array_equal(read[:, 1:], told[:, :-1])
    assert np.array_equal((told - read) % 8, np.ones_like(read))
    assert np.array_equal(read[1:, 0], told[:-1, -1])
    state = np.random.default_rng(seed)
    later = list(Batches(samples, preprocessing, streams, rng=state, streams=True).epoch(skip=2))
    assert all(np.array_equal(x, again) for (x, _), (again, _) in zip(pairs[2:], later, strict=True))
