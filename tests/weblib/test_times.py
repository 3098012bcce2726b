"""Moments on pages: one form, in the server's time zone until a script takes the reader's."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.template import Context, Template

SUMMER = datetime(2026, 7, 3, 13, 5, 59, 123, tzinfo=UTC)
WINTER = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


def shown(value: Any, arguments: str = "") -> str:
    return Template(f"{{% load times %}}{{% moment value {arguments} %}}").render(Context({"value": value}))


@pytest.mark.parametrize(
    ("zone", "at", "text"),
    [
        ("Europe/Berlin", SUMMER, "3 Jul 2026, 15:05 CEST"),
        ("Europe/Berlin", WINTER, "1 Jan 2027, 00:30 CET"),
        ("UTC", SUMMER, "3 Jul 2026, 13:05 UTC"),
        ("America/Sao_Paulo", SUMMER, "3 Jul 2026, 10:05 UTC-03"),
    ],
)
def test_a_moment_names_the_zone_of_the_server(zone: str, at: datetime, text: str, settings: Any) -> None:
    settings.TIME_ZONE = zone
    assert shown(at) == f'<time datetime="{at:%Y-%m-%dT%H:%M:%SZ}">{text}</time>'
    assert shown(at.isoformat()) == shown(at)


def test_a_moment_has_what_scripts_and_styles_look_for() -> None:
    attributes = 'css="muted" part="created" relative=True'
    assert shown(SUMMER, attributes).startswith('<time class="muted" data-part="created" data-relative datetime="2026')
    assert shown("", attributes) == '<time class="muted" data-part="created" data-relative></time>'
