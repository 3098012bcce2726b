"""Who may use the API where people log in."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.test import RequestFactory
from ninja.errors import HttpError

from digitlab.accounts.api_authentication import PageSession


def submission(user: Any, **headers: str) -> HttpRequest:
    request = RequestFactory().post("/api/v1/runs", headers=headers)
    request.user = user
    return request


def test_a_program_without_a_session_is_asked_to_log_in() -> None:
    assert PageSession()(submission(AnonymousUser(), authorization="Bearer expired")) is None


def test_a_forged_request_of_somebody_who_is_logged_in_is_refused() -> None:
    request = submission(User(username="ada"), cookie=f"{settings.SESSION_COOKIE_NAME}=theirs")
    with pytest.raises(HttpError, match="CSRF"):
        PageSession()(request)
