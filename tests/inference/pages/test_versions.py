"""Pages for drawing and for versions, asked as a browser asks."""

import base64
import json
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inference.inspection import summary
from inference.models import ModelVersion
from inference.registry import alias_services, selectors, services
from nnlib import Architecture, Network

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model_store")]
Publish = Callable[..., ModelVersion]

CONFIG = {"dataset": "mnist", "hidden_layers": [16], "learning_rate": 0.01, "epochs": 2, "seed": 1}
CONFUSION = [
    [97 if row == column else 3 if column == (row + 1) % 10 else 0 for column in range(10)] for row in range(10)
]
METRICS = {
    "train_error": 0.01,
    "train_accuracy": 0.995,
    "test_error": 0.0725,
    "test_accuracy": 0.97,
    "confusion": CONFUSION,
    "precision": [0.97] * 10,
    "recall": [0.9654] * 10,
    "seconds": 75.0,
    "epochs": 2,
}


def epoch(number: int) -> dict[str, Any]:
    names = ("train_error", "train_accuracy", "test_error", "test_accuracy", "learning_rate", "seconds")
    return {"epoch": number, **dict.fromkeys(names, 1 / number)}


@pytest.fixture
def publish(draw_network: Callable[..., Network]) -> Publish:
    """Publishes a version with all that a run leaves behind, but for what a test says."""

    def publish_one(*hidden: int, **facts: Any) -> ModelVersion:
        network = draw_network(*hidden, seed=ModelVersion.objects.count() + 1)
        known = {
            "source": ModelVersion.Source.RUN,
            "config": CONFIG,
            "metrics": METRICS,
            "history": [epoch(1), epoch(2)],
            "dataset": "mnist",
            **facts,
        }
        with transaction.atomic():
            return services.publish_version(network, services.store_network(network), services.VersionFacts(**known))

    return publish_one


@pytest.fixture
def imported(publish: Publish) -> ModelVersion:
    """A version of which nothing is known but its network."""
    bare: dict[str, Any] = {"config": {}, "metrics": {}, "history": [], "dataset": ""}
    return publish(source=ModelVersion.Source.IMPORT, **bare)


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def ticked(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'name="version" value="(\d+)" checked', page)]


def json_in(page: str, name: str) -> Any:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found.group(1))


# Drawing


def test_without_a_version_the_draw_page_leads_to_a_run(client: Client) -> None:
    page = page_of(client, "/")
    assert "/runs/new/?preset=fast" in page
    assert "<canvas" not in page


def test_the_champion_stands_first_and_is_asked(client: Client, publish: Publish) -> None:
    for _ in range(3):
        publish()
    alias_services.move_alias("champion", 2)
    page = page_of(client, "/")
    assert [int(number) for number in re.findall(r'name="version" value="(\d+)"', page)] == [2, 3, 1]
    assert ticked(page) == [2]


@pytest.mark.parametrize("query", ["version=1&version=3", "version=1,3", "version=champion&version=3"])
def test_the_address_says_who_is_asked(client: Client, publish: Publish, query: str) -> None:
    for _ in range(3):
        publish()
    assert sorted(ticked(page_of(client, f"/?{query}"))) == [1, 3]


def test_an_address_that_names_no_version_says_so_and_the_champion_answers(client: Client, publish: Publish) -> None:
    publish()
    answer = client.get("/?version=99")
    assert answer.status_code == 404
    assert "There is no version 99." in answer.content.decode()
    assert ticked(answer.content.decode()) == [1]


def test_an_address_that_names_some_version_asks_it_and_tells_of_the_others(client: Client, publish: Publish) -> None:
    publish()
    publish()
    page = page_of(client, "/?version=2&version=99")
    assert ticked(page) == [2]
    assert "There is no version 99." in page
    assert "The champion answers instead" not in page


