"""Pages of runs, asked as a browser asks: the list, the form, one run and its buttons."""

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import datasets
from datasets import DatasetStatus
from inference.models import ModelVersion
from inference.registry.services import VersionFacts, publish_version, store_network
from nnlib import Architecture, Network
from training.configuration.run_config import RunConfig
from training.models import Epoch, Run, RunEvent
from training.pages.forms import RunForm
from training.states import Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model_files", "nothing_enqueued")]

RIGHT = {
    "name": "First",
    "dataset": "pen-strokes",
    "hidden_layers": "300, 100",
    "activation": "tanh",
    "loss": "cross_entropy",
    "initializer": "xavier",
    "shuffle": "on",
    "optimizer": "momentum",
    "learning_rate": "0.05",
    "schedule": "cosine",
    "batch_size": "64",
    "epochs": "7",
    "error_threshold": "",
    "validation_share": "0.1",
    "keep": "best",
    "patience": "3",
    "l2": "0.0001",
    "dropout": "0.2",
    "augmentation": "mild",
    "seed": "11",
    "engine": "nnlib",
    "from_version": "",
}


@pytest.fixture
def model_files(tmp_path: Any, settings: Any) -> None:
    backend = "inference.registry.storage.AtomicFileSystemStorage"
    models = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path / "models")}}
    settings.STORAGES = {**settings.STORAGES, "models": models}
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"


@pytest.fixture
def nothing_enqueued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    enqueued: list[int] = []
    monkeypatch.setattr("training.messaging.queue.enqueue", enqueued.append)
    return enqueued


@pytest.fixture
def write_run() -> Callable[..., Run]:
    """Writes a run that stands where a test wants it."""

    def write(*, status: Status = Status.QUEUED, epochs: int = 0, name: str = "", **fields: Any) -> Run:
        config = RunConfig.model_validate({"dataset": "pen-strokes", "epochs": 20, **fields.pop("config", {})})
        if status in {Status.RUNNING, Status.STOPPING}:
            fields |= {"lease_token": "6f1c9a52-6a57-4c4e-9f4f-0d8ac1f1d001", "heartbeat_at": timezone.now()}
        rows = [
            {
                "epoch": number,
                "train_error": 1 / number,
                "train_accuracy": 0.9,
                "test_error": 1.5 / number,
                "test_accuracy": 0.9123,
                "learning_rate": 0.001,
                "seconds": 2.0,
            }
            for number in range(1, epochs + 1)
        ]
        run = Run.objects.create(
            name=name,
            config=config.as_json(),
            max_epochs=config.epochs,
            offered_at=timezone.now(),
            status=status,
            last_epoch=epochs,
            latest=rows[-1] if rows else None,
            curve=[row["train_error"] for row in rows],
            **fields,
        )
        Epoch.objects.bulk_create([Epoch(run=run, **row) for row in rows])
        RunEvent.objects.create(run=run, status=status, text="Submitted.")
        return run

    return write


def publish(config: dict[str, Any]) -> ModelVersion:
    architecture = Architecture((784, 16, 10), "relu", "softmax")
    network = Network.initialised(architecture, initializer="he", rng=np.random.default_rng(1))
    return publish_version(
        network, store_network(network), VersionFacts(source=ModelVersion.Source.RUN, config=config, name="Parent")
    )


def field_value(page: str, name: str) -> str:
    """What an input of the page holds, or the option of a select that is chosen."""
    select = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)
    if select:
        chosen = re.search(r'<option value="([^"]*)" selected>', select.group())
        return chosen.group(1) if chosen else ""
    tag = re.search(rf'<input [^>]*name="{name}"[^>]*>', page)
    assert tag, f"the page has no field {name}"
    value = re.search(r'value="([^"]*)"', tag.group())
    return value.group(1) if value else ""


def dataset_chosen(page: str) -> str:
    found = re.search(r'<input type="radio" name="dataset" value="([^"]+)" checked>', page)
    return found.group(1) if found else ""


def error_beside(page: str, name: str) -> str:
    found = re.search(rf'<p class="field__error" id="id_{name}_error">(.*?)</p>', page, re.DOTALL)
    return found.group(1).replace("&#x27;", "'") if found else ""


