"""Corrections over the HTTP API: kept, listed, relabelled, deleted, and held against versions."""

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from PIL import Image

from datasets.ink.preprocessing import pixels_from_strokes
from datasets.models import Sample
from datasets.samples.selectors import corrections_of, corrections_page
from inference.models import ModelVersion
from inference.registry import services
from inference.reports.correction_score import CORRECTION_SCORES, Score
from inference.serving import prediction
from inference.serving.network_cache import NetworkCache
from nnlib import Network

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model_store")]

SEVEN: Any = [[[60, 60], [220, 60], [130, 240]]]
ADDRESS = "/api/v1/corrections"
Publish = Callable[..., ModelVersion]


@pytest.fixture
def publish(draw_network: Callable[..., Network]) -> Publish:
    """Publishes a version of random weights."""

    def publish_one(seed: int = 1, **said: Any) -> ModelVersion:
        network = draw_network(seed=seed)
        facts = services.VersionFacts(source=ModelVersion.Source.RUN, **said)
        with transaction.atomic():
            return services.publish_version(network, services.store_network(network), facts)

    return publish_one


def call(client: Client, method: str, path: str = "", **body: Any) -> tuple[int, Any]:
    answer = client.generic(method, f"{ADDRESS}{path}", json.dumps(body), "application/json")
    return answer.status_code, answer.json() if answer.content else None


def teach(client: Client, label: int = 7, **fields: Any) -> dict[str, Any]:
    status, answer = call(client, "POST", strokes=SEVEN, label=label, **fields)
    assert status == 201, answer
    return dict(answer)


def png() -> str:
    image = np.full((40, 40), 255, np.uint8)
    image[5:35, 18:22] = 0
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def test_a_correction_keeps_the_ink_its_picture_and_what_the_champion_took_it_for(
    client: Client, publish: Publish
) -> None:
    publish()
    kept = teach(client, brush=22)
    asked = client.post("/api/v1/predict", {"strokes": SEVEN, "brush": 22}, "application/json").json()
    assert (kept["label"], kept["strokes"], kept["brush"], kept["author"]) == (7, SEVEN, 22, "local")
    assert (kept["digit"], kept["version"]) == (asked["results"][0]["digit"], 1)
    assert kept["seen"] == asked["seen"]
    assert call(client, "GET", f"/{kept['id']}") == (200, kept)


def test_a_correction_can_name_who_took_it_for_what(client: Client, publish: Publish) -> None:
    publish()
    publish(seed=2)
    assert teach(client, version=2)["version"] == 2


def test_a_list_holds_each_correction_as_it_is_shown_alone(client: Client) -> None:
    drawn = teach(client, brush=22)
    pictured = call(client, "POST", label=1, image=png())[1]
    assert call(client, "GET") == (200, {"items": [pictured, drawn], "next": None})


def test_strokes_are_not_read_where_they_are_not_shown(client: Client) -> None:
    kept = teach(client)
    for found in (corrections_page().rows, corrections_of([kept["id"]])):
        assert found[0].get_deferred_fields() == {"strokes"}


def test_a_version_that_is_not_there_is_told_and_nothing_is_kept(client: Client) -> None:
    status, answer = call(client, "POST", strokes=SEVEN, label=7, version=9)
    assert (status, answer["detail"]) == (404, "there is no version 9")
    assert not Sample.objects.exists()


def test_without_any_version_a_correction_is_kept_all_the_same(client: Client) -> None:
    kept = teach(client)
    assert (kept["digit"], kept["version"]) == (None, None)


