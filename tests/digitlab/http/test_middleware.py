"""Errors of the API that no call worded, and what needs no log-in."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from digitlab import urls


def _breaks(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the inside of the program")


urlpatterns = [path("api/v1/broken", _breaks), path("broken", _breaks), *urls.urlpatterns]


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of our site with two addresses that break."""
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False)


def test_a_call_of_the_api_that_breaks_answers_in_json_and_tells_nothing_of_the_inside(client: Client) -> None:
    response = client.get("/api/v1/broken")
    assert response.status_code == 500
    assert response.json() == {"detail": "internal error; see the server log", "code": "internal_server_error"}


def test_a_page_that_breaks_answers_with_a_page(client: Client) -> None:
    response = client.get("/broken")
    assert response.status_code == 500
    assert response["Content-Type"].startswith("text/html")


def test_livez_with_the_cookie_of_a_session_needs_no_database() -> None:
    """Without the mark of a test that uses the database, pytest refuses each query."""
    after = "django.contrib.auth.middleware.AuthenticationMiddleware"
    middleware = [*settings.MIDDLEWARE]
    middleware.insert(middleware.index(after) + 1, "digitlab.http.middleware.PagesNeedLogin")
    with override_settings(MIDDLEWARE=middleware):
        browser = Client()
        browser.cookies["sessionid"] = "of a session that is in the database"
        assert browser.get("/livez").status_code == 200
