"""Versions and runs side by side: on hand-made test images, whose flips are known."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from datasets import stored
from datasets.catalogue import folder_of
from inference.models import ModelVersion
from inference.registry import services
from inference.reports.metrics import answer_metrics, calibration
from nnlib import Architecture, Network
from nnlib.vocabulary import OutputName
from training.configuration.run_config import RunConfig
from training.models import Epoch, Run
from training.states import Status
from weblib.templatetags.readable import file_size

pytestmark = pytest.mark.django_db
Publish = Callable[..., ModelVersion]
TRUTH = "0123456789"
FIRST = "0128466789"  # takes the 3 for an 8 and the 5 for a 6
SECOND = "0123436189"  # takes the 5 for a 3 and the 7 for a 1
CSP_SAFE = re.compile(r"<[^>]+ (style|on\w+)=")


def digits(text: str) -> bytes:
    return bytes(int(letter) for letter in text)


@pytest.fixture
def ten_images(tmp_path: Path, settings: Any) -> str:
    """Ten test images: of digit d, d pixels are inked; the fingerprint of their data set."""
    settings.DATASETS_DIR = tmp_path / "datasets"
    labels = np.frombuffer(digits(TRUTH), np.uint8)
    images = np.zeros((10, 784), np.uint8)
    for digit in range(10):
        images[digit, :digit] = 255
    stored.store((images, labels, images, labels), folder_of("pen-strokes"))
    return stored.open_stored("pen-strokes", folder_of("pen-strokes")).fingerprint


@pytest.fixture
def publish(tmp_path: Path, settings: Any, ten_images: str) -> Publish:
    backend = "inference.registry.storage.AtomicFileSystemStorage"
    models = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path / "models")}}
    settings.STORAGES = {**settings.STORAGES, "models": models}

    def publish_one(answers: str, output: OutputName = "softmax", **facts: Any) -> ModelVersion:
        architecture = Architecture((784, 4, 10), "relu", output)
        network = Network.initialised(architecture, initializer="he", rng=np.random.default_rng(1))
        truth = np.frombuffer(digits(TRUTH), np.uint8)
        known = {
            "source": ModelVersion.Source.RUN,
            "config": RunConfig(dataset="pen-strokes").as_json(),
            "metrics": answer_metrics(truth, np.frombuffer(digits(answers), np.uint8)),
            "history": [epoch(1), epoch(2)],
            "test_predictions": digits(answers),
            "dataset": "pen-strokes",
            "dataset_fingerprint": ten_images,
            **facts,
        }
        with transaction.atomic():
            return services.publish_version(network, services.store_network(network), services.VersionFacts(**known))

    return publish_one


def epoch(number: int) -> dict[str, Any]:
    names = ("train_error", "train_accuracy", "test_error", "test_accuracy", "learning_rate", "seconds")
    return {"epoch": number, **dict.fromkeys(names, 1 / number)}


def live_run() -> Run:
    config = RunConfig(dataset="pen-strokes", hidden_layers=(20,))
    run = Run.objects.create(
        name="Trains",
        config=config.as_json(),
        max_epochs=9,
        offered_at=timezone.now(),
        status=Status.RUNNING,
        lease_token="6f1c9a52-6a57-4c4e-9f4f-0d8ac1f1d001",
        last_epoch=2,
        latest=epoch(2),
        train_seconds=1.5,
    )
    Epoch.objects.bulk_create([Epoch(run=run, **epoch(1)), Epoch(run=run, **epoch(2))])
    return run


def page_of(client: Client, query: str) -> str:
    answer = client.get(f"/versions/compare/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def shown_flips(page: str) -> list[tuple[str, ...]]:
    names = ("image", "truth", "first", "second")
    return re.findall(" ".join(f'data-{name}="(\\d+)"' for name in names), page)


def test_the_flipped_images_are_those_that_one_reads_and_the_other_does_not(client: Client, publish: Publish) -> None:
    publish(FIRST)
    publish(SECOND)
    page = page_of(client, "numbers=1,2")
    assert shown_flips(page) == [("3", "3", "8", "3"), ("7", "7", "7", "1")]
    assert shown_flips(page_of(client, "numbers=1,2&flips=lost")) == [("7", "7", "7", "1")]
    assert shown_flips(page_of(client, "numbers=1,2&flips=misread")) == [("5", "5", "6", "3")]
    assert shown_flips(page_of(client, "numbers=1,2&a=2&b=1&flips=lost")) == [("3", "3", "3", "8")]
    assert "same answer to 70.00 % of 10" in page
    assert "There is no telling which is better" in page


def test_many_flips_come_in_pages_each_once(client: Client, publish: Publish, settings: Any, ten_images: str) -> None:
    folder = folder_of("pen-strokes")
    data = stored.open_stored("pen-strokes", folder)
    settings.DATASETS_DIR = Path(settings.DATASETS_DIR).parent / "larger"
    images, labels = np.concatenate([data.x_test] * 4), np.concatenate([data.y_test] * 4)
    stored.store((images, labels, images, labels), folder_of("pen-strokes"))
    fingerprint = stored.open_stored("pen-strokes", folder_of("pen-strokes")).fingerprint
    wrong = "1" * 40
    facts = {"dataset_fingerprint": fingerprint, "metrics": {}}
    publish(TRUTH, **facts, test_predictions=digits(TRUTH * 4))
    publish(TRUTH, **facts, test_predictions=digits(wrong))
    pages = [page_of(client, f"numbers=1,2&page={number}") for number in (1, 2)]
    numbers = [int(image) for page in pages for image, *_ in shown_flips(page)]
    assert numbers == [number for number in range(40) if number % 10 != 1]
    assert 'rel="next"' in pages[0]
    assert 'rel="next"' not in pages[1]


def test_versions_judged_by_other_images_are_said_to_be_not_comparable(client: Client, publish: Publish) -> None:
    publish(FIRST)
    publish(SECOND, dataset="mnist", dataset_fingerprint="ab" * 32)
    page = page_of(client, "numbers=1,2")
    assert "judged by the same test images" in page
    assert "They were judged by different test images" in page
    assert not shown_flips(page)


def test_without_the_images_the_page_says_how_to_get_them(client: Client, publish: Publish, settings: Any) -> None:
    publish(FIRST)
    publish(SECOND)
    settings.DATASETS_DIR = Path(settings.DATASETS_DIR) / "nothing"
    page = page_of(client, "numbers=1,2")
    assert "The test images are not on this machine" in page
    assert ">Test accuracy<" in page


def test_the_difference_of_two_confusions_is_signed(client: Client, publish: Publish) -> None:
    publish(FIRST)
    publish(SECOND)
    page = page_of(client, "numbers=1,2")
    table = page[page.index('id="difference"') :].partition("</table>")[0]
    rows = re.findall(r"<tr><th scope=\"row\">(\d)</th>(.*?)</tr>", table)
    seven = re.findall(r'<td class="([^"]*)">(?:<span class="nil">)?([^<]+)<', dict(rows)["7"])
    assert seven[1] == ("worse-9", "+1")
    assert seven[7] == ("worse-9", "−1")
    assert seven[0] == ("", "0")


def test_accuracy_comes_with_its_interval_and_a_run_without(client: Client, publish: Publish) -> None:
    publish(FIRST)
    page = page_of(client, f"numbers=1&runs={live_run().pk}")
    assert '<td class="is-best">80.00 %' in page
    assert "<td>49.02 to 94.33 %</td><td>–</td>" in page


def test_a_run_that_trains_stands_beside_versions_with_its_epochs_so_far(client: Client, publish: Publish) -> None:
    publish(FIRST)
    run = live_run()
    page = page_of(client, f"numbers=1&runs={run.pk}")
    found = re.search(r'<script id="curves" type="application/json">(.*?)</script>', page)
    assert found
    curves = json.loads(found.group(1))
    assert [(one["kind"], one["number"], one["is_live"], one["count"]) for one in curves] == [
        ("version", 1, False, 2),
        ("run", run.pk, True, 2),
    ]
    assert [point["elapsed"] for point in curves[1]["history"]] == [1.0, 1.5]


def test_a_long_history_is_thinned_in_the_page_and_whole_in_the_api(client: Client, publish: Publish) -> None:
    publish(FIRST, history=[epoch(number) for number in range(1, 3001)])
    publish(SECOND)
    page = page_of(client, "numbers=1,2")
    found = re.search(r'<script id="curves" type="application/json">(.*?)</script>', page)
    assert found
    curve = json.loads(found.group(1))[0]
    assert curve["count"] == 3000
    assert len(curve["history"]) <= 600
    assert len(client.get("/api/v1/versions/1").json()["history"]) == 3000


def test_predictions_are_timed_on_request(client: Client, publish: Publish) -> None:
    publish(FIRST)
    publish(SECOND)
    assert "One prediction" not in page_of(client, "numbers=1,2")
    assert re.search(r"One prediction</th><td[^>]*>\d+ µs", page_of(client, "numbers=1,2&timing=1"))


def test_the_api_tells_everything_that_the_page_shows(client: Client, publish: Publish) -> None:
    publish(FIRST)
    publish(SECOND)
    run = live_run()
    answer = client.get(f"/api/v1/versions/compare?numbers=1,2&runs={run.pk}").json()
    assert [item["number"] for item in answer["items"]] == [1, 2]
    assert answer["runs"][0]["run"]["id"] == run.pk
    assert len(answer["runs"][0]["epochs"]) == 2
    (pair,) = answer["pairs"]
    assert (pair["agreement"], pair["p_value"]) == (0.7, 1.0)
    assert pair["counts"] == {"flipped": 2, "lost": 1, "gained": 1, "misread": 1}
    assert {"image": 7, "truth": 7, "first": 7, "second": 1, "kind": "lost"} in answer["flipped"]["images"]


def test_the_table_for_spreadsheets_has_a_column_for_each_compared(client: Client, publish: Publish) -> None:
    publish(FIRST, name="=cmd()")
    publish(SECOND, name="B")
    answer = client.get("/versions/compare.csv?numbers=1,2")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0] == ["section", "name", "detail", "'=cmd()", "B"]
    assert ["results", "Test accuracy", "", "0.8", "0.8"] in rows
    assert ["confusion", "7", "1", "0", "1"] in rows
    assert ["test_error", "2", "", "0.5", "0.5"] in rows
    assert ["lost", "image 7", "truth 7", "7", "1"] in rows
    assert client.get("/versions/compare.csv?numbers=1").status_code == 400


def test_how_sure_each_is_stands_side_by_side_and_in_both_files(client: Client, publish: Publish) -> None:
    truth = np.frombuffer(digits(TRUTH), np.uint8)
    shares = np.full((10, 10), 0.02, np.float32) + 0.8 * np.eye(10, dtype=np.float32)[truth]
    publish(FIRST, metrics={"calibration": calibration(shares, truth)})
    publish(SECOND)
    page = page_of(client, f"numbers=1,2&runs={live_run().pk}")
    assert "When it says 100 %, it is right 100 times in 100 (5 images)." in page
    assert "It was not measured." in page
    assert "A run is judged when it has ended." in page
    answer = client.get("/api/v1/versions/compare?numbers=1,2").json()
    assert [bool(one["calibration"]) for one in answer["compared"]] == [True, False]
    assert answer["tables"]["reliability"] == [{"title": "93 to 100 %", "values": ["100.0 % of 5", "–"]}]
    rows = list(csv.reader(io.StringIO(client.get("/versions/compare.csv?numbers=1,2").content.decode())))
    assert ["reliability before calibration", "bin 13 of 15", "count", "5", ""] in rows


def test_choosing_others_begins_with_what_is_compared(client: Client, publish: Publish) -> None:
    publish(FIRST)
    publish(SECOND)
    run = live_run()
    found = re.search(r'href="([^"]+)">Choose others', page_of(client, f"numbers=2&runs={run.pk}"))
    assert found
    page = page_of(client, found.group(1).removeprefix("?").replace("&amp;", "&"))
    assert re.findall(r'name="(\w+)" value="(\d+)" checked', page) == [("runs", str(run.pk)), ("numbers", "2")]


def test_a_run_that_has_ended_offers_its_version_in_its_place(client: Client, publish: Publish) -> None:
    publish(FIRST)
    run = live_run()
    run.status, run.version, run.lease_token = Status.COMPLETED, publish(SECOND), None
    run.save()
    part = page_of(client, f"numbers=1&runs={run.pk}&part=results")
    assert 'Trains has ended as version 2. <a href="?numbers=1,2">' in part
    assert "<html" not in part
    assert '<span class="badge badge--completed">completed</span>' in part


def test_a_choice_of_one_is_kept_and_asked_for_another(client: Client, publish: Publish) -> None:
    publish(FIRST)
    page = page_of(client, "numbers=1")
    assert "One more is needed to compare." in page
    assert re.search(r'name="numbers" value="1" checked', page)
    assert "There is no run 99." in page_of(client, "numbers=1&runs=99")


def test_the_page_needs_no_script_or_style_in_its_text(client: Client, publish: Publish) -> None:
    publish(FIRST)
    publish(SECOND)
    page = page_of(client, f"numbers=1,2&runs={live_run().pk}&timing=1")
    assert not CSP_SAFE.search(page)
    assert all("src=" in script or "json" in script for script in re.findall(r"<script([^>]*)>", page))


def test_new_versions_say_which_images_they_were_judged_by(ten_images: str) -> None:
    from datasets.held_out import held_out_images, judged_by

    by_data_set = judged_by("pen-strokes", ten_images, {})
    found = held_out_images(by_data_set)
    assert found is not None
    assert found.labels.tolist() == list(range(10))
    assert judged_by("corrections", "other", {"test_fingerprint": by_data_set}) == by_data_set
    assert judged_by("pen-strokes", "of another version of it", {}) != by_data_set
    assert judged_by("mnist", "x", {}) == judged_by("mnist+pen-strokes", "y", {})
    assert judged_by("", "", {}) == ""


def test_of_versions_judged_by_different_images_none_is_marked_as_the_best_at_them(
    client: Client, publish: Publish
) -> None:
    first, second = publish(FIRST), publish(TRUTH)
    assert "(best)" in page_of(client, f"numbers={first.number},{second.number}")
    other = publish(TRUTH, dataset_fingerprint="of other images")
    page = page_of(client, f"numbers={first.number},{other.number}")
    assert "cannot be compared" in page
    assert "(best)" not in page


# Errors of different losses.


def of_two_losses(publish: Publish) -> tuple[ModelVersion, ModelVersion]:
    """A version that minimised cross-entropy, and one of squared error that reads less with the smaller error."""
    metrics = {"test_accuracy": 0.98, "test_error": 0.07, "train_accuracy": 0.99, "train_error": 0.02}
    good = publish(FIRST, metrics=metrics)
    classic = publish(SECOND, output="sigmoid", metrics={**metrics, "test_accuracy": 0.95, "test_error": 0.004})
    return good, classic


def test_no_error_is_best_where_losses_differ(client: Client, publish: Publish) -> None:
    numbers = ",".join(str(version.number) for version in of_two_losses(publish))
    page = page_of(client, f"numbers={numbers}")
    assert '<th scope="row">Test error</th><td>0.07 (cross-entropy)</td><td>0.004 (squared error)</td>' in page
    assert '<td class="is-best">98.00 %' in page
    assert 'id="different-losses"' in page
    assert "; their accuracies can." in page
    stranger = publish(FIRST, output="sigmoid", dataset_fingerprint="other images")
    assert "; their accuracies can." not in page_of(client, f"numbers={numbers},{stranger.number}")
    reply = client.get(f"/api/v1/versions/compare?numbers={numbers}").json()
    assert [one["loss"] for one in reply["compared"]] == ["cross_entropy", "squared_error"]
    assert reply["is_of_one_loss"] is False
    csv_lines = list(csv.reader(io.StringIO(client.get(f"/versions/compare.csv?numbers={numbers}").content.decode())))
    assert ["results", "Loss", "", "cross_entropy", "squared_error"] in csv_lines


def test_the_best_error_is_marked_and_its_loss_named_where_all_have_one(client: Client, publish: Publish) -> None:
    good, _ = of_two_losses(publish)
    better = publish(SECOND, metrics={"test_accuracy": 0.95, "test_error": 0.06})
    page = page_of(client, f"numbers={good.number},{better.number}")
    assert '<th scope="row">Test error (cross-entropy)</th><td>0.07</td><td class="is-best">0.06' in page
    assert "different-losses" not in page


def test_a_run_is_compared_by_the_loss_of_its_configuration(client: Client, publish: Publish) -> None:
    _, classic = of_two_losses(publish)
    run = live_run()
    page = page_of(client, f"numbers={classic.number}&runs={run.pk}")
    assert 'id="different-losses"' in page
    assert [curve["loss"] for curve in json.loads(re.findall(r'<script id="curves"[^>]*>(.*?)</script>', page)[0])] == [
        "squared_error",
        "cross_entropy",
    ]


def test_a_list_by_error_holds_one_loss_or_is_sorted_by_accuracy(client: Client, publish: Publish) -> None:
    good, classic = of_two_losses(publish)

    def listed(query: str) -> list[int]:
        page = client.get(f"/versions/{query}").content.decode()
        return [int(number) for number in re.findall(r'name="numbers" value="(\d+)"', page)]

    assert listed("?sort=test_error") == [good.number, classic.number]
    assert listed("?sort=-test_error") == [classic.number, good.number]
    page = client.get("/versions/?sort=test_error").content.decode()
    assert "this list is sorted by test accuracy" in page
    assert 'href="?loss=squared_error&amp;sort=test_error">squared error</a>' in page
    assert listed("?sort=test_error&loss=squared_error") == [classic.number]
    assert "sorted by test accuracy" not in client.get("/versions/?sort=test_error&loss=squared_error").content.decode()
    found = client.get("/api/v1/versions?sort=test_error&loss=cross_entropy").json()["items"]
    assert [version["number"] for version in found] == [good.number]


def test_a_file_has_one_size_on_all_pages(client: Client, publish: Publish) -> None:
    first, second = publish(FIRST), publish(SECOND)
    size = file_size(first.size_bytes)
    assert size.endswith(" kB")
    compared = page_of(client, f"numbers={first.number},{second.number}")
    assert f'<th scope="row">Model file</th><td>{size}</td>' in compared
    assert size in client.get(f"/versions/{first.number}/").content.decode()
    client.post(f"/versions/{second.number}/trash/")
    assert size in client.get("/versions/trash/").content.decode()


def test_the_results_name_only_what_differs_in_the_configurations(client: Client, publish: Publish) -> None:
    for rate in (0.1, 0.02):
        config = {"dataset": "pen-strokes", "hidden_layers": [4], "optimizer": "sgd", "learning_rate": rate}
        publish(FIRST, config=config)
    page = client.get("/versions/compare/?numbers=1,2").content.decode()
    assert re.findall(r'compare__varied">([^<]+)<', page) == ["learning rate 0.1", "learning rate 0.02"]
