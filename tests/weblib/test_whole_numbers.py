"""Numbers as people and addresses write them."""

import pytest

from weblib.errors import NumberListError
from weblib.whole_numbers import numbers_in, numbers_said, whole_number


@pytest.mark.parametrize("text", ["", "-1", "1.5", "³", "٣", " 3", "1234567890"])
def test_what_is_no_short_whole_number_is_none(text: str) -> None:
    assert whole_number(text) is None


def test_a_list_gives_each_number_once() -> None:
    assert numbers_in(" 3, 5,3,") == [3, 5]
    assert numbers_in("") == []


@pytest.mark.parametrize("text", ["3,x", "3;5", "1234567890"])
def test_a_list_with_anything_else_in_it_is_refused(text: str) -> None:
    with pytest.raises(NumberListError, match="expected numbers separated by commas, such as 3,5; got"):
        numbers_in(text)


@pytest.mark.parametrize("text", ["", "1,2,3"])
def test_a_list_of_none_or_too_many_is_refused(text: str) -> None:
    with pytest.raises(NumberListError, match="expected up to 2 numbers"):
        numbers_in(text, most=2)


def test_what_an_address_says_wrongly_counts_as_not_said() -> None:
    assert numbers_said(["3,x", "5", "3"]) == [3, 5]