def test_an_address_that_names_too_many_versions_asks_the_first(
    client: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.pages.versions.MAX_VERSIONS", 2)
    for _ in range(3):
        publish()
    page = page_of(client, "/?version=3,2,1")
    assert sorted(ticked(page)) == [2, 3]
    assert "At most 2 versions can predict at once" in page


def test_the_draw_page_gives_its_script_the_token_it_needs(client: Client, publish: Publish) -> None:
    publish()
    assert "csrftoken" in client.get("/").cookies


# Versions


def test_versions_are_listed_newest_first_with_the_champion_marked(client: Client, publish: Publish) -> None:
    publish(name="Old")
    publish(name="New")
    page = page_of(client, "/versions/")
    assert page.index(">New<") < page.index(">Old<") < page.index(">Champion<")
    assert "97.00 %" in page


def test_older_versions_are_on_the_next_page(client: Client, publish: Publish) -> None:
    for _ in range(26):
        publish()
    first = page_of(client, "/versions/")
    assert 'rel="next" href="?cursor=2"' in first
    assert re.findall(r'name="numbers" value="(\d+)"', page_of(client, "/versions/?cursor=2")) == ["1"]


def test_the_list_reads_as_much_for_many_versions_as_for_one(client: Client, publish: Publish) -> None:
    publish()
    with CaptureQueriesContext(connection) as few:
        client.get("/versions/")
    for _ in range(10):
        publish()
    with CaptureQueriesContext(connection) as many:
        client.get("/versions/")
    assert len(many) == len(few)


def test_a_version_shows_what_it_learned_from_and_how_well_it_reads(client: Client, publish: Publish) -> None:
    parent = publish()
    version = publish(parent=parent)
    page = page_of(client, f"/versions/{version.number}/")
    for words in ("97.00 %", "0.0725", "1 min 15 s", "96.54 %", "Learning rate", "0.01", version.sha256):
        assert words in page, words
    assert '<a href="/versions/1/">Version 1</a>' in page
    assert '<a href="/versions/2/">Version 2</a>' in page_of(client, "/versions/1/")
    assert "Random weights" in page_of(client, "/versions/1/")
    assert [one["epoch"] for one in json_in(page, "curves")[0]["history"]] == [1, 2]


def test_the_confusion_table_marks_right_answers_and_mistakes(client: Client, publish: Publish) -> None:
    page = page_of(client, f"/versions/{publish().number}/")
    table = page[page.index('class="confusion"') :].partition("</table>")[0]
    assert len(re.findall(r'class="right-9" title="(\d) read as \1: 97"', table)) == 10
    assert re.search(r'class="wrong-3" title="9 read as 0: 3"', table)


def test_a_version_of_which_little_is_known_shows_that(client: Client, imported: ModelVersion) -> None:
    page = page_of(client, f"/versions/{imported.number}/")
    assert "No curve came with this version" in page
    assert "confusion" not in page
    assert page_of(client, "/versions/")


def test_a_version_becomes_the_champion_by_its_button(client: Client, publish: Publish) -> None:
    publish()
    publish()
    assert client.post("/versions/2/champion/")["Location"] == "/versions/2/"
    assert selectors.champion_number() == 2
    page = page_of(client, "/versions/2/")
    assert "Version 2 is the champion now." in page
    assert "/versions/2/champion/" not in page


def test_notes_are_kept_and_never_become_markup(client: Client, publish: Publish) -> None:
    publish()
    client.post("/versions/1/notes/", {"notes": "</textarea><script>alert(1)</script>"})
    assert selectors.get_version(1).notes == "</textarea><script>alert(1)</script>"
    assert "<script>alert" not in page_of(client, "/versions/1/")


def test_a_version_is_renamed_from_its_page_and_by_the_api(client: Client, publish: Publish) -> None:
    publish(notes="kept")
    client.post("/versions/1/name/", {"name": "Best so far"})
    assert "<h1>Best so far</h1>" in page_of(client, "/versions/1/")
    changed = client.patch("/api/v1/versions/1", {"name": "Better"}, "application/json").json()
    assert (changed["name"], changed["notes"]) == ("Better", "kept")


def test_notes_that_are_too_long_change_nothing(client: Client, publish: Publish) -> None:
    publish(notes="before")
    client.post("/versions/1/notes/", {"notes": "x" * 10_001})
    assert selectors.get_version(1).notes == "before"
    assert "Notes must be at most 10000 characters." in page_of(client, "/versions/1/")


def test_a_version_that_is_not_there_is_not_found(client: Client) -> None:
    for end in ("", "network/", "network.json", "network/weights.json", "delete/"):
        assert client.get(f"/versions/7/{end}").status_code == 404, end
    for end in ("champion/", "notes/", "delete/", "trash/", "restore/"):
        assert client.post(f"/versions/7/{end}").status_code == 404, end
    assert client.get(f"/versions/{10**30}/").status_code == 404


def test_an_address_that_leads_nowhere_is_told_so_without_the_programs_own_words(client: Client) -> None:
    answer = client.get("/nothing/")
    assert answer.status_code == 404
    assert "This address leads nowhere. It may have been deleted." in answer.content.decode()


@pytest.mark.parametrize("action", ["champion", "notes", "trash", "restore"])
def test_a_link_cannot_press_a_button(client: Client, publish: Publish, action: str) -> None:
    publish()
    assert client.get(f"/versions/1/{action}/").status_code == 405


# The inside of a network


def test_the_network_page_names_every_layer(client: Client, publish: Publish) -> None:
    page = page_of(client, f"/versions/{publish(30, 20).number}/network/")
    assert "Hidden layer 1 (30)" in page
    assert "Hidden layer 2 (20)" in page


def test_the_data_of_the_network_are_its_real_weights(client: Client, publish: Publish) -> None:
    version = publish(12)
    network = services.load_network(version)
    data = client.get(f"/versions/{version.number}/network.json").json()
    assert data["layers"] == [784, 12, 10]
    for pair, connections in enumerate(data["connections"]):
        for source, target, weight in connections:
            assert weight == pytest.approx(float(network.weights[pair][source, target]), rel=0.01)
    for picture in client.get(f"/versions/{version.number}/network/weights.json").json()["pictures"]:
        column = network.weights[0][:, picture["neuron"]]
        shown = np.frombuffer(base64.b64decode(picture["weights"]), np.int8)
        assert np.abs(shown / 127 - column / np.abs(column).max()).max() < 0.005


def test_the_strongest_connection_of_every_neuron_is_among_those_shown(draw_network: Callable[..., Network]) -> None:
    network = draw_network(40, 20)
    shown = summary.summarize(network)["connections"]
    for pair, matrix in enumerate(network.weights):
        strongest = {(int(np.abs(matrix[:, target]).argmax()), target) for target in range(matrix.shape[1])}
        assert strongest <= {(source, target) for source, target, _ in shown[pair]}
        weights = [abs(weight) for _, _, weight in shown[pair]]
        assert weights == sorted(weights, reverse=True)


@pytest.mark.parametrize("hidden", [(), (800,), (4096, 1500), (1100,) * 8])
def test_the_data_of_any_network_stay_small(hidden: tuple[int, ...]) -> None:
    architecture = Architecture((784, *hidden, 10), "relu", "softmax")
    network = Network.initialised(architecture, initializer="he", rng=np.random.default_rng(1))
    for describe, most in ((summary.summarize, 60_000), (summary.first_layer, 290_000)):
        assert len(json.dumps(describe(network), separators=(",", ":"))) <= most


@pytest.mark.parametrize("name", ["network.json", "network/weights.json"])
def test_the_data_of_a_network_are_sent_once_to_a_browser_that_keeps_them(
    client: Client, publish: Publish, name: str
) -> None:
    address = f"/versions/{publish().number}/{name}"
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"if-none-match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (ModelVersion.Source.STARTER, "came with the program"),
        (ModelVersion.Source.IMPORT, "a file does not tell how it learned"),
        (ModelVersion.Source.RUN, "No pictures of how this version learned were kept"),
    ],
)
def test_a_network_without_snapshots_says_why_and_offers_to_train_one(
    client: Client, publish: Publish, source: str, sentence: str
) -> None:
    number = publish(source=source).number
    page = client.get(f"/versions/{number}/network/").content.decode()
    assert sentence in page
    assert f'href="/runs/new/?from_version={number}">Train one like it' in page


