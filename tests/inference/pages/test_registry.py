"""The pages of aliases and of the trash, asked as a browser asks."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client, RequestFactory

from inference.model_files.pickle import network_pickle
from inference.models import ModelVersion
from inference.registry import alias_selectors, alias_services, selectors, services, trash_services
from nnlib import Network
from weblib.actor import actor

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def three_versions(draw_network: Callable[..., Network], model_store: Any) -> None:
    """Versions 1 (the champion) to 3."""
    for seed in range(3):
        services.import_version(network_pickle.network_to_bytes(draw_network(seed=seed)))


def page_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def words(page: str) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_an_alias_is_made_and_moved_by_the_form_and_its_history_is_shown(client: Client) -> None:
    for number in (2, 3):
        answer = client.post("/versions/aliases/", {"name": "best", "version": number})
        assert answer["Location"] == "/versions/aliases/"
    assert selectors.resolve("best").number == 3
    page = words(page_of(client, "/versions/aliases/?name=best"))
    assert "best means version 3 now." in page
    assert re.search(r"History of best .* best 2 3 local .* best made 2 local", page)


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [
        ("Best", "1", "Lower-case letters, digits, - and _; a letter first."),
        ("", "1", "Give it a name."),
        ("best", "9", "There is no version 9."),
        ("best", "", "Say which version it should mean."),
        ("best", "one", "Give the number of a version."),
        ("best", "9" * 30, "There is no version"),
    ],
)
def test_what_does_not_fit_is_told_beside_the_field_and_nothing_is_lost(
    client: Client, name: str, version: str, said: str
) -> None:
    answer = client.post("/versions/aliases/", {"name": name, "version": version})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert any(said in error for error in re.findall(r'class="field__error"[^>]*>([^<]*)<', page))
    assert f'value="{version}"' in page or not version
    assert [alias.name for alias in alias_selectors.aliases()] == ["champion"]


def test_a_roll_back_is_one_click(client: Client) -> None:
    assert "Roll back to" not in page_of(client, "/versions/aliases/")
    client.post("/versions/2/champion/")
    assert "Roll back to 1" in page_of(client, "/versions/aliases/")
    client.post("/versions/aliases/champion/rollback/")
    assert selectors.champion_number() == 1
    assert "champion means version 1 again." in page_of(client, "/versions/aliases/")


def test_a_roll_back_that_cannot_be_is_told(client: Client) -> None:
    client.post("/versions/aliases/champion/rollback/")
    assert "Champion was never moved" in page_of(client, "/versions/aliases/")


def test_an_alias_is_deleted_after_a_question_and_the_champion_is_not(client: Client) -> None:
    alias_services.move_alias("best", 2)
    assert "Delete the alias best?" in page_of(client, "/versions/aliases/best/delete/")
    client.post("/versions/aliases/best/delete/")
    client.post("/versions/aliases/champion/delete/")
    page = page_of(client, "/versions/aliases/")
    assert "what the canvas uses: move it instead" in page
    assert [alias.name for alias in alias_selectors.aliases()] == ["champion"]
    assert client.get("/versions/aliases/best/delete/").status_code == 404


def test_a_long_history_is_read_page_by_page(client: Client) -> None:
    for step in range(60):
        alias_services.move_alias("best", step % 2 + 1)
    first = page_of(client, "/versions/aliases/?name=best")
    (older,) = re.findall(r"before=(\d+)", first)
    second = page_of(client, f"/versions/aliases/?name=best&before={older}")
    assert len(re.findall(r"<tr\b", first)) - 1 == 50
    assert len(re.findall(r"<tr\b", second)) - 1 == 10


def test_a_version_goes_to_the_trash_and_comes_back(client: Client) -> None:
    assert client.post("/versions/2/trash/")["Location"] == "/versions/trash/"
    assert "Version 2" in page_of(client, "/versions/trash/")
    assert "/versions/2/" not in page_of(client, "/versions/")
    assert "Version 2 is in the trash" in page_of(client, "/versions/2/", status=404)
    assert client.post("/versions/2/restore/")["Location"] == "/versions/2/"
    assert "Version 2 is back." in page_of(client, "/versions/2/")
    assert "The trash is empty" in page_of(client, "/versions/trash/")


def test_the_champion_is_not_thrown_away(client: Client) -> None:
    assert "Move to the trash" not in page_of(client, "/versions/1/")
    client.post("/versions/1/trash/")
    assert "Version 1 is the champion" in page_of(client, "/versions/1/")


def test_a_version_is_deleted_for_good_after_a_question(client: Client) -> None:
    trash_services.trash_version(2)
    assert "Delete version 2 for good?" in page_of(client, "/versions/2/delete/")
    assert client.post("/versions/2/delete/")["Location"] == "/versions/trash/"
    page_of(client, "/versions/2/", status=404)
    assert not ModelVersion.everything.filter(number=2).exists()


def test_the_trash_is_emptied_after_a_question_that_says_how_much_it_frees(client: Client) -> None:
    for number in (2, 3):
        trash_services.trash_version(number)
    question = page_of(client, "/versions/trash/empty/")
    assert re.search(r"2 versions .* 10\d kB", question), question
    client.post("/versions/trash/empty/")
    assert re.search(r"2 versions deleted. 10\d kB", page_of(client, "/versions/trash/"))
    assert ModelVersion.everything.count() == 1


def test_a_version_says_how_it_came_to_be(client: Client) -> None:
    page = words(page_of(client, "/versions/1/"))
    assert "Source Import, pickle file" in page
    assert "Imported Version 1 this one" in page


def test_histories_name_the_account_or_the_token_that_asked() -> None:
    request = RequestFactory().get("/")
    assert actor(request) == "local"
    request.user = AnonymousUser()
    assert actor(request) == "local"
    request.user = User(username="ada")
    assert actor(request) == "ada"
    request.api_token_name = "deploy"  # type: ignore[attr-defined]
    assert actor(request) == "token deploy of ada"


# Several at once


def test_several_versions_are_tagged_in_addition_to_their_own_tags(client: Client) -> None:
    services.describe_version(2, tags=["own"])
    question = page_of(client, "/versions/bulk/?action=tag&numbers=2&numbers=3")
    assert "Tag 2 versions" in question
    answer = client.post("/versions/bulk/", {"action": "tag", "numbers": [2, 3], "tags": "Wide, own"}, follow=True)
    assert "Version 3 and Version 2 are tagged wide, own." in answer.content.decode()
    tags = {version.number: [tag.word for tag in version.tags.all()] for version in ModelVersion.objects.all()}
    assert tags == {1: [], 2: ["own", "wide"], 3: ["wide", "own"]}


@pytest.mark.parametrize(("typed", "words"), [("", "Expected one tag"), ("z" * 60, "Tags may have 40 letters each")])
def test_tags_that_are_none_are_told_beside_the_field_and_the_selection_stays(
    client: Client, typed: str, words: str
) -> None:
    answer = client.post("/versions/bulk/", {"action": "tag", "numbers": [2, 3], "tags": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert re.findall(r'name="numbers" value="(\d)"', page) == ["3", "2"]


def test_a_version_that_would_have_too_many_tags_is_left_and_named(client: Client) -> None:
    services.describe_version(2, tags=[f"t{number}" for number in range(12)])
    page = client.post("/versions/bulk/", {"action": "tag", "numbers": [2, 3], "tags": "more"}, follow=True)
    assert "Version 3 is tagged more." in page.content.decode()
    assert "Version 2 is left as it is: tags may be 12 at most" in page.content.decode()


def test_several_versions_are_thrown_away_and_those_in_use_are_named_and_left(client: Client) -> None:
    question = page_of(client, "/versions/bulk/?action=trash&numbers=1&numbers=2&numbers=3&numbers=9")
    assert "Move 2 versions to the trash?" in question
    assert "<strong>Version 1</strong>: version 1 is the champion" in question
    assert "<strong>Version 9</strong>: it is not there any more" in question
    chosen = {"action": "trash", "numbers": [1, 2, 3], "back": "?source=import"}
    answer = client.post("/versions/bulk/", chosen, follow=True)
    assert answer.redirect_chain == [("/versions/?source=import", 302)]
    assert "Version 3 and Version 2 are in the trash." in answer.content.decode()
    assert [version.number for version in ModelVersion.objects.all()] == [1]


def test_what_several_versions_cannot_be_is_not_found_and_nothing_selected_asks_nothing(client: Client) -> None:
    assert client.get("/versions/bulk/?action=burn&numbers=1").status_code == 404
    answer = client.get("/versions/bulk/?action=tag&back=https://elsewhere.example/", follow=True)
    assert answer.redirect_chain == [("/versions/", 302)]
    assert "No version is selected: select those to tag." in answer.content.decode()
