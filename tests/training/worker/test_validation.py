"""Runs with validation images: what they report, what they keep, and that test labels decide on nothing."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.test import Client

import datasets
from datasets import Dataset
from inference.models import ModelVersion
from tests.training.conftest import Submit
from training.configuration.run_config import RunConfig
from training.models import Epoch, Run, RunEvent
from training.runs import services
from training.runs.services import FieldRefusedError
from training.worker.execution import execute

SHARED = {"validation_share": 0.25, "keep": "best", "patience": 2, "epochs": 12, "learning_rate": 0.02}


def trained(submit: Submit, **fields: Any) -> Run:
    run = submit(**{**SHARED, **fields})
    assert execute(run.pk)
    return Run.objects.select_related("version").get(pk=run.pk)


def version_of(run: Run) -> ModelVersion:
    assert run.version is not None
    return run.version


def test_every_epoch_has_its_validation_numbers_in_row_api_and_table(submit: Submit, client: Client) -> None:
    run = trained(submit, epochs=2)
    rows = list(Epoch.objects.filter(run=run))
    assert all(row.validation_error and row.validation_accuracy for row in rows)
    answer = client.get(f"/api/v1/runs/{run.pk}/epochs").json()
    assert [one["validation_error"] for one in answer] == [row.validation_error for row in rows]
    table = client.get(f"/api/v1/runs/{run.pk}/epochs?format=csv").content.decode()
    assert "validation_error,validation_accuracy" in table.splitlines()[0]


def test_without_a_share_there_are_none(submit: Submit, client: Client) -> None:
    run = trained(submit, validation_share=0, keep="last", patience=None, epochs=1)
    assert list(Epoch.objects.filter(run=run).values_list("validation_error", "validation_accuracy")) == [(None, None)]
    assert "Val. error" not in client.get(f"/runs/{run.pk}/").content.decode()


def test_the_version_is_the_network_of_the_lowest_validation_error(submit: Submit, client: Client) -> None:
    run = trained(submit, patience=None, epochs=8, learning_rate=0.05)
    errors = list(Epoch.objects.filter(run=run).values_list("validation_error", flat=True))
    kept = 1 + int(np.argmin(np.array(errors, float)))
    assert kept < 8, "the last epoch is the best: the test would prove nothing"
    version = version_of(run)
    assert version.metrics["validation_error"] == pytest.approx(min(error for error in errors if error is not None))
    assert version.metrics["train_error"] == Epoch.objects.get(run=run, epoch=kept).train_error
    assert f"as it was after epoch {kept}" in RunEvent.objects.filter(run=run).latest("pk").text
    assert version.metrics["test_error"] == pytest.approx(Epoch.objects.get(run=run, epoch=kept).test_error)
    assert f'data-kept="{kept}"' in client.get(f"/versions/{version.number}/").content.decode()
    assert "Val. error" in client.get(f"/runs/{run.pk}/").content.decode()


def test_noise_for_test_labels_changes_no_weight_no_end_and_no_temperature(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = trained(submit)
    load = datasets.load

    def with_noise(*args: Any, **kwargs: Any) -> Dataset:
        data = load(*args, **kwargs)
        return replace(data, y_test=np.random.default_rng(0).integers(0, 10, len(data.y_test)).astype(np.uint8))

    monkeypatch.setattr(datasets, "load", with_noise)
    second = trained(submit)
    one, other = version_of(first), version_of(second)
    assert one.metrics["test_accuracy"] - other.metrics["test_accuracy"] > 0.3
    assert one.sha256 == other.sha256
    assert (first.last_epoch, first.finish_reason) == (second.last_epoch, second.finish_reason)
    assert one.metrics["calibration"]["temperature"] == other.metrics["calibration"]["temperature"]
    assert one.metrics["calibration"]["fitted_on"] == "validation"


@pytest.mark.django_db
def test_patience_without_validation_images_is_refused_with_the_remedy(client: Client) -> None:
    with pytest.raises(FieldRefusedError, match="set the validation share") as refused:
        services.submit_run(RunConfig(dataset="pen-strokes", patience=3), enqueue=False)
    assert refused.value.field == "patience"
    sent = {"dataset": "pen-strokes", "patience": 3}
    answer = client.post("/api/v1/runs", sent, content_type="application/json")
    assert answer.status_code == 422
    assert "validation share" in str(answer.json())


def test_keeping_the_best_without_validation_images_is_refused_at_its_field() -> None:
    with pytest.raises(ValueError, match="set the validation share") as refused:
        RunConfig.model_validate({"keep": "best"})
    assert refused.value.errors()[0]["loc"] == ("keep",)  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_run_of_an_older_release_with_patience_alone_is_still_shown(client: Client, submit: Submit) -> None:
    run = submit()
    config = {**run.config, "patience": 3}
    del config["validation_share"], config["keep"]
    Run.objects.filter(pk=run.pk).update(config=config)
    assert client.get(f"/runs/{run.pk}/").status_code == 200
    assert client.get(f"/runs/new/?from_run={run.pk}").status_code == 200