def test_a_model_file_that_was_changed_is_not_drawn(client: Client, publish: Publish) -> None:
    version = publish()
    store = services.model_store()
    store.delete(version.artifact)
    store.save(version.artifact, ContentFile(b"something else"))
    answer = client.get(f"/versions/{version.number}/network.json")
    assert answer.status_code == 409
    assert "has changed since it was published" in answer.json()["detail"]


# Files


def upload(client: Client, data: bytes, name: str = "", **said: str) -> Any:
    fields = {"file": SimpleUploadedFile("model.bin", data), "name": name, **said}
    return client.post("/versions/import/", fields)


def test_a_version_is_downloaded_in_every_format_and_imported_again_from_the_page(
    client: Client, publish: Publish
) -> None:
    version = publish(20)
    links = re.findall(r'href="(/api/v1/versions/1/artifact\?format=\w+)"', page_of(client, "/versions/1/"))
    assert [link.rsplit("=")[1] for link in links] == ["pickle", "npz", "safetensors", "onnx"]
    for number, link in enumerate(links, start=2):
        answer = upload(client, client.get(link).content, name=link)
        assert answer["Location"] == f"/versions/{number}/"
        assert selectors.get_version(number).sha256 == version.sha256
        assert "It has the very weights of version 1." in page_of(client, answer["Location"])


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "got an empty file"), (b"text", "a text that begins with “text”"), (pickle.dumps(print), "builtins.print")],
)
def test_a_file_that_is_no_model_is_told_beside_the_field(
    client: Client, publish: Publish, data: bytes, words: str
) -> None:
    publish()
    answer = upload(client, data, name="Kept")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page[page.index('id="id_file_error"') : page.index('id="id_file_helptext"')]
    assert 'value="Kept"' in page
    assert ModelVersion.objects.count() == 1


PLAIN_ARRAYS = pickle.dumps({"W1": np.ones((784, 12)), "b1": np.zeros(12), "W2": np.ones((12, 10)), "b2": np.zeros(10)})