# The form


def test_a_right_form_becomes_one_queued_run_with_every_field(
    client: Client, nothing_enqueued: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/runs/new/", RIGHT)
    run = Run.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert (run.name, run.status) == ("First", Status.QUEUED)
    assert nothing_enqueued == [run.pk]
    assert run.configuration == RunConfig(
        dataset="pen-strokes",
        hidden_layers=(300, 100),
        activation="tanh",
        initializer="xavier",
        optimizer="momentum",
        learning_rate=0.05,
        schedule="cosine",
        batch_size=64,
        epochs=7,
        patience=3,
        validation_share=0.1,
        keep="best",
        l2=0.0001,
        dropout=0.2,
        augmentation="mild",
        seed=11,
    )


def test_a_box_that_is_not_ticked_means_no(client: Client) -> None:
    client.post("/runs/new/", {name: value for name, value in RIGHT.items() if name != "shuffle"})
    assert Run.objects.get().configuration.shuffle is False


def test_the_form_has_every_field_of_the_configuration(client: Client) -> None:
    page = client.get("/runs/new/").content.decode()
    for name in RunConfig.model_fields:
        assert re.search(rf'name="{name}"', page), name


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("hidden_layers", "250, abc", "Must be whole numbers separated by commas, such as 250 or 300, 100; got 'abc'."),
        ("hidden_layers", "", "Must be whole numbers separated by commas, such as 250 or 300, 100; got nothing."),
        ("hidden_layers", "300, 0", "Layer 2 must be at least 1; got 0."),
        ("hidden_layers", "9999", "Layer 1 must be at most 4,096; got 9999."),
        ("hidden_layers", "10000000", "Layer 1 must be at most 4,096; got 10000000."),
        ("hidden_layers", "4096, 4096", "This network would have 20,037,642 weights and biases; at most 10,000,000"),
        ("learning_rate", "0", "Must be greater than 0; got '0'."),
        ("learning_rate", "-1", "Must be greater than 0; got '-1'."),
        ("learning_rate", "nan", "Must be a finite number; got 'nan'."),
        ("learning_rate", "fast", "Must be a number; got 'fast'."),
        ("learning_rate", "", "Must be a number; got nothing."),
        ("epochs", "2.5", "Must be a whole number; got '2.5'."),
        ("batch_size", "0", "Must be at least 1; got '0'."),
        ("dropout", "1", "Must be less than 1; got '1'."),
        ("seed", "-1", "Must be at least 0; got '-1'."),
        ("dataset", "cifar", "Must be one of"),
        ("optimizer", "magic", "Must be one of"),
        ("from_version", "99", "There is no version 99."),
    ],
)
def test_an_error_stands_beside_its_field_in_plain_words(client: Client, field: str, typed: str, words: str) -> None:
    answer = client.post("/runs/new/", {**RIGHT, field: typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert error_beside(page, field).startswith(words), error_beside(page, field)
    assert not Run.objects.exists()


def test_nothing_is_lost_on_an_error(client: Client) -> None:
    page = client.post("/runs/new/", {**RIGHT, "hidden_layers": "250, abc", "learning_rate": "-1"}).content.decode()
    for name in RIGHT.keys() - {"dataset", "shuffle", "hidden_layers", "learning_rate"}:
        assert field_value(page, name) == RIGHT[name], name
    assert field_value(page, "hidden_layers") == "250, abc"
    assert field_value(page, "learning_rate") == "-1"
    assert dataset_chosen(page) == "pen-strokes"
    assert re.search(r'<input [^>]*name="shuffle"[^>]*checked', page)


def test_all_errors_are_listed_on_top_with_links_to_their_fields(client: Client) -> None:
    page = client.post("/runs/new/", {**RIGHT, "epochs": "0", "dropout": "2"}).content.decode()
    summary = page[page.index('id="error-summary"') : page.index("</ul>")]
    assert re.findall(r'href="#(\w+)"', summary) == ["id_epochs", "id_dropout"]
    assert "autofocus" in summary


def test_folded_fields_are_open_when_one_of_them_is_wrong(client: Client) -> None:
    assert '<details class="advanced">' in client.post("/runs/new/", {**RIGHT, "epochs": "0"}).content.decode()
    assert '<details class="advanced" open>' in client.post("/runs/new/", {**RIGHT, "l2": "2"}).content.decode()


def test_a_preset_in_the_address_fills_the_form(client: Client) -> None:
    page = client.get("/runs/new/?preset=classic").content.decode()
    assert field_value(page, "activation") == "sigmoid"
    assert field_value(page, "batch_size") == "1"
    assert field_value(page, "error_threshold") == "0.016"
    assert not re.search(r'<input [^>]*name="shuffle"[^>]*checked', page)


def test_every_preset_can_be_submitted_as_it_is_filled_in(client: Client) -> None:
    page = client.get("/runs/new/").content.decode()
    found = re.search(r'<script id="preset-values" type="application/json">(.*?)</script>', page)
    assert found
    for key, values in json.loads(found.group(1)).items():
        sent = {name: "" if value is None else value for name, value in values.items() if value is not False}
        assert client.post("/runs/new/", sent).status_code == 302, key


def test_a_run_is_trained_again_with_exactly_its_configuration(client: Client, write_run: Callable[..., Run]) -> None:
    config = {"hidden_layers": [40, 30], "learning_rate": 0.0012345678, "seed": 99, "dropout": 0.1, "shuffle": False}
    old = write_run(config=config)
    page = client.get(f"/runs/new/?from_run={old.pk}").content.decode()
    sent = {name: field_value(page, name) for name in RIGHT.keys() - {"dataset", "shuffle"}}
    client.post("/runs/new/", {**sent, "dataset": dataset_chosen(page)})
    assert Run.objects.latest("id").config == old.config


def test_a_version_fills_the_form_and_is_gone_on_from_when_asked(client: Client) -> None:
    number = publish({**RunConfig(hidden_layers=(16,), seed=5).as_json()}).number
    again = client.get(f"/runs/new/?from_version={number}").content.decode()
    finer = client.get(f"/runs/new/?fine_tune={number}").content.decode()
    assert (field_value(again, "seed"), field_value(again, "from_version")) == ("5", "")
    assert (field_value(finer, "seed"), field_value(finer, "from_version")) == ("5", str(number))


def test_an_imported_version_fills_in_its_shape_and_the_page_says_so(client: Client) -> None:
    number = publish({}).number
    page = client.get(f"/runs/new/?from_version={number}").content.decode()
    assert field_value(page, "hidden_layers") == "16"
    assert "came without a configuration" in page


@pytest.mark.parametrize("query", ["from_run=999", "from_run=x", "from_version=99", "fine_tune=abc"])
def test_what_the_form_cannot_start_from_is_said_and_defaults_stand_there(client: Client, query: str) -> None:
    page = client.get(f"/runs/new/?{query}").content.decode()
    assert "is not there (any more)" in page
    assert field_value(page, "hidden_layers") == "250"


def test_without_mnist_the_form_says_how_to_supply_it_and_offers_pen_strokes(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = [
        DatasetStatus("mnist", "MNIST", 60_000, 10_000, "unavailable", "Put mnist.npz here & there.", "mnist"),
        DatasetStatus("pen-strokes", "Pen strokes", 60_000, 10_000, "ready", "", "pen-strokes"),
    ]
    monkeypatch.setattr(datasets, "availability", lambda: statuses)
    monkeypatch.setattr(datasets, "default_key", lambda: "pen-strokes")
    page = client.get("/runs/new/?preset=fast").content.decode()
    assert "Put mnist.npz here &amp; there." in page
    assert dataset_chosen(page) == "pen-strokes"


# The list


def test_the_list_shows_every_run_with_its_state_and_numbers(client: Client, write_run: Callable[..., Run]) -> None:
    write_run(name="Trains", status=Status.RUNNING, epochs=5)
    write_run(name="Waits")
    page = client.get("/runs/").content.decode()
    row = page[page.index(">Trains<") : page.index("</li>", page.index(">Trains<"))]
    assert page.index(">Waits<") < page.index(">Trains<")
    assert "epoch 5 of 20" in row
    assert "91.23 %" in row
    assert re.search(r'points="2\.0,2\.0 [^"]+"', row)


def test_the_list_is_filtered_by_the_address(client: Client, write_run: Callable[..., Run]) -> None:
    write_run(name="Broke", status=Status.FAILED)
    write_run(name="Waits")
    page = client.get("/runs/?status=failed").content.decode()
    assert ">Broke<" in page
    assert ">Waits<" not in page


def test_older_runs_are_on_the_next_page_each_once(client: Client, write_run: Callable[..., Run]) -> None:
    for _ in range(30):
        write_run()
    first = client.get("/runs/").content.decode()
    older = re.search(r'rel="next" href="(\?[^"]+)"', first)
    assert older
    second = client.get("/runs/" + older.group(1)).content.decode()
    shown = [int(number) for page in (first, second) for number in re.findall(r'data-run="(\d+)"', page)]
    assert shown == sorted(Run.objects.values_list("pk", flat=True), reverse=True)
    assert 'rel="next"' not in second


def test_the_list_reads_as_much_for_many_runs_as_for_one(client: Client, write_run: Callable[..., Run]) -> None:
    write_run(epochs=3)
    with CaptureQueriesContext(connection) as few:
        client.get("/runs/")
    for _ in range(20):
        write_run(epochs=3)
    with CaptureQueriesContext(connection) as many:
        client.get("/runs/")
    assert len(many) == len(few)


def test_without_runs_the_list_leads_to_the_form(client: Client) -> None:
    page = client.get("/runs/").content.decode()
    assert "No runs yet" in page
    assert "/runs/new/?preset=fast" in page


def test_a_name_is_text_and_never_markup(client: Client, write_run: Callable[..., Run]) -> None:
    run = write_run(name="<script>alert(1)</script>", status=Status.FAILED, failure="</script><script>alert(2)")
    for address in ("/runs/", f"/runs/{run.pk}/", f"/runs/{run.pk}/delete/"):
        assert "<script>alert" not in client.get(address).content.decode()


# One run


def test_a_run_shows_every_epoch_newest_first_and_gives_them_to_its_script(
    client: Client, write_run: Callable[..., Run]
) -> None:
    run = write_run(status=Status.RUNNING, epochs=4)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert re.findall(r'data-epoch="(\d+)"', page) == ["4", "3", "2", "1"]
    found = re.search(r'<script id="run-state" type="application/json">(.*?)</script>', page)
    assert found
    state = json.loads(found.group(1))
    assert [epoch["epoch"] for epoch in state["epochs"]] == [1, 2, 3, 4]
    assert state["run"]["status"] == "running"
    assert [event["text"] for event in state["events"]] == ["Submitted."]


def test_a_failed_run_shows_its_reason_and_can_be_resumed_and_deleted(
    client: Client, write_run: Callable[..., Run]
) -> None:
    run = write_run(status=Status.FAILED, failure="the disk is full")
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "The disk is full" in page
    assert not re.search(r'id="failure"[^>]* hidden', page)
    assert not re.search(r'id="resume"[^>]* hidden', page)
    assert re.search(r'id="stop"[^>]* hidden', page)


def test_a_run_that_is_not_there_is_not_found(client: Client) -> None:
    for address in ("/runs/7/", f"/runs/{10**30}/", "/runs/7/delete/"):
        assert client.get(address).status_code == 404, address
    for action in ("stop", "resume", "delete"):
        assert client.post(f"/runs/7/{action}/").status_code == 404, action


def test_the_buttons_stop_and_resume(client: Client, write_run: Callable[..., Run]) -> None:
    run = write_run()
    assert client.post(f"/runs/{run.pk}/stop/")["Location"] == f"/runs/{run.pk}/"
    run.refresh_from_db()
    assert run.status == Status.STOPPED
    client.post(f"/runs/{run.pk}/resume/")
    run.refresh_from_db()
    assert run.status == Status.QUEUED


def test_what_the_state_of_a_run_forbids_is_said_in_words(client: Client, write_run: Callable[..., Run]) -> None:
    run = write_run(status=Status.COMPLETED, epochs=1)
    answer = client.post(f"/runs/{run.pk}/stop/")
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        f"Run {run.pk} is completed: it cannot become stopping."
    ]
    run = write_run(status=Status.RUNNING)
    client.post(f"/runs/{run.pk}/delete/")
    assert "stop it before you delete it" in client.get(f"/runs/{run.pk}/").content.decode()


def test_looking_at_the_question_deletes_nothing_and_answering_it_does(
    client: Client, write_run: Callable[..., Run]
) -> None:
    run = write_run(status=Status.STOPPED)
    assert client.get(f"/runs/{run.pk}/delete/").status_code == 200
    assert Run.objects.filter(pk=run.pk).exists()
    assert client.post(f"/runs/{run.pk}/delete/")["Location"] == "/runs/"
    assert not Run.objects.filter(pk=run.pk).exists()


@pytest.mark.parametrize("action", ["stop", "resume"])
def test_a_link_cannot_press_a_button(client: Client, write_run: Callable[..., Run], action: str) -> None:
    run = write_run()
    assert client.get(f"/runs/{run.pk}/{action}/").status_code == 405


def test_a_form_from_elsewhere_is_refused_in_plain_words(write_run: Callable[..., Run]) -> None:
    run = write_run()
    answer = Client(enforce_csrf_checks=True).post(f"/runs/{run.pk}/stop/")
    assert answer.status_code == 403
    assert "Request expired: send it again" in answer.content.decode()
    run.refresh_from_db()
    assert run.status == Status.QUEUED


@pytest.mark.parametrize("address", ["/runs/", "/runs/new/", "/runs/{run}/", "/runs/{run}/delete/"])
def test_no_page_needs_script_or_style_in_its_text(client: Client, write_run: Callable[..., Run], address: str) -> None:
    run = write_run(epochs=2)
    answer = client.get(address.format(run=run.pk))
    page = answer.content.decode()
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all("src=" in script or "application/json" in script for script in scripts)
    assert not re.search(r"<[^>]+ (style|on\w+)=", page)
    assert not re.search(r'(src|href)="(https?:)?//', page)


# Finding runs again


def test_runs_are_found_by_data_set_tag_and_text_in_the_order_asked(
    client: Client, write_run: Callable[..., Run]
) -> None:
    for name, accuracy, tag in (("Wide A", 0.8, "wide"), ("Wide B", 0.95, "wide"), ("Wide C", 0.99, "deep")):
        run = write_run(name=name, status=Status.STOPPED, epochs=1)
        Run.objects.filter(pk=run.pk).update(latest={**(run.latest or {}), "test_accuracy": accuracy})
        client.post(f"/runs/{run.pk}/tags/", {"tags": tag})
    write_run(name="Narrow", status=Status.STOPPED)
    page = client.get("/runs/?q=wide&tag=wide&dataset=pen-strokes&status=stopped&sort=-test_accuracy").content.decode()
    assert re.findall(r">(Wide .|Narrow)<", page) == ["Wide B", "Wide A"]
    assert "Nothing matches" in client.get("/runs/?tag=nobody").content.decode()


def listed(client: Client, query: str) -> list[str]:
    """The names of the runs on the page, which the API lists for the same query."""
    page = client.get(f"/runs/{query}").content.decode()
    names = re.findall(r'data-part="title">([^<]+)</a>', page)
    own = re.findall(r'data-query="([^"]*)"', page)[0].replace("&amp;", "&")
    assert [run["title"] for run in client.get(f"/api/v1/runs{own}").json()["items"]] == names
    return names


@pytest.fixture
def three_runs(client: Client, write_run: Callable[..., Run]) -> None:
    """Runs that differ in what lists are filtered by."""
    configs: list[dict[str, Any]] = [
        {"hidden_layers": [250], "optimizer": "adam", "learning_rate": 0.001},
        {"hidden_layers": [100, 50], "optimizer": "sgd", "learning_rate": 0.1, "activation": "tanh", "engine": "keras"},
        {"hidden_layers": [2500], "optimizer": "adamw", "learning_rate": 0.01, "loss": "squared_error"},
    ]
    for name, epochs, accuracy, config in zip("ABC", (1, 5, 20), (0.9, 0.98, 0.99), configs, strict=True):
        run = write_run(name=name, status=Status.STOPPED, epochs=epochs, config=config)
        Run.objects.filter(pk=run.pk).update(latest={**(run.latest or {}), "test_accuracy": accuracy})
    client.post(f"/runs/{Run.objects.get(name='A').pk}/tags/", {"tags": "class 7b"})


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=sgd", "B"),
        ("?q=adam", "CA"),
        ("?q=250", "A"),
        ("?q=100-50", "B"),
        ("?q=50", "B"),
        ("?q=100%2C+50", "B"),
        ("?q=0.01", "C"),
        ("?q=0%2C01", "C"),
        ("?q=TANH", "B"),
        ("?q=cross-entropy", "BA"),
        ("?q=squared_error", "C"),
        ("?q=7b", "A"),
        ("?q=adam+250", "A"),
        ("?q=adam+keras", ""),
        ("?optimizer=adam", "A"),
        ("?engine=keras", "B"),
        ("?hidden_layers=100-50", "B"),
        ("?hidden_layers=100%2C+50", "B"),
        ("?hidden_layers=nonsense", "CBA"),
        ("?min_learning_rate=0.005", "CB"),
        ("?min_learning_rate=0.005&max_learning_rate=0%2C05", "C"),
        ("?min_epochs=5&max_epochs=5", "B"),
        ("?min_test_accuracy=98+%25", "CB"),
        ("?min_test_accuracy=98", "CB"),
        ("?min_test_accuracy=0.985", "C"),
        ("?max_test_error=0.1", "C"),
        ("?min_epochs=&max_epochs=many", "CBA"),
    ],
)
@pytest.mark.usefixtures("three_runs")
def test_runs_are_found_by_configuration_and_ranges(client: Client, query: str, names: str) -> None:
    assert "".join(listed(client, query)) == names


