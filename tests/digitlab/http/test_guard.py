"""Which Host and Origin a request may come with."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.test import RequestFactory

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


@pytest.mark.parametrize("origin", ["https://a.lab.example", "https://a.b.lab.example"])
def test_a_wildcard_names_the_subdomains_as_in_django(settings: Any, origin: str) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.lab.example"]
    assert refusal_of("localhost", origin) == ""
    assert django_takes(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "https://lab.example.evil",
        "https://evillab.example",
        "http://a.lab.example",
        "https://a.lab.example:8443",
        "https://a.lab.example@evil.example",
        "https://",
        "null",
        "https://*.lab.example.evil",
    ],
)
def test_a_wildcard_names_nothing_else_as_in_django(settings: Any, origin: str) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.lab.example"]
    assert "CSRF_TRUSTED_ORIGINS" in refusal_of("localhost", origin)
    assert not django_takes(origin)


def django_takes(origin: str) -> bool:
    """What Django's own check says of a form of this Origin."""
    request = RequestFactory().post("/", headers={"origin": origin, "host": "localhost"})
    check: Any = CsrfViewMiddleware(lambda _request: HttpResponse())
    return bool(check._origin_verified(request))


def test_a_refusal_names_the_setting() -> None:
    assert "ALLOWED_HOSTS" in refusal_of("evil.example", "")
    assert "CSRF_TRUSTED_ORIGINS" in refusal_of("localhost", "https://evil.example")
