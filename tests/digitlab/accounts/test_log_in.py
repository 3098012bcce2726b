"""The log-in page: guesses are limited and logged, and weak passwords are refused."""

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client

from digitlab.accounts import log_in, tokens
from digitlab.models import ApiToken, fingerprint_of, new_token
from weblib import rate_limits

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def ada(settings: Any) -> Iterator[User]:
    """An account, and three failed log-ins a minute."""
    settings.RATE_LIMITS = {"failed log-ins": "3/minute"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    rate_limits._LIMITER.shared().storage.reset()
    yield User.objects.create_user("ada", password=PASSWORD)
    rate_limits._LIMITER.shared().storage.reset()


def attempt(password: str, name: str = "ada", *, path: str = "/login/", address: str = "192.0.2.7") -> HttpResponse:
    answer: Any = Client().post(path, {"username": name, "password": password}, REMOTE_ADDR=address)
    return answer


def test_the_right_password_logs_in_however_often() -> None:
    assert [attempt(PASSWORD).status_code for _ in range(5)] == [302] * 5


def test_guesses_of_one_account_meet_a_pause_wherever_they_come_from() -> None:
    answers = [attempt(f"guess {number}", address=f"192.0.2.{number}") for number in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "At most 3 failed log-ins per minute for one account; retry in" in answers[3].content.decode()
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
    assert attempt(PASSWORD).status_code == 429
    assert attempt("a guess", name="grace").status_code == 200


def test_the_case_of_a_name_makes_no_new_account_of_it() -> None:
    assert [attempt("a guess", name=name).status_code for name in ("Ada", "aDa", "adA", "ADA")] == [200] * 3 + [429]


def test_guesses_from_one_address_meet_a_pause_whatever_the_account() -> None:
    most = 3 * log_in.ADDRESS_TIMES
    statuses = [attempt("a guess", name=f"pupil {number}").status_code for number in range(most + 1)]
    assert statuses == [200] * most + [429]
    assert attempt(PASSWORD, address="192.0.2.8").status_code == 302


@pytest.mark.parametrize("path", ["/login/", "/admin/login/"])
def test_the_admin_has_the_same_log_in_page(path: str) -> None:
    assert [attempt("a guess", path=path).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_a_failed_log_in_is_logged_on_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        attempt("a guess", name="ada\nlog-in failed for 'grace'")
    (line,) = [record.getMessage() for record in caplog.records if record.name == "digitlab.accounts.log_in"]
    assert "\n" not in line
    assert "192.0.2.7" in line
    assert "a guess" not in line


def test_few_passwords_are_checked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_in, "_slots", threading.BoundedSemaphore(1))
    monkeypatch.setattr(log_in, "LONGEST_WAIT_SECONDS", 0.05)
    with log_in._slots:
        answer = attempt(PASSWORD)
    assert answer.status_code == 503
    assert "retry in a few seconds" in answer.content.decode()
    assert attempt(PASSWORD).status_code == 302


@pytest.mark.parametrize("password", ["password", "12345678", "ada-lovelace", "short"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, User(username="ada-lovelace"))


def test_a_changed_password_ends_tokens(ada: User) -> None:
    token = new_token()
    ApiToken.objects.create(user=ada, name="a script", fingerprint=fingerprint_of(token))
    ada.first_name = "Ada"
    ada.save()
    assert tokens.find_token(token) is not None
    ada.set_password("another long password")
    ada.save()
    assert tokens.find_token(token) is None


def test_a_renewed_hash_of_the_same_password_ends_no_token(ada: User, settings: Any) -> None:
    token = new_token()
    ApiToken.objects.create(user=ada, name="a script", fingerprint=fingerprint_of(token))
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    assert ada.check_password(PASSWORD)
    assert ada.password.startswith("pbkdf2_sha256$")
    assert tokens.find_token(token) is not None