def varied(client: Client, query: str = "") -> dict[str, str]:
    """Per name of a run on the page what its row says beside it; the API says the same."""
    page = client.get(f"/runs/{query}").content.decode()
    lines = re.findall(r'data-part="title">([^<]+)</a>\s*<span data-part="summary">([^<]*)</span>', page)
    items = client.get(f"/api/v1/runs{query}").json()["items"]
    assert [(run["title"], run["varied"]) for run in items] == lines
    return dict(lines)


@pytest.mark.usefixtures("three_runs")
def test_rows_say_only_what_differs_on_their_page(client: Client) -> None:
    assert varied(client) == {
        "A": "250 · ReLU · Cross-entropy · Adam · learning rate 0.001 · nnlib (ours)",
        "B": "100-50 · Tanh · Cross-entropy · SGD · learning rate 0.1 · Keras (TensorFlow)",
        "C": "2500 · ReLU · Squared error · AdamW · learning rate 0.01 · nnlib (ours)",
    }
    assert varied(client, "?optimizer=adam") == {"A": "Pen strokes · 250 · Adam"}


def test_one_varied_field_is_all_that_the_rows_show(client: Client, write_run: Callable[..., Run]) -> None:
    for rate in (0.01, 0.003):
        write_run(name=f"rate {rate}", config={"learning_rate": rate})
    assert varied(client) == {"rate 0.01": "learning rate 0.01", "rate 0.003": "learning rate 0.003"}