@pytest.mark.parametrize(
    ("form", "ink"), [("image", {"image": png()}), ("pixels", {"pixels": [0] * 392 + [255] * 392})]
)
def test_images_and_pixels_are_kept_as_what_is_seen_of_them(client: Client, form: str, ink: dict[str, Any]) -> None:
    status, kept = call(client, "POST", label=1, **ink)
    assert status == 201
    assert (kept["form"], kept["strokes"], len(kept["seen"]), max(kept["seen"])) == (form, None, 784, 255)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"strokes": SEVEN}, "is missing"),
        ({"strokes": SEVEN, "label": 10}, "must be at most 9"),
        ({"strokes": SEVEN, "label": "seven"}, "must be a whole number"),
        ({"label": 1}, "give exactly one of strokes, image and pixels"),
        ({"strokes": SEVEN, "pixels": [0] * 784, "label": 1}, "give exactly one"),
        ({"strokes": [], "label": 1}, "nothing drawn"),
        ({"strokes": [[[1, 2]] * 5001], "label": 1}, "at most 5,000 points"),
        ({"image": "bm90IGFuIGltYWdl", "label": 1}, "expected an image as PNG"),
        ({"pixels": [0] * 100, "label": 1}, "expected 784 numbers"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_plain_words(client: Client, fields: dict[str, Any], said: str) -> None:
    status, answer = call(client, "POST", **fields)
    assert status == 422
    assert said in str(answer["detail"])
    assert not Sample.objects.exists()


def test_more_corrections_than_are_kept_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.samples.services.MAX_CORRECTIONS", 1)
    teach(client)
    status, answer = call(client, "POST", strokes=SEVEN, label=7)
    assert status == 409
    assert "delete some first" in answer["detail"]


def test_corrections_are_listed_newest_first_page_by_page(client: Client) -> None:
    ids = [teach(client)["id"] for _ in range(5)]
    seen: list[int] = []
    cursor = ""
    while cursor is not None:
        _, page = call(client, "GET", f"?limit=2{cursor and f'&cursor={cursor}'}")
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert seen == ids[::-1]


def test_corrections_of_one_digit_are_listed(client: Client) -> None:
    teach(client, 3)
    seven = teach(client, 7)
    _, page = call(client, "GET", "?label=7")
    assert [item["id"] for item in page["items"]] == [seven["id"]]


def test_a_correction_is_relabelled(client: Client) -> None:
    kept = teach(client, 1)
    assert call(client, "PATCH", f"/{kept['id']}", label=4)[1]["label"] == 4
    assert call(client, "GET", f"/{kept['id']}")[1]["label"] == 4


@pytest.mark.parametrize("body", [{}, {"label": 11}, {"label": 1, "strokes": []}])
def test_only_a_digit_can_be_patched(client: Client, body: dict[str, Any]) -> None:
    kept = teach(client, 1)
    assert call(client, "PATCH", f"/{kept['id']}", **body)[0] == 422
    assert call(client, "GET", f"/{kept['id']}")[1] == kept


def test_a_deleted_correction_is_gone(client: Client) -> None:
    kept = teach(client)
    assert call(client, "DELETE", f"/{kept['id']}") == (204, None)
    assert not Sample.objects.exists()


@pytest.mark.parametrize(("method", "body"), [("GET", {}), ("PATCH", {"label": 1}), ("DELETE", {})])
def test_a_correction_that_is_not_there_is_told(client: Client, method: str, body: dict[str, Any]) -> None:
    for number in (5, 10**30):
        status, answer = call(client, method, f"/{number}", **body)
        assert (status, answer["detail"]) == (404, f"there is no correction {number}")


def test_where_people_log_in_a_correction_says_who_gave_it(client: Client) -> None:
    client.force_login(User.objects.create_user("ada"))
    assert teach(client)["author"] == "ada"


# The yardstick.


def test_the_accuracy_on_corrections_is_the_share_read_right(client: Client, publish: Publish) -> None:
    publish()
    read = teach(client, 0)["digit"]
    Sample.objects.all().delete()
    for label in (read, (read + 1) % 10, read):
        teach(client, label)
    _, answer = call(client, "GET", "/accuracy?versions=1")
    assert answer == [{"version": 1, "right": 2, "count": 3, "accuracy": 2 / 3, "learned_right": 0, "learned_count": 0}]


def test_a_score_follows_every_change_of_the_corrections(client: Client, publish: Publish) -> None:
    publish()
    first = teach(client)
    read = first["digit"]
    call(client, "PATCH", f"/{first['id']}", label=read)
    assert CORRECTION_SCORES.scores([1]) == {1: Score(1, 1)}
    call(client, "PATCH", f"/{first['id']}", label=(read + 1) % 10)
    assert CORRECTION_SCORES.scores([1]) == {1: Score(0, 1)}
    second = teach(client, read)
    assert CORRECTION_SCORES.scores([1]) == {1: Score(1, 2)}
    call(client, "DELETE", f"/{second['id']}")
    assert CORRECTION_SCORES.scores([1]) == {1: Score(0, 1)}


def test_a_score_is_computed_once(client: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    teach(client)
    known = CORRECTION_SCORES.scores([1])
    monkeypatch.setattr("inference.reports.correction_score.labelled_samples", None)
    assert CORRECTION_SCORES.scores([1]) == known


def test_without_corrections_there_is_no_score(client: Client, publish: Publish) -> None:
    publish()
    assert call(client, "GET", "/accuracy?versions=1") == (200, [])


@pytest.mark.parametrize(("versions", "status"), [("9", 404), ("", 400), ("1,x", 400)])
def test_accuracy_of_what_is_no_version_is_refused(client: Client, versions: str, status: int) -> None:
    teach(client)
    assert call(client, "GET", f"/accuracy?versions={versions}")[0] == status


def test_the_picture_is_what_every_drawing_is_turned_into(client: Client) -> None:
    kept = teach(client)
    assert kept["seen"] == np.rint(pixels_from_strokes(SEVEN) * 255).astype(int).tolist()


# Pages.


def shown(client: Client, query: str = "") -> list[int]:
    page = client.get(f"/corrections/{query}").content.decode()
    return [int(number) for number in re.findall(r'data-correction="(\d+)"', page)]


def test_without_corrections_the_page_leads_to_the_canvas(client: Client) -> None:
    page = client.get("/corrections/").content.decode()
    assert "No corrections yet" in page
    assert 'href="/">Draw a digit' in page


def test_corrections_are_shown_as_pictures_of_one_digit_or_all(client: Client, publish: Publish) -> None:
    publish()
    three, seven = teach(client, 3)["id"], teach(client, 7)["id"]
    assert (shown(client), shown(client, "?label=3"), shown(client, "?label=x")) == (
        [seven, three],
        [three],
        [seven, three],
    )
    page = client.get("/corrections/").content.decode()
    assert page.count('src="data:image/png;base64,') == 2
    assert "/runs/new/?dataset=corrections&amp;fine_tune=1" in page


def test_older_corrections_are_one_page_further(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.pages.corrections.PAGE_SIZE", 2)
    ids = [teach(client, 7)["id"] for _ in range(3)]
    page = client.get("/corrections/?label=7").content.decode()
    assert f'rel="next" href="?label=7&amp;cursor={ids[1]}"' in page
    assert shown(client, f"?label=7&cursor={ids[1]}") == [ids[0]]


def test_labels_are_saved_without_a_script(client: Client) -> None:
    first, second = teach(client, 1)["id"], teach(client, 2)["id"]
    sent = {f"label_{first}": "4", f"label_{second}": "2", "label_999": "1", "label_x": "1", f"label_{first}0": "77"}
    answer = client.post("/corrections/relabel/", {**sent, "next": "/corrections/?label=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/corrections/?label=1")
    assert list(Sample.objects.order_by("id").values_list("label", flat=True)) == [4, 2]


def test_ticked_corrections_are_deleted_only_when_one_is_sure(client: Client) -> None:
    ids = [teach(client)["id"] for _ in range(3)]
    asked = client.post("/corrections/delete/", {"id": ids[:2]}).content.decode()
    assert "Delete these 2 corrections?" in asked
    assert Sample.objects.count() == 3
    client.post("/corrections/delete/", {"id": ids[:2], "sure": "yes"})
    assert shown(client) == [ids[2]]


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_the_way_back_leads_nowhere_else(client: Client, elsewhere: str) -> None:
    answer = client.post("/corrections/delete/", {"next": elsewhere})
    assert answer["Location"] == "/corrections/"


def test_a_version_shows_how_many_corrections_it_reads(client: Client, publish: Publish) -> None:
    publish()
    assert "Your corrections</a></dt><dd>–</dd>" in client.get("/versions/1/").content.decode()
    read = teach(client, 0)["digit"]
    Sample.objects.all().delete()
    for label in (read, read, (read + 1) % 10):
        teach(client, label)
    assert "Your corrections</a>: 2 of 3</dt><dd>66.7 %</dd>" in client.get("/versions/1/").content.decode()


def test_versions_are_compared_by_corrections_too(client: Client, publish: Publish) -> None:
    publish()
    publish(seed=2)
    assert "Your corrections" not in client.get("/versions/compare/?numbers=1,2").content.decode()
    teach(client)
    assert "Your corrections" in client.get("/versions/compare/?numbers=1,2").content.decode()


def test_a_version_without_its_file_is_shown_without_a_score(
    client: Client, publish: Publish, model_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    teach(client)
    for path in model_store.iterdir():
        path.unlink()
    monkeypatch.setattr(prediction, "NETWORKS", NetworkCache())
    assert "Your corrections</a></dt><dd>–</dd>" in client.get("/versions/1/").content.decode()


# What a version learned from.


def another(client: Client, shift: int, label: int = 7) -> int:
    """Another drawing than the others, and its id."""
    strokes = [[[60 + shift, 60], [220, 60 + 2 * shift], [130, 240 - shift]]]
    status, kept = call(client, "POST", strokes=strokes, label=label)
    assert status == 201
    return int(kept["id"])


def test_what_a_version_learned_from_is_counted_apart(client: Client, publish: Publish) -> None:
    ids = [another(client, shift) for shift in (0, 10, 20)]
    publish(origin={"corrections": {"newest_id": ids[1], "count": 2}})
    score = CORRECTION_SCORES.scores([1])[1]
    assert (score.count, score.learned_count) == (1, 2)
    page = client.get("/versions/1/").content.decode()
    assert re.search(r"On 1 correction that it did not learn from: \S+ %; on 2 that it was trained on: \S+ %\.", page)


def test_the_same_drawing_kept_again_was_learned_too(client: Client, publish: Publish) -> None:
    first = another(client, 0)
    publish(origin={"corrections": {"newest_id": first, "count": 1}})
    another(client, 0)
    assert CORRECTION_SCORES.scores([1])[1].learned_count == 2


def test_where_no_correction_is_left_it_says_so_in_place_of_a_score(client: Client, publish: Publish) -> None:
    newest = [another(client, shift) for shift in (0, 10)][-1]
    publish(origin={"corrections": {"newest_id": newest, "count": 2}})
    publish(seed=2)
    page = client.get("/versions/1/").content.decode()
    assert "Your corrections</a></dt><dd>–</dd>" in page
    assert "It was trained on all 2 corrections: none is left to judge it by." in page
    assert call(client, "GET", "/accuracy?versions=1")[1][0]["accuracy"] is None
    compared = client.get("/versions/compare/?numbers=1,2").content.decode()
    assert re.search(r"Your corrections</th><td>– \(trained on all 2\)</td><td>\S+ % \(of 2\)</td>", compared)


def test_scores_on_different_drawings_have_no_best(client: Client, publish: Publish) -> None:
    first = another(client, 0)
    read = CORRECTION_SCORES.scores([publish().number])  # so that the first version reads all drawings right
    assert read
    for shift in (10, 20):
        another(client, shift)
    publish(seed=2, origin={"corrections": {"newest_id": first, "count": 1}})
    page = client.get("/versions/compare/?numbers=1,2").content.decode()
    row = re.search(r"Your corrections</th>.*?</tr>", page)
    assert row
    assert "(of 3)" in row[0]
    assert "(of 2)" in row[0]
    assert "is-best" not in row[0]


def test_a_child_learned_what_its_ancestors_did(client: Client, publish: Publish) -> None:
    first = another(client, 0)
    parent = publish(origin={"corrections": {"newest_id": first, "count": 1}})
    publish(seed=2, parent=publish(seed=3, parent=parent))
    another(client, 10)
    score = CORRECTION_SCORES.scores([3])[3]
    assert (score.count, score.learned_count) == (1, 1)


def test_of_a_version_without_a_record_what_was_there_before_it_is_taken_as_learned(
    client: Client, publish: Publish
) -> None:
    another(client, 0)
    publish(dataset="corrections")
    another(client, 10)
    score = CORRECTION_SCORES.scores([1])[1]
    assert (score.count, score.learned_count) == (1, 1)
