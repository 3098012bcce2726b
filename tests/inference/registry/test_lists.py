"""Lists of versions: their order, their pages, their filters and their tags."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from inference.models import ModelVersion
from inference.registry import selectors, services
from nnlib import Network
from weblib.errors import CursorError
from weblib.tags import tags_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model_store")]
Publish = Callable[..., ModelVersion]


@pytest.fixture
def publish(draw_network: Callable[..., Network]) -> Publish:
    def publish_one(accuracy: float | None = None, **facts: Any) -> ModelVersion:
        network = draw_network(seed=1)
        metrics = {} if accuracy is None else {"test_accuracy": accuracy}
        known = {"source": ModelVersion.Source.RUN, "metrics": metrics, **facts}
        with transaction.atomic():
            return services.publish_version(network, services.store_network(network), services.VersionFacts(**known))

    return publish_one


def walk(limit: int, **selection: Any) -> list[int]:
    """The numbers on all pages of a list."""
    numbers, cursor = list[int](), None
    while True:
        page = selectors.versions_page(**selection, cursor=cursor, limit=limit)
        numbers += [version.number for version in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return numbers


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_pages_of_a_sorted_list_join_without_gap_or_repeat(publish: Publish, limit: int) -> None:
    for accuracy in (0.9, None, 0.95, 0.9, None, 0.8):
        publish(accuracy)
    assert walk(limit, sort="-test_accuracy") == [3, 4, 1, 6, 5, 2]
    assert walk(limit, sort="test_accuracy") == [6, 4, 1, 3, 5, 2]
    assert walk(limit, sort="number") == [1, 2, 3, 4, 5, 6]


def test_a_page_stays_where_it_was_when_newer_rows_come(publish: Publish) -> None:
    for accuracy in (0.7, 0.8, 0.9):
        publish(accuracy)
    first = selectors.versions_page(sort="-test_accuracy", limit=2)
    publish(0.99)
    publish(0.85)
    rest = selectors.versions_page(sort="-test_accuracy", limit=9, cursor=first.next_cursor)
    assert [version.number for version in rest.rows] == [1]


@pytest.mark.parametrize("cursor", ["x", "0", "-1", "0.9", "0.9~", "0.9~x", "nan~3", "inf~3", "zero~3", "~", "1~2~3"])
def test_a_cursor_that_no_page_gave_is_refused(publish: Publish, cursor: str) -> None:
    with pytest.raises(CursorError, match="expected a cursor"):
        selectors.versions_page(sort="-test_accuracy", cursor=cursor)


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"text": "adam"}, [1]),
        ({"text": "16"}, [3, 2, 1]),
        ({"text": "784-16-10 sgd"}, [2]),
        ({"text": "softmax"}, [3, 2, 1]),
        ({"text": "7b"}, [2]),
        ({"text": "keras 7b"}, []),
        ({"optimizer": "sgd"}, [2]),
        ({"engine": "keras"}, [1]),
        ({"hidden_layers": "16"}, [3, 2, 1]),
        ({"hidden_layers": "1"}, []),
        ({"min_learning_rate": 0.01}, [2]),
        ({"max_epochs": 9}, [2]),
        ({"min_test_accuracy": 0.9, "max_test_accuracy": 0.95}, [1]),
    ],
)
def test_a_list_is_filtered_by_configuration_and_ranges(
    publish: Publish, filters: dict[str, Any], numbers: list[int]
) -> None:
    adam = {"optimizer": "adam", "learning_rate": 0.001, "engine": "keras"}
    publish(metrics={"test_accuracy": 0.9, "epochs": 10}, config=adam)
    sgd = {"optimizer": "sgd", "learning_rate": 0.1, "engine": "nnlib"}
    publish(metrics={"test_accuracy": 0.98, "epochs": 5}, config=sgd, tags=("class 7b",))
    publish(source=ModelVersion.Source.IMPORT)
    assert walk(9, **filters) == numbers


def test_a_list_is_filtered_by_source_data_set_tags_and_text_together(publish: Publish) -> None:
    publish(name="Wide one", dataset="mnist", tags=("wide", "paper"))
    publish(name="Other", notes="a WIDE net", dataset="mnist", tags=("wide",))
    publish(name="Third", dataset="pen-strokes", tags=("paper",), source=ModelVersion.Source.IMPORT)
    assert walk(9, tags=("wide", "paper")) == [1]
    assert walk(9, tags=("wide",)) == [2, 1]
    assert walk(9, text="wide") == [2, 1]
    assert walk(9, text="3") == [3]
    assert walk(9, dataset="pen-strokes") == [3]
    assert walk(9, source="run", tags=("paper",)) == [1]
    assert walk(9, text="100%") == []


def test_tags_are_words_in_small_letters_each_once() -> None:
    assert tags_in(" Wide,  class   7b ,, wide") == ["wide", "class 7b"]
    assert tags_in(["A", "b"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("x" * 41, "40 letters"),
        (",".join(map(str, range(13))), "12 at most"),
        (["a,b"], "commas"),
        ("a\x00b", "letters"),
    ],
)
def test_tags_that_cannot_be_kept_are_refused_in_plain_words(value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tags_in(value)


def test_tags_of_a_version_are_changed_on_its_page_and_nothing_is_lost_by_wrong_ones(
    client: Client, publish: Publish
) -> None:
    publish(tags=("old",))
    client.post("/versions/1/tags/", {"tags": "New, better"})
    client.post("/versions/1/tags/", {"tags": "y" * 50})
    assert [tag.word for tag in selectors.get_version(1).tags.all()] == ["new", "better"]
    page = client.get("/versions/1/").content.decode()
    assert 'href="/versions/?tag=better"' in page
    assert "may have 40 letters" in page


def test_every_filter_that_is_on_has_a_chip_that_takes_it_off(client: Client, publish: Publish) -> None:
    publish(dataset="mnist", tags=("wide", "deep"), name="Seen")
    page = client.get("/versions/?dataset=mnist&tag=wide&tag=deep&q=see&sort=-test_accuracy").content.decode()
    for left in (
        "?tag=wide&amp;tag=deep&amp;q=see&amp;sort=-test_accuracy",
        "?dataset=mnist&amp;tag=deep&amp;q=see&amp;sort=-test_accuracy",
        "?dataset=mnist&amp;tag=wide&amp;q=see&amp;sort=-test_accuracy",
        "?dataset=mnist&amp;tag=wide&amp;tag=deep&amp;sort=-test_accuracy",
    ):
        assert f'class="chip" href="{left}"' in page
    assert ">Seen<" in page


def test_a_list_in_which_nothing_matches_says_so_and_leads_back(client: Client, publish: Publish) -> None:
    publish()
    page = client.get("/versions/?q=nowhere").content.decode()
    assert "Nothing matches" in page
    assert '<a href="/versions/">Clear the filters</a>' in page


def test_a_list_reads_no_history_and_as_much_for_many_versions_as_for_one(
    client: Client, publish: Publish, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        publish(0.9, history=[{"epoch": 1}], tags=("a",))
    with django_assert_max_num_queries(8) as captured:
        client.get("/versions/")
    assert not any('"history"' in query["sql"] for query in captured.captured_queries)