@pytest.mark.usefixtures("three_runs")
def test_the_counts_beside_the_states_follow_search_and_ranges(client: Client) -> None:
    page = client.get("/runs/?q=adam&min_epochs=2").content.decode()
    assert re.search(r">All <span>1</span>", page)
    assert re.search(r">Stopped <span>1</span>", page)


@pytest.mark.usefixtures("three_runs")
def test_every_filter_is_in_the_address_and_is_taken_off_alone(client: Client) -> None:
    page = client.get("/runs/?q=adamw&optimizer=adamw&hidden_layers=2500&min_test_accuracy=98").content.decode()
    assert re.findall(r'data-query="([^"]*)"', page) == [
        "?optimizer=adamw&amp;hidden_layers=2500&amp;min_test_accuracy=0.98&amp;q=adamw"
    ]
    assert 'href="?optimizer=adamw&amp;hidden_layers=2500&amp;q=adamw" title="Take' in page
    assert "Test accuracy ≥ 98 %" in page
    assert field_value(page, "min_test_accuracy") == "98 %"
    assert '<details class="list-tools__more" open>' in page
    assert '<details class="list-tools__more" open>' not in client.get("/runs/").content.decode()


@pytest.mark.usefixtures("three_runs")
@pytest.mark.parametrize("query", ["min_epochs=x", "hidden_layers=wide", "max_test_error=nan"])
def test_the_api_refuses_a_filter_that_is_none(client: Client, query: str) -> None:
    for kind in ("runs", "versions"):
        assert client.get(f"/api/v1/{kind}?{query}").status_code == 422


