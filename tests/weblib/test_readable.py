"""Numbers as pages write them; the tests of `format.js` expect the same texts."""

import pytest

from weblib.templatetags.readable import error_number, file_size, p_value


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "–"),
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (9949, "9.9 kB"),
        (9950, "10 kB"),
        (795_445, "795 kB"),
        (500_500, "501 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (1_250_000, "1.3 MB"),
        (269_484_032, "269 MB"),
        (9_950_000_000, "10 GB"),
        (2_000_000_000_000_000, "2000 TB"),
    ],
)
def test_a_file_has_one_size(count: int | None, text: str) -> None:
    assert file_size(count) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0160349, "0.01603"),
        (0, "0"),
        (1.39e-8, "1.39e−8"),
        (-2.5, "−2.5"),
        (-1.39e-8, "−1.39e−8"),
        (12_346, "12350"),
        (100, "100"),
        (float("inf"), "–"),
    ],
)
def test_a_number_keeps_four_significant_digits(value: float, text: str) -> None:
    assert error_number(value) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0, "p < 0.0001"), (5e-324, "p < 0.0001"), (0.0001, "p = 0.0001"), (0.0312, "p = 0.0312"), (1, "p = 1")],
)
def test_a_p_value_is_never_0(p: float, text: str) -> None:
    assert p_value(p) == text
