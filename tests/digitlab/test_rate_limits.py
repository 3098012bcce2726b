"""Limits of requests of one account, over all web processes."""

import asyncio
import json
import logging
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from inference.serving.asgi import PredictionResponder, PredictSocket
from inference.serving.micro_batching import MicroBatcher
from training.models import Run
from weblib import rate_limits
from weblib.errors import RateExceededError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_enqueued")]

RUN = {"dataset": "pen-strokes", "epochs": 1}


@pytest.fixture
def nothing_enqueued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.messaging.queue.enqueue_on_commit", lambda _run_id: None)


def forget_counts() -> None:
    """Begin anew, in Redis and in this process."""
    for limiter in (rate_limits._LIMITER.shared(), rate_limits._LIMITER._local):
        limiter.storage.reset()


@pytest.fixture
def user(settings: Any) -> User:
    """Somebody with two submissions an hour and three predictions a minute."""
    settings.RATE_LIMITS = {"submissions": "2/hour", "predictions": "3/minute"}
    forget_counts()
    return User.objects.create_user("ada")


@pytest.fixture
def ada(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def submit(client: Client) -> Any:
    return client.post("/api/v1/runs", RUN, content_type="application/json")


def test_an_account_is_told_when_it_may_submit_again(ada: Client) -> None:
    answers = [submit(ada) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert "at most 2 submissions per hour" in answers[2].json()["detail"]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 3600
    assert Run.objects.count() == 2


def test_the_form_counts_with_the_api_and_loses_nothing(ada: Client) -> None:
    fields = {name: value for name, value in Run(config={}).configuration.as_json().items() if value is not None}
    fields |= {"name": "Third", "dataset": "pen-strokes", "hidden_layers": "12", "shuffle": "on"}
    submit(ada)
    submit(ada)
    page = ada.post("/runs/new/", fields)
    assert "At most 2 submissions per hour" in page.content.decode()
    assert 'value="Third"' in page.content.decode()
    assert Run.objects.count() == 2


def test_every_account_is_counted_by_itself(ada: Client, user: User) -> None:
    del user
    for _ in range(3):
        submit(ada)
    other = Client()
    other.force_login(User.objects.create_user("grace"))
    assert submit(other).status_code == 201


@pytest.mark.usefixtures("user")
def test_who_has_no_account_is_not_counted(client: Client) -> None:
    assert [submit(client).status_code for _ in range(3)] == [201] * 3


def test_a_socket_goes_on_after_too_many_drawings(user: User) -> None:
    replies = asyncio.run(conversation(user, [{"id": number, "pixels": []} for number in range(4)]))
    assert [reply["id"] for reply in replies] == [0, 1, 2, 3]
    assert [reply.get("code") == "rate.exceeded" for reply in replies] == [False, False, False, True]


def test_what_has_no_limit_is_not_counted(settings: Any, user: User) -> None:
    settings.RATE_LIMITS = {}
    for _ in range(10):
        rate_limits.count_one("submissions", user)


def test_a_limit_begins_anew(user: User, settings: Any) -> None:
    settings.RATE_LIMITS = {"submissions": "1/second"}
    time.sleep(1.01 - time.time() % 1)  # the beginning of a window
    rate_limits.count_one("submissions", user)
    with pytest.raises(RateExceededError, match="retry in 1 s"):
        rate_limits.count_one("submissions", user)
    time.sleep(1.1)
    rate_limits.count_one("submissions", user)


def test_web_processes_count_together(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        monkeypatch.setattr(rate_limits, "_LIMITER", rate_limits._Limiter())
        rate_limits.count_one("submissions", user)
    monkeypatch.setattr(rate_limits, "_LIMITER", rate_limits._Limiter())
    with pytest.raises(RateExceededError, match="at most 2 submissions per hour for one account; retry in "):
        rate_limits.count_one("submissions", user)


def test_without_redis_a_process_counts_for_itself(
    user: User, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(rate_limits, "_LIMITER", rate_limits._Limiter())
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            rate_limits.count_one("submissions", user)
        with pytest.raises(RateExceededError):
            rate_limits.count_one("submissions", user)
    assert caplog.text.count("since Redis does not answer") == 1


async def conversation(user: User, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the socket answers to each message, one after another."""
    replies: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            await replies.put(json.loads(message["text"]))

    await incoming.put({"type": "websocket.connect"})
    serving = asyncio.create_task(
        PredictSocket(PredictionResponder(MicroBatcher()))({"user": user}, incoming.get, send)
    )
    got = []
    for message in messages:
        await incoming.put({"type": "websocket.receive", "text": json.dumps(message)})
        got.append(await replies.get())
    await incoming.put({"type": "websocket.disconnect"})
    await serving
    return got