def test_tags_are_given_with_the_form_and_changed_by_the_api(client: Client, nothing_enqueued: list[int]) -> None:
    client.post("/runs/new/", {**RIGHT, "tags": "Wide, class 7b"})
    run = Run.objects.get()
    assert [tag.word for tag in run.tags.all()] == ["wide", "class 7b"]
    assert client.patch(f"/api/v1/runs/{run.pk}", {"tags": ["x"]}, "application/json").json()["tags"] == ["x"]


def test_a_run_is_renamed_and_noted_from_its_page_and_found_by_its_notes(
    client: Client, write_run: Callable[..., Run]
) -> None:
    run = write_run(name="Frist")
    client.post(f"/runs/{run.pk}/name/", {"name": " First "})
    client.post(f"/runs/{run.pk}/notes/", {"notes": "Too slow.\n</textarea><script>alert(1)</script>"})
    run.refresh_from_db()
    assert (run.name, run.notes) == ("First", "Too slow.\n</textarea><script>alert(1)</script>")
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "<h1>First</h1>" in page
    assert "<script>alert" not in page
    assert listed(client, "?q=slow") == ["First"]
    assert listed(client, "?q=frist") == []
    client.post(f"/runs/{run.pk}/name/", {"name": ""})
    assert f"<h1>Run {run.pk}</h1>" in client.get(f"/runs/{run.pk}/").content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "x" * 101, "Name must be at most 100 characters."),
        ("name", "a\nb", "Name must not hold control characters or line breaks."),
        ("notes", "x" * 10_001, "Notes must be at most 10000 characters."),
        ("tags", "z" * 60, "Tags may have 40 letters each"),
    ],
)
def test_a_description_that_cannot_be_kept_changes_nothing_and_is_told(
    client: Client, write_run: Callable[..., Run], field: str, typed: str, words: str
) -> None:
    run = write_run(name="Before", notes="before")
    client.post(f"/runs/{run.pk}/{field}/", {field: typed})
    assert words in client.get(f"/runs/{run.pk}/").content.decode()
    run.refresh_from_db()
    assert (run.name, run.notes, run.tags.count()) == ("Before", "before", 0)


