"""Which Host and Origin a request may come with."""

from typing import Any

import pytest

from digitlab.http.guard import refusal_of


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8000", ""),
        ("localhost", ""),
        ("LOCALHOST:8000", ""),
        ("[::1]:8000", ""),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("localhost:8000", "HTTP://LOCALHOST:8000"),
    ],
)
def test_our_own_pages_and_programs_are_let_in(host: str, origin: str) -> None:
    assert refusal_of(host, origin) == ""


@pytest.mark.parametrize("host", ["", "evil.example", "127.0.0.1@evil.example", "127.0.0.1.evil.example", "[", "a b"])
def test_a_foreign_host_is_refused(host: str) -> None:
    assert "Host" in refusal_of(host, "")


@pytest.mark.parametrize(
    "origin", ["null", "http://evil.example", "http://127.0.0.1:8001", "http://127.0.0.1", "http://[", "127.0.0.1:8000"]
)
def test_a_foreign_origin_is_refused(origin: str) -> None:
    assert "Origin" in refusal_of("127.0.0.1:8000", origin)


def test_an_origin_that_is_named_in_the_settings_is_let_in(settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://lab.example"]
    assert refusal_of("localhost", "https://lab.example") == ""


def test_a_host_that_is_named_in_the_settings_is_let_in(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["lab.example"]
    assert refusal_of("lab.example:443", "https://lab.example:443") == ""
    assert refusal_of("localhost", "") != ""
