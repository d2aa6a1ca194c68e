import pytest

from whence.data.tables.files.header import column_names, has_header
from whence.data.tables.table import MISSING_MARKERS
from whence.errors import DataError


def rows(text):
    return [line.split(",") for line in text.split()]


@pytest.mark.parametrize(
    "text",
    [
        "age,kind 39,a 50,b",  # a text above numbers
        "name,city ann,rome bob,oslo",  # texts that are not found again
        "kind,city,x a,rome,kind b,oslo,y kind,bonn,z",  # one of three is
        "country,1990,1991,1992 peru,5.5,6.1,7.0 chad,3,4,5",  # years above other numbers
        "label,0,1,2,3 a,5,0,0,7 a,3,0,0,9",  # what pandas calls the columns of an array
        "0,1,2,3 5.1,3.5,1.4,0.2 4.9,3.0,1.4,0.2",
        "x,?,y 1,2,3",
        "a 1 2",
        "a,b",
    ],
)
def test_a_header(text):
    first, *below = rows(text)
    assert has_header(first, below, MISSING_MARKERS)


@pytest.mark.parametrize(
    "text",
    [
        "5.1,3.5,setosa 4.9,3.0,setosa",
        "39,state,bachelors 50,self,bachelors 38,private,masters 53,private,phd",
        "ann,rome bob,oslo ann,rome",  # all are found again
        "ann,rome,x bob,oslo,y ann,rome,z",  # two of three
        "5,0,0,12 3,0,0,7",
        "1990,1991 1992,1993 1994,1995",  # years above years
        "0,1,2,3 4,5,6,7 8,9,10,11",  # numbers that count on
        "1,2,3 4,5,7",
        "5.1,3.5",
        "na,5,6,7 1,2,3,4",  # one cell that is no number among numbers
        "?,5,6 1,2,3",
        "1,5;0,25".replace(";", " "),
    ],
)
def test_data(text):
    first, *below = rows(text)
    assert not has_header(first, below, MISSING_MARKERS)


def test_names_of_columns():
    assert column_names(["", "a"], 3, "it") == ["Unnamed: 0", "a", "Unnamed: 2"]
    with pytest.raises(DataError, match="it calls two columns 'a', columns 1 and 3; rename or remove one"):
        column_names(["a", "b", "a"], 3, "it")