def test_the_api_changes_name_notes_and_tags_each_alone(client: Client, write_run: Callable[..., Run]) -> None:
    address = f"/api/v1/runs/{write_run(name='Before').pk}"
    for field, value in (("name", "After"), ("notes", "Why."), ("tags", ["wide"])):
        assert client.patch(address, {field: value}, "application/json").json()[field] == value
    shown = client.get(address).json()
    assert (shown["name"], shown["notes"], shown["tags"]) == ("After", "Why.", ["wide"])
    assert client.patch(address, {}, "application/json").status_code == 422
    assert "notes" not in client.get("/api/v1/runs").json()["items"][0]


def test_wrong_tags_are_told_beside_their_field_and_submit_nothing(client: Client) -> None:
    page = client.post("/runs/new/", {**RIGHT, "tags": "z" * 60}).content.decode()
    assert "Tags may have 40 letters each" in page
    assert "z" * 60 in page
    assert not Run.objects.exists()


def test_runs_by_error_are_of_one_loss_or_sorted_by_accuracy(client: Client) -> None:
    for loss, error, accuracy in (("cross_entropy", 0.07, 0.98), ("squared_error", 0.004, 0.95)):
        names = ("train_error", "train_accuracy", "learning_rate", "seconds")
        latest = {"epoch": 1, "test_error": error, "test_accuracy": accuracy, **dict.fromkeys(names, 0.5)}
        config = RunConfig(dataset="pen-strokes", loss=loss).as_json()
        Run.objects.create(config=config, max_epochs=1, offered_at=timezone.now(), latest=latest)
    good, classic = Run.objects.order_by("pk").values_list("pk", flat=True)

    def listed(query: str) -> list[int]:
        return [int(n) for n in re.findall(r'data-run="(\d+)"', client.get(f"/runs/{query}").content.decode())]

    assert listed("?sort=test_error") == [good, classic]
    page = client.get("/runs/?sort=test_error").content.decode()
    assert "this list is sorted by test accuracy" in page
    assert 'data-query="?sort=-test_accuracy"' in page  # the page polls the API for the order that it shows
    assert listed("?sort=test_error&loss=squared_error") == [classic]
    polled = client.get("/api/v1/runs?sort=test_error&loss=squared_error").json()["items"]
    assert [run["id"] for run in polled] == [classic]


