"""Versions: published, imported, named and deleted, whole or not at all."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from datasets.ink.preprocessing import PREPROCESSING_ID
from inference.errors import ArtifactError, VersionInUseError, VersionNotFoundError
from inference.model_files.pickle import network_pickle
from inference.models import Alias, ModelVersion
from inference.registry import alias_services, selectors, services, trash_services
from nnlib import Network

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model_store")]
Draw = Callable[..., Network]


def imported(network: Network, name: str = "") -> ModelVersion:
    return services.import_version(network_pickle.network_to_bytes(network), name=name)


def test_the_first_version_is_number_1_and_the_champion(draw_network: Draw) -> None:
    assert imported(draw_network()).number == 1
    assert selectors.champion_number() == 1


def test_a_later_version_does_not_become_the_champion(draw_network: Draw) -> None:
    imported(draw_network(seed=1))
    assert imported(draw_network(seed=2)).number == 2
    assert selectors.champion_number() == 1


def test_a_version_records_what_it_is(draw_network: Draw, model_store: Path) -> None:
    network = draw_network(20)
    version = imported(network, name="  Twenty  ")
    data = (model_store / version.artifact).read_bytes()
    assert version.name == "Twenty"
    assert version.architecture == {"layer_sizes": [784, 20, 10], "activation": "relu", "output": "softmax"}
    assert (version.sha256, version.size_bytes) == (network_pickle.sha256(data), len(data))
    assert version.preprocessing == PREPROCESSING_ID


def test_a_published_network_comes_back_bit_for_bit(draw_network: Draw) -> None:
    network = draw_network(20)
    assert services.load_network(imported(network)).sha256() == network.sha256()


def test_a_number_is_never_given_again(draw_network: Draw) -> None:
    imported(draw_network(seed=1))
    second = imported(draw_network(seed=2))
    trash_services.delete_forever(second.number)
    assert imported(draw_network(seed=3)).number == 3


def test_a_refused_file_takes_no_number(draw_network: Draw) -> None:
    imported(draw_network(seed=1))
    with pytest.raises(ArtifactError):
        services.import_version(b"not a model")
    assert imported(draw_network(seed=2)).number == 2


def test_publishing_that_fails_takes_no_number(draw_network: Draw) -> None:
    network = draw_network()
    facts = services.VersionFacts(source=ModelVersion.Source.RUN)

    def publish_and_fail() -> None:
        with transaction.atomic():
            services.publish_version(network, services.store_network(network), facts)
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011 -- our own
        publish_and_fail()
    assert imported(network).number == 1


def test_the_same_file_is_imported_as_another_version_of_the_same_bytes(draw_network: Draw, model_store: Path) -> None:
    first, second = imported(draw_network()), imported(draw_network())
    assert (first.number, second.number, first.sha256) == (1, 2, second.sha256)
    assert len(list(model_store.iterdir())) == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_when_many_publish_at_once(draw_network: Draw) -> None:
    network = draw_network()
    ready = threading.Barrier(6)
    problems: list[BaseException] = []

    def publish() -> None:
        try:
            ready.wait(30)
            for _ in range(4):
                imported(network)
        except BaseException as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert sorted(ModelVersion.objects.values_list("number", flat=True)) == list(range(1, 25))
    assert Alias.objects.count() == 1


# The model file on disk.


def test_a_model_file_that_was_changed_is_not_used(draw_network: Draw, model_store: Path) -> None:
    version = imported(draw_network())
    path = model_store / version.artifact
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArtifactError, match="version 1 has changed since it was published"):
        services.load_network(version)


def test_a_model_file_that_was_cut_short_is_not_used(draw_network: Draw, model_store: Path) -> None:
    version = imported(draw_network())
    path = model_store / version.artifact
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ArtifactError, match="has changed"):
        services.read_artifact(version)


def test_a_model_file_that_is_gone_is_told_in_plain_words(draw_network: Draw, model_store: Path) -> None:
    version = imported(draw_network())
    (model_store / version.artifact).unlink()
    with pytest.raises(ArtifactError, match="model file of version 1 cannot be read: No such file"):
        services.load_network(version)


def test_a_model_file_is_not_left_half_written(
    draw_network: Draw, model_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("weblib.atomic_files.os.fsync", fail)
    with pytest.raises(OSError, match="disk is full"):
        imported(draw_network())
    assert list(model_store.iterdir()) == []
    assert ModelVersion.objects.count() == 0


# Aliases.


def test_an_alias_moves(draw_network: Draw) -> None:
    imported(draw_network(seed=1))
    imported(draw_network(seed=2))
    alias_services.move_alias("best", 1)
    alias_services.move_alias("best", 2)
    assert selectors.resolve("best").number == 2
    assert Alias.objects.filter(name="best").count() == 1


@pytest.mark.parametrize("name", ["Best", "1", "a b", "", "../x", "é", "a" * 41, "best\n", "best\x00"])
def test_a_name_that_is_no_name_is_refused_and_nothing_is_written(draw_network: Draw, name: str) -> None:
    imported(draw_network())
    with pytest.raises(ValidationError):
        alias_services.move_alias(name, 1)
    assert list(Alias.objects.values_list("name", flat=True)) == ["champion"]


def test_an_alias_cannot_point_at_nothing(draw_network: Draw) -> None:
    imported(draw_network())
    with pytest.raises(VersionNotFoundError, match="there is no version 7"):
        alias_services.move_alias("champion", 7)
    assert selectors.champion_number() == 1


@pytest.mark.parametrize("name", [7, "7", "nobody", 10**30, "9" * 40, -1, 0, "", "\x00"])
def test_a_name_that_means_no_version_is_told_so(draw_network: Draw, name: int | str) -> None:
    imported(draw_network())
    with pytest.raises(VersionNotFoundError):
        selectors.resolve(name)


@pytest.mark.parametrize("name", [1, "1", "champion"])
def test_a_version_is_found_by_number_text_and_alias(draw_network: Draw, name: int | str) -> None:
    imported(draw_network())
    assert selectors.resolve(name).number == 1


# Notes and deletion.


def test_only_the_notes_of_a_version_change(draw_network: Draw) -> None:
    before = selectors.version_json(imported(draw_network()))
    services.describe_version(1, notes="Reads my sevens.")
    assert selectors.version_json(selectors.get_version(1)) == {
        **before,
        "notes": "Reads my sevens.",
        "aliases": ["champion"],
    }


def test_a_version_that_an_alias_points_at_is_kept(draw_network: Draw, model_store: Path) -> None:
    version = imported(draw_network())
    with pytest.raises(VersionInUseError, match="version 1 is the champion: move that alias"):
        trash_services.delete_forever(1)
    assert (model_store / version.artifact).exists()


@pytest.mark.django_db(transaction=True)
def test_a_deleted_version_takes_its_file_with_it(draw_network: Draw, model_store: Path) -> None:
    imported(draw_network(seed=1))
    second = imported(draw_network(seed=2))
    trash_services.delete_forever(2)
    assert not (model_store / second.artifact).exists()
    with pytest.raises(VersionNotFoundError):
        selectors.get_version(2)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_another_version_needs_is_kept(draw_network: Draw) -> None:
    network = draw_network()
    first = imported(network)
    imported(network)
    trash_services.delete_forever(2)
    assert services.load_network(first).sha256() == network.sha256()


@pytest.mark.django_db(transaction=True)
def test_a_child_outlives_its_parent(draw_network: Draw) -> None:
    imported(draw_network(seed=1))
    parent, network = imported(draw_network(seed=2)), draw_network(seed=3)
    facts = services.VersionFacts(source=ModelVersion.Source.RUN, parent=parent)
    with transaction.atomic():
        services.publish_version(network, services.store_network(network), facts)
    trash_services.delete_forever(2)
    assert selectors.version_json(selectors.get_version(3))["parent"] is None


def test_versions_are_listed_newest_first_page_by_page(draw_network: Draw) -> None:
    for seed in range(5):
        imported(draw_network(seed=seed))
    first = selectors.versions_page(limit=2)
    second = selectors.versions_page(limit=2, cursor=first.next_cursor)
    third = selectors.versions_page(limit=2, cursor=second.next_cursor)
    pages = [[version.number for version in page.rows] for page in (first, second, third)]
    assert pages == [[5, 4], [3, 2], [1]]
    assert third.next_cursor is None
