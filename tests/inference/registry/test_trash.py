"""The trash: what is in it cannot be asked, comes back as it was, or goes for good and frees the disk."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from inference.errors import VersionInUseError, VersionNotFoundError
from inference.model_files.pickle import network_pickle
from inference.models import ModelVersion, SnapshotFile
from inference.registry import (
    alias_services,
    lineage,
    selectors,
    services,
    trash_selectors,
    trash_services,
    version_references,
)
from inference.registry.starter import import_starter
from inference.serving.network_cache import NetworkCache
from nnlib import Network

pytestmark = [pytest.mark.django_db(transaction=True)]
Draw = Callable[..., Network]


@pytest.fixture(autouse=True)
def three_versions(draw_network: Draw, model_store: Path) -> None:
    """Versions 1 (the champion) to 3, of different weights."""
    for seed in range(3):
        services.import_version(network_pickle.network_to_bytes(draw_network(seed=seed)), name=f"No. {seed + 1}")


def files(store: Path) -> int:
    return len(list(store.iterdir()))


def test_a_version_in_the_trash_is_in_no_list_and_cannot_be_asked() -> None:
    trash_services.trash_version(2, by="ada")
    assert [version.number for version in selectors.versions_page().rows] == [3, 1]
    assert [version.number for version in selectors.all_versions()] == [1, 3]
    for ask in (selectors.get_version, selectors.resolve, NetworkCache().get, lambda n: selectors.get_versions([n])):
        with pytest.raises(VersionNotFoundError, match="version 2 is in the trash"):
            ask(2)
    (trashed,) = trash_selectors.trashed_versions()
    assert (trashed.number, trashed.trashed_by) == (2, "ada")


def test_a_restored_version_is_as_it_was() -> None:
    before = selectors.version_json(selectors.get_version(2))
    trash_services.trash_version(2)
    assert selectors.version_json(trash_services.restore_version(2)) == before
    assert services.load_network(selectors.get_version(2))
    assert trash_selectors.trashed_versions() == []


def test_a_version_in_the_trash_keeps_its_file_and_its_number(draw_network: Draw, model_store: Path) -> None:
    trash_services.trash_version(3)
    assert files(model_store) == 3
    assert services.import_version(network_pickle.network_to_bytes(draw_network(seed=9))).number == 4


def test_a_version_with_an_alias_is_neither_thrown_away_nor_deleted() -> None:
    for remove in (trash_services.trash_version, trash_services.delete_forever):
        with pytest.raises(VersionInUseError, match="version 1 is the champion: move that alias"):
            remove(1)


def test_the_question_before_deleting_is_not_asked_of_a_version_with_an_alias(client: Client) -> None:
    alias_services.move_alias("best", 2)
    answer = client.get("/versions/2/delete/", follow=True)
    assert answer.redirect_chain == [("/versions/2/", 302)]
    assert "Version 2 is also called “best”: move that alias to another" in answer.content.decode()
    assert ModelVersion.objects.filter(number=2).exists()


def test_a_version_that_somebody_needs_is_neither_thrown_away_nor_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = version_references.References(
        needed_because=lambda number: "run 7 starts from it" if number == 2 else "", run_id=lambda _number: None
    )
    monkeypatch.setattr(version_references, "_references", [needed])
    for remove in (trash_services.trash_version, trash_services.delete_forever):
        with pytest.raises(VersionInUseError, match="version 2 cannot go: run 7 starts from it"):
            remove(2)
    trash_services.trash_version(3)


def test_a_version_in_the_trash_gets_no_alias() -> None:
    trash_services.trash_version(2)
    with pytest.raises(VersionNotFoundError, match="in the trash"):
        alias_services.move_alias("best", 2)


def test_emptying_the_trash_frees_the_disk_and_nothing_else(model_store: Path) -> None:
    sizes = {version.number: version.size_bytes for version in selectors.versions_page().rows}
    for number in (2, 3):
        trash_services.trash_version(number)
    assert trash_selectors.trash_bytes() == sizes[2] + sizes[3]
    emptied = trash_services.empty_trash()
    assert (sorted(emptied.numbers), emptied.freed_bytes, emptied.kept) == ([2, 3], sizes[2] + sizes[3], [])
    assert files(model_store) == 1
    assert list(ModelVersion.everything.values_list("number", flat=True)) == [1]
    with pytest.raises(VersionNotFoundError, match="there is no version 2"):
        trash_services.restore_version(2)


def test_what_emptying_frees_counts_snapshots_too(model_store: Path) -> None:
    name = "snapshots"
    (model_store / name).write_bytes(b"moments")
    SnapshotFile.objects.create(version=selectors.get_version(2), name=name, size_bytes=7, sha256="ab" * 32)
    trash_services.trash_version(2)
    expected = trash_selectors.trash_bytes()
    assert trash_services.empty_trash().freed_bytes == expected > 7
    assert files(model_store) == 2


def test_a_file_that_another_version_has_stays_and_counts_as_nothing_freed(
    draw_network: Draw, model_store: Path
) -> None:
    services.import_version(network_pickle.network_to_bytes(draw_network(seed=1)))
    trash_services.trash_version(2)
    assert trash_selectors.trash_bytes() == 0
    assert trash_services.delete_forever(2) == 0
    assert services.load_network(selectors.get_version(4)).sha256() == draw_network(seed=1).sha256()


def test_a_version_is_not_left_without_its_file_when_its_twin_goes_meanwhile(
    draw_network: Draw, model_store: Path
) -> None:
    network = draw_network(seed=2)
    artifact = services.store_network(network)
    trash_services.delete_forever(3)
    assert not (model_store / artifact.name).exists()
    with transaction.atomic():
        version = services.publish_version(network, artifact, services.VersionFacts(source=ModelVersion.Source.RUN))
    assert services.load_network(version).sha256() == network.sha256()


def test_versions_of_the_same_weights_that_come_and_go_at_once_never_lose_their_file(draw_network: Draw) -> None:
    data = network_pickle.network_to_bytes(draw_network(seed=5))
    ready = threading.Barrier(4)
    problems: list[BaseException] = []

    def come_and_go(work: Callable[[], Any]) -> None:
        try:
            ready.wait(30)
            for _ in range(6):
                work()
        except BaseException as error:
            problems.append(error)
        finally:
            connection.close()

    def come() -> None:
        services.import_version(data)

    def go() -> None:
        newest = ModelVersion.objects.filter(number__gt=3).values_list("number", flat=True).first()
        if newest is not None:
            try:
                trash_services.delete_forever(newest)
            except VersionNotFoundError:
                return

    threads = [threading.Thread(target=come_and_go, args=(work,)) for work in (come, come, go, go)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    for version in ModelVersion.objects.all():
        assert services.load_network(version)


def test_the_starter_in_the_trash_is_not_published_again() -> None:
    starter = import_starter()
    assert starter is not None
    trash_services.trash_version(starter.number)
    assert import_starter() == starter
    assert ModelVersion.objects.filter(source=ModelVersion.Source.STARTER).count() == 0


def test_a_child_shows_its_line_through_the_trash(draw_network: Draw) -> None:
    parent = selectors.get_version(2)
    network = draw_network(seed=7)
    facts = services.VersionFacts(source=ModelVersion.Source.RUN, parent=parent, config={"from_version": 2})
    with transaction.atomic():
        child = services.publish_version(network, services.store_network(network), facts)
    trash_services.trash_version(2)
    assert [(one.number, one.trashed_at is not None) for one in lineage.ancestors(child)] == [(2, True)]
    assert [one.number for one in lineage.children(parent)] == [child.number]
    trash_services.empty_trash()
    assert lineage.ancestors(selectors.get_version(child.number)) == []