def test_the_counts_of_the_tabs_follow_the_other_filters(client: Client) -> None:
    for name, status in (("wide", Status.STOPPED), ("wide", Status.FAILED), ("deep", Status.STOPPED)):
        config = RunConfig(dataset="pen-strokes").as_json()
        Run.objects.create(name=name, config=config, max_epochs=1, offered_at=timezone.now(), status=status)

    def counts(query: str) -> dict[str, int]:
        page = client.get(f"/runs/{query}").content.decode()
        return {label: int(count) for label, count in re.findall(r">(\w+) <span>(\d+)</span></a>", page)}

    assert (counts("")["All"], counts("")["Stopped"]) == (3, 2)
    assert (counts("?q=wide")["All"], counts("?q=wide")["Stopped"], counts("?q=wide")["Failed"]) == (2, 1, 1)
    assert counts("?q=wide&status=failed")["All"] == 2


@pytest.mark.parametrize(("typed", "value"), [("0,01", 0.01), (" 0,5 ", 0.5), (",002", 0.002), ("0.01", 0.01)])
def test_a_decimal_comma_is_understood(client: Client, typed: str, value: float) -> None:
    assert client.post("/runs/new/", {**RIGHT, "learning_rate": typed}).status_code == 302
    assert Run.objects.latest("id").config["learning_rate"] == value


