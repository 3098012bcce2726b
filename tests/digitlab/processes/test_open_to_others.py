"""A lab that is opened to a class: it prints its addresses, answers to them, and leads to the first account once."""

import http.client
import re
import urllib.parse
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client

from digitlab.accounts import first_account
from digitlab.processes.network_addresses import in_url, network_addresses
from tests.lab import Lab

PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab on every address, with accounts, none of which exists yet."""
    lab = Lab(tmp_path_factory.mktemp("class"), HOST="0.0.0.0", DIGITLAB_AUTH="login")
    yield lab.start()
    assert lab.stop() == 0, lab.output()


def request(url: str, body: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and text of a page; a form is sent with the cookie and the token of its page."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    headers, data = {}, None
    if body is not None:
        connection.request("GET", parts.path)
        first = connection.getresponse()
        first.read()
        token = SimpleCookie(first.headers["Set-Cookie"])["csrftoken"].value
        headers = {"Cookie": f"csrftoken={token}", "Content-Type": "application/x-www-form-urlencoded"}
        data = urllib.parse.urlencode({**body, "csrfmiddlewaretoken": token})
    connection.request("GET" if body is None else "POST", parts.path, data, headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


@pytest.mark.processes
def test_it_prints_addresses_that_it_answers_to(lab: Lab) -> None:
    if not network_addresses():
        pytest.skip("this machine has no network")
    printed = re.search(r"^On other machines: (.*)$", lab.output(), re.MULTILINE)
    assert printed
    for address in printed[1].split():
        if "[" not in address:
            assert request(f"{address}login/")[0] == 200
            assert request(f"{address}healthz")[0] == 200


@pytest.mark.processes
def test_the_first_account_is_made_by_a_link_that_is_valid_once(lab: Lab) -> None:
    printed = re.search(r"^Create the first account, within a day: (\S+)$", lab.output(), re.MULTILINE)
    assert printed
    link = printed[1]
    assert request(link)[0] == 200
    form = {"username": "ada", "password1": "password", "password2": "password"}
    status, text = request(link, form)
    assert (status, "too common" in text) == (422, True)
    assert request(link, {**form, "password1": PASSWORD, "password2": PASSWORD})[0] == 302
    assert request(link)[0] == 404
    assert request(f"{lab.url}/login/", {"username": "ada", "password": PASSWORD})[0] == 302


@pytest.mark.processes
def test_local_mode_leads_to_the_mode_with_accounts(tmp_path: Path) -> None:
    lab = Lab(tmp_path, HOST="0.0.0.0")
    answer = lab.command("up", check=False)
    assert answer.returncode == 1
    assert "DIGITLAB_AUTH=login: it prints its addresses, and a link that creates the first account" in answer.stderr


def test_a_hosts_addresses_are_no_loopback_ones() -> None:
    assert not {address for address in network_addresses() if address.startswith(("127.", "fe80", "::1"))}
    assert [in_url(address) for address in ("2001:db8::1", "10.0.0.1")] == ["[2001:db8::1]", "10.0.0.1"]


@pytest.mark.django_db
def test_a_link_is_valid_for_a_day_and_while_there_is_no_account(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = first_account.first_account_path()
    assert client.get(path).status_code == 200
    assert client.get(path[:-3] + "xy/").status_code == 404
    assert client.get(f"/first-account/{signing.dumps('first account', salt='another')}/").status_code == 404
    monkeypatch.setattr(first_account, "VALID_SECONDS", -1)
    assert client.get(path).status_code == 404
    monkeypatch.undo()
    User.objects.create_user("ada")
    assert client.get(path).status_code == 404
    assert first_account.first_account_path() == ""
