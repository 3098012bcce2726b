"""Findings of real trainings: kept with run and version, shown on pages and in the API, the best in nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

import datasets
from datasets import Dataset
from inference.models import ModelVersion
from inference.registry import services as versions
from inference.registry.findings_services import findings_of_version
from inference.registry.selectors import get_version
from inference.registry.services import VersionFacts, load_network
from inference.registry.starter import import_starter
from nnlib import Architecture, EpochFinished, Event, Network
from training.comparison import side_by_side
from training.comparison.tables import results_table
from training.models import Run
from training.runs import selectors, services
from training.runs.selectors import get_run, run_json
from training.worker.execution import execute
from training.worker.heartbeat import Heartbeat
from training.worker.reconciliation import reconcile

Submit = Callable[..., Run]


def ended(run: Run) -> Run:
    assert execute(run.pk)
    return get_run(run.pk)


def codes(run: Run) -> list[str]:
    return [one["code"] for one in run_json(get_run(run.pk))["findings"]]


# Real trainings


def test_steps_of_almost_nothing_are_found(submit: Submit) -> None:
    run = ended(submit(epochs=4, learning_rate=1e-9, optimizer="sgd"))
    assert (run.status, codes(run)) == ("completed", ["learned_nothing", "tiny_steps"])


def test_steps_that_are_far_too_large_are_found(submit: Submit) -> None:
    run = ended(submit(epochs=4, learning_rate=100, optimizer="adam"))
    assert codes(run)[0] in {"diverged", "learned_nothing"}
    run = ended(submit(epochs=4, learning_rate=100, optimizer="sgd", hidden_layers=[32, 32]))
    assert codes(run)[0] in {"diverged", "learned_nothing"}


def test_an_error_that_becomes_infinite_is_found(submit: Submit) -> None:
    run = ended(submit(epochs=4, learning_rate=100, optimizer="sgd", hidden_layers=[64, 64, 64], l2=1.0))
    assert (run.status, run.finish_reason, codes(run)) == ("failed", "not_finite", ["diverged"])


def test_a_network_of_zero_weights_is_found_and_one_of_he_weights_is_not(submit: Submit) -> None:
    architecture = Architecture((784, 16, 10), "relu", "softmax")
    shapes = list(zip(architecture.layer_sizes, architecture.layer_sizes[1:], strict=False))
    zeros = Network(
        architecture, [np.zeros(shape, np.float32) for shape in shapes], [np.zeros(n, np.float32) for _, n in shapes]
    )

    with transaction.atomic():
        facts = VersionFacts(source=ModelVersion.Source.IMPORT)
        parent = versions.publish_version(zeros, versions.store_network(zeros), facts)
    dead = ended(submit(epochs=5, from_version=parent.number))
    assert codes(dead) == ["learned_nothing", "dead_gradients"]
    assert dead.version is not None
    (first, _) = run_json(dead)["findings"]
    assert "to every image" in first["what"]
    alive = ended(submit(epochs=5, initializer="he", learning_rate=0.01))
    assert not {"learned_nothing", "dead_gradients", "diverged", "tiny_steps"} & set(codes(alive))


def test_a_small_sample_that_is_learned_by_heart_is_overfitting(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = datasets.load("pen-strokes")
    few = Dataset(data.key, data.x_train[:60], data.y_train[:60], data.x_test, data.y_test, data.fingerprint)
    monkeypatch.setattr(datasets, "load", lambda *_, **__: few)
    run = ended(submit(epochs=150, hidden_layers=[64], learning_rate=0.02, batch_size=10))
    (finding,) = run_json(run)["findings"]
    assert finding["code"] == "overfitting"
    errors = [epoch["test_error"] for epoch in selectors.epochs_after(run.pk)]
    assert f"Since epoch {errors.index(min(errors)) + 1} " in finding["what"]


def test_a_version_has_the_findings_of_its_run(submit: Submit, client: Client) -> None:
    run = ended(submit(epochs=4, learning_rate=1e-9, optimizer="sgd"))
    version = get_version(1)
    assert version.findings == run.findings
    assert load_network(version).architecture.layer_sizes == (784, 16, 10)
    answer = client.get("/api/v1/versions/1").json()["findings"]
    assert answer == client.get(f"/api/v1/runs/{run.pk}").json()["findings"]
    assert answer == client.get("/api/v1/runs").json()["items"][0]["findings"]
    assert answer == client.get("/api/v1/versions").json()["items"][0]["findings"]
    assert set(answer[0]) == {"code", "level", "title", "what", "why", "try"}


def test_the_starter_has_none(folders: Any, transactional_db: None) -> None:
    import_starter()
    assert ModelVersion.objects.get().findings == []


def test_findings_go_when_a_run_goes_on(submit: Submit) -> None:
    run = submit(epochs=4, learning_rate=1e-9, optimizer="sgd")
    watches: list[Heartbeat] = []

    def observe(event: Event) -> None:
        if isinstance(event, EpochFinished) and event.epoch == 3:
            watches[0].stop()

    def started(watch: Heartbeat) -> None:
        watches.append(watch)

    assert execute(run.pk, observe=observe, started=started)
    assert codes(run) == ["learned_nothing", "tiny_steps"]
    services.resume_run(run.pk)
    assert get_run(run.pk).findings is None
    assert codes(ended(run)) == ["learned_nothing", "tiny_steps"]


# Rows of an earlier release, and long lists


def test_rows_of_an_earlier_release_are_filled_by_the_scheduler(submit: Submit) -> None:
    run = ended(submit(epochs=4, learning_rate=1e-9, optimizer="sgd"))
    Run.objects.update(findings=None)
    ModelVersion.objects.update(findings=None)
    assert [one["code"] for one in findings_of_version(get_version(1))] == ["learned_nothing", "tiny_steps"]
    reconcile()
    assert codes(run) == ["learned_nothing", "tiny_steps"]
    assert get_version(1).findings == get_run(run.pk).findings


def test_a_list_reads_no_epoch(submit: Submit, client: Client) -> None:
    ended(submit(epochs=3, learning_rate=1e-9))
    for address in ("/runs/", "/versions/", "/api/v1/runs"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address)
        assert not [query for query in queries if "training_epoch" in query["sql"] or '"history"' in query["sql"]]


# Pages


def test_the_pages_say_what_was_found(submit: Submit, client: Client) -> None:
    run = ended(submit(epochs=4, learning_rate=1e-9, optimizer="sgd"))
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert 'data-code="learned_nothing"' in page
    assert 'class="badge badge--completed is-poor" id="status"' in page
    assert 'class="is-completed"' not in page
    assert f'href="/runs/new/?from_run={run.pk}">Run again with changes' in page
    version = client.get("/versions/1/").content.decode()
    assert 'data-code="tiny_steps"' in version
    assert 'href="/runs/new/?from_version=1">Run again with changes' in version
    runs = client.get("/runs/").content.decode()
    for listed in (runs, client.get("/versions/").content.decode()):
        assert 'Learned nothing<span class="visually-hidden">: It reads ' in listed
    assert "badge--completed is-poor" in runs


def test_a_version_that_learned_nothing_is_the_best_in_no_row(submit: Submit) -> None:
    ended(submit(epochs=4, learning_rate=1e-9, optimizer="sgd"))
    ended(submit(epochs=4, learning_rate=0.01))
    metrics = get_version(1).metrics
    metrics["calibration"] = {**metrics["calibration"], "error_after": 0.0, "error_before": 0.0}
    ModelVersion.objects.filter(number=1).update(metrics=metrics)
    rows = {row.title: row.cells for row in results_table(side_by_side.compare([1, 2], []).compared)}
    assert not [title for title, cells in rows.items() if cells[0].is_best]
    assert [cell.is_best for cell in rows["Calibration error"]] == [False, True]