def test_errors_of_the_fields_and_of_this_installation_come_together(client: Client) -> None:
    sent = {**RIGHT, "dataset": "corrections", "epochs": "0", "learning_rate": "1,2,3", "name": "n" * 101}
    page = client.post("/runs/new/", sent).content.decode()
    summary = page[page.index('id="error-summary"') : page.index("</ul>")]
    assert set(re.findall(r'href="#(\w+)"', summary)) == {"id_name", "id_dataset", "id_epochs", "id_learning_rate"}
    assert field_value(page, "name") == "n" * 101


def test_a_name_is_not_cut_while_it_is_pasted(client: Client) -> None:
    (box,) = re.findall(r'<input [^>]*name="name"[^>]*>', client.get("/runs/new/").content.decode())
    assert "maxlength" not in box


def test_every_field_has_a_sentence_that_says_what_it_does() -> None:
    for name, field in RunForm.base_fields.items():
        assert len(field.help_text) >= 15, name


def test_activation_and_loss_are_in_the_open() -> None:
    assert {"activation", "loss"} <= set(RunForm.MAIN)


def test_a_run_again_keeps_name_and_tags(client: Client, write_run: Callable[..., Run]) -> None:
    old = write_run(name="Wide")
    client.post(f"/runs/{old.pk}/tags/", {"tags": "class 7b, baseline"})
    page = client.get(f"/runs/new/?from_run={old.pk}").content.decode()
    assert field_value(page, "name") == "Wide"
    assert set(field_value(page, "tags").split(", ")) == {"class 7b", "baseline"}
