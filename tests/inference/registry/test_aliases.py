"""Aliases: moved one step at a time, with a history, and rolled back."""

import itertools
import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from inference.errors import RegistryStateError, VersionNotFoundError
from inference.model_files.pickle import network_pickle
from inference.models import Alias, AliasMove
from inference.registry import alias_selectors, alias_services, selectors, services, trash_services
from nnlib import Network

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model_store")]
Draw = Callable[..., Network]


@pytest.fixture(autouse=True)
def three_versions(draw_network: Draw) -> None:
    """Versions 1 (the champion) to 3."""
    for seed in range(3):
        services.import_version(network_pickle.network_to_bytes(draw_network(seed=seed)))


def history(name: str) -> list[tuple[int | None, int | None, str]]:
    """From, to and who, oldest first."""
    return [(move.from_number, move.to_number, move.by) for move in list(alias_selectors.alias_moves(name).rows)[::-1]]


def meaning(name: str) -> int:
    return selectors.resolve(name).number


def test_every_move_is_written_down_with_who_and_from_where() -> None:
    alias_services.move_alias("best", 1, by="ada")
    alias_services.move_alias("best", 3, by="token deploy of ben")
    assert history("best") == [(None, 1, "ada"), (1, 3, "token deploy of ben")]
    assert Alias.objects.get(name="best").moved_by == "token deploy of ben"


def test_the_first_version_becomes_the_champion_by_nobody() -> None:
    assert history("champion") == [(None, 1, "")]


def test_a_move_to_where_it_points_already_is_none() -> None:
    alias_services.move_alias("best", 1, by="ada")
    alias_services.move_alias("best", 1, by="ben")
    assert history("best") == [(None, 1, "ada")]


@pytest.mark.parametrize("name", ["Best", "1", "a b", "", "../x", "a" * 41, "best\n"])
def test_a_name_that_is_no_name_leaves_no_history(name: str) -> None:
    with pytest.raises(ValidationError):
        alias_services.move_alias(name, 1)
    assert AliasMove.objects.count() == 1


def test_a_roll_back_takes_the_last_move_back_and_the_next_one_the_move_before() -> None:
    for number in (1, 2, 3):
        alias_services.move_alias("best", number)
    assert [alias_services.roll_back_alias("best", by="ada").version.number for _ in range(2)] == [2, 1]
    assert history("best")[3:] == [(3, 2, "ada"), (2, 1, "ada")]
    with pytest.raises(RegistryStateError, match="nothing to roll back to"):
        alias_services.roll_back_alias("best")
    assert meaning("best") == 1


def test_a_move_after_a_roll_back_can_be_taken_back_too() -> None:
    for number in (1, 2):
        alias_services.move_alias("best", number)
    alias_services.roll_back_alias("best")
    alias_services.move_alias("best", 3)
    assert alias_services.roll_back_alias("best").version.number == 1


def test_an_alias_is_not_rolled_back_to_a_version_that_is_gone() -> None:
    alias_services.move_alias("champion", 2)
    trash_services.trash_version(1)
    with pytest.raises(VersionNotFoundError, match="version 1 is in the trash"):
        alias_services.roll_back_alias("champion")
    assert meaning("champion") == 2


@pytest.mark.parametrize("name", ["nobody", "\x00", ""])
def test_an_alias_that_is_not_there_is_told_so(name: str) -> None:
    with pytest.raises(VersionNotFoundError, match="there is no alias"):
        alias_services.roll_back_alias(name)
    with pytest.raises(VersionNotFoundError, match="there is no alias"):
        alias_services.delete_alias(name)


def test_a_deleted_alias_means_nothing_and_keeps_its_history() -> None:
    alias_services.move_alias("best", 2, by="ada")
    alias_services.delete_alias("best", by="ben")
    with pytest.raises(VersionNotFoundError):
        selectors.resolve("best")
    assert history("best") == [(None, 2, "ada"), (2, None, "ben")]
    alias_services.move_alias("best", 3, by="ada")
    with pytest.raises(RegistryStateError, match="nothing to roll back to"):
        alias_services.roll_back_alias("best")


def test_the_champion_is_not_deleted() -> None:
    with pytest.raises(RegistryStateError, match="the champion is what the canvas uses"):
        alias_services.delete_alias("champion")
    assert meaning("champion") == 1


@pytest.mark.django_db(transaction=True)
def test_the_history_of_moves_at_once_is_one_chain() -> None:
    ready = threading.Barrier(6)
    problems: list[BaseException] = []

    def move(number: int) -> None:
        try:
            ready.wait(30)
            for step in range(5):
                alias_services.move_alias("best", (number + step) % 3 + 1)
        except BaseException as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    steps = [(before, after) for before, after, _ in history("best")]
    assert steps[0][0] is None
    assert all(earlier[1] == later[0] for earlier, later in itertools.pairwise(steps))
    assert steps[-1][1] == meaning("best")


def test_the_last_page_of_a_history_has_no_cursor_even_when_it_is_full(
    client: Client,
) -> None:
    alias_services.move_alias("best", 1)
    alias_services.move_alias("best", 2)
    full = client.get("/api/v1/aliases/best/history?limit=2").json()
    assert (len(full["items"]), full["next"]) == (2, None)
    first = client.get("/api/v1/aliases/best/history?limit=1").json()
    second = client.get(f"/api/v1/aliases/best/history?limit=1&cursor={first['next']}").json()
    assert [page["items"][0]["to"] for page in (first, second)] == [2, 1]
    assert second["next"] is None