def test_what_a_file_does_not_say_is_asked_for_at_its_field(client: Client) -> None:
    page = upload(client, PLAIN_ARRAYS, output="sigmoid").content.decode()
    assert "The file does not say it: choose it here" in page[page.index('id="id_activation_error"') :]
    assert 'id="id_output_error"' not in page
    assert 'id="id_file_error"' not in page
    assert ModelVersion.objects.count() == 0


def test_plain_arrays_are_imported_with_what_is_said_of_them(client: Client) -> None:
    said = {"activation": "tanh", "output": "softmax", "input_scale": "-1..1"}
    assert upload(client, PLAIN_ARRAYS, **said)["Location"] == "/versions/1/"
    version = selectors.get_version(1)
    assert version.architecture == {"layer_sizes": [784, 12, 10], "activation": "tanh", "output": "softmax"}
    assert version.origin == {"file": "pickle", "input_scale": "-1..1"}
    assert services.load_network(version).biases[0].tolist() == [-784.0] * 12
    assert "inputs scaled to −1…1" in page_of(client, "/versions/1/")


@pytest.mark.parametrize("field", ["activation", "output", "input_scale"])
def test_a_choice_that_is_none_is_told_beside_the_field(client: Client, field: str) -> None:
    answer = upload(client, PLAIN_ARRAYS, **{field: "loud"})
    assert (answer.status_code, f'id="id_{field}_error"' in answer.content.decode()) == (422, True)


def test_no_file_at_all_is_told_beside_the_field(client: Client) -> None:
    answer = client.post("/versions/import/", {"name": "x"})
    assert (answer.status_code, "Choose a file first." in answer.content.decode()) == (422, True)


# Comparing


def test_versions_stand_side_by_side_in_the_order_asked(client: Client, publish: Publish) -> None:
    publish(name="A")
    publish(name="B", config={**CONFIG, "learning_rate": 0.5}, metrics={**METRICS, "test_accuracy": 0.99})
    page = page_of(client, "/versions/compare/?numbers=2,1")
    assert [curve["number"] for curve in json_in(page, "curves")] == [2, 1]
    rate = page[page.index(">Learning rate<") :]
    assert rate.index("<td>0.5</td>") < rate.index("<td>0.01</td>")
    assert re.search(r'class="is-best">99\.00 %', page)
    assert not re.search(r'class="is-best">97\.00 %', page)


def test_rows_that_are_equal_are_hidden_on_request(client: Client, publish: Publish) -> None:
    publish()
    publish(config={**CONFIG, "learning_rate": 0.5})
    everything = page_of(client, "/versions/compare/?numbers=1&numbers=2")
    less = page_of(client, "/versions/compare/?numbers=1,2&equal=hide")
    assert ">Batch size<" not in less
    assert ">Seed<" in everything
    assert ">Seed<" not in less
    assert ">Learning rate<" in less


def test_a_version_of_which_little_is_known_can_be_compared(
    client: Client, imported: ModelVersion, publish: Publish
) -> None:
    page = page_of(client, f"/versions/compare/?numbers={imported.number},{publish().number}")
    assert "<td>–</td>" in page


@pytest.mark.parametrize("query", ["", "numbers=1", "numbers=abc", "numbers=1,1", "numbers=,"])
def test_fewer_than_two_versions_bring_the_choice(client: Client, publish: Publish, query: str) -> None:
    publish()
    page = page_of(client, f"/versions/compare/?{query}")
    assert 'name="numbers" value="1"' in page
    assert "compare-chart" not in page


def test_comparing_with_a_version_that_is_not_there_says_so(client: Client, publish: Publish) -> None:
    publish()
    assert "There is no version 9." in page_of(client, "/versions/compare/?numbers=1,9")


def test_at_most_24_versions_are_compared_and_those_left_out_are_named(client: Client, publish: Publish) -> None:
    for _ in range(26):
        publish()
    page = page_of(client, f"/versions/compare/?numbers={','.join(map(str, range(1, 27)))}")
    assert len(json_in(page, "curves")) == 24
    assert "At most 24 fit side by side. Left out: version 25, version 26." in page
    marks = re.findall(r'<th scope="col"><span class="(series[^"]*)"', page)[:24]
    assert len(set(marks)) == 24
    assert "The first 20 versions answer." in page
    assert len(re.findall(r'<tr data-version="', page)) == 20


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/versions/",
        "/versions/1/",
        "/versions/1/network/",
        "/versions/import/",
        "/versions/compare/?numbers=1,2",
        "/nowhere/",
    ],
)
def test_no_page_needs_script_or_style_in_its_text_or_another_host(
    client: Client, publish: Publish, address: str
) -> None:
    publish()
    publish()
    answer = client.get(address)
    page = answer.content.decode()
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script([^>]*)>", page))
    assert not re.search(r"<[^>]+ (style|on\w+)=", page)
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "default-src 'self'" in answer["Content-Security-Policy"]
