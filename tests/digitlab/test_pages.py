"""The page for newcomers."""

import re

import pytest
from django.test import Client

from tests.lab import ROOT

pytestmark = pytest.mark.django_db


def test_about_leads_on_and_names_version_and_licence(client: Client) -> None:
    text = client.get("/about/").content.decode()
    version = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    facts = [fact.strip() for fact in re.findall(r"<dd>([^<]*)</dd>", text)]
    assert {version[1], "MIT"} <= set(facts)
    links = re.findall(r'href="(/[^"]*)"', text)
    assert {"/runs/new/?preset=fast", "/api/v1/docs", "/datasets/", "/storage/"} <= set(links)
    for link in links:
        if not link.startswith("/static/"):
            assert client.get(link).status_code in {200, 302}, link


def test_every_page_links_to_it(client: Client) -> None:
    assert 'href="/about/"' in client.get("/runs/").content.decode()
