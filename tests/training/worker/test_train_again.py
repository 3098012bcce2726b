"""Training a version again from its page: the same configuration, the same seed, the same bits."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from inference.errors import VersionInUseError
from inference.models import ModelVersion
from inference.registry import trash_services
from training.models import Run
from training.worker.execution import execute

Submit = Callable[..., Run]
ODD: dict[str, Any] = {
    "hidden_layers": [14, 9],
    "learning_rate": 0.0123456789,
    "optimizer": "rmsprop",
    "activation": "tanh",
    "initializer": "xavier",
    "l2": 1e-05,
    "dropout": 0.1,
    "schedule": "cosine",
    "augmentation": "mild",
    "seed": 123456789,
}


def version_of(run: Run) -> ModelVersion:
    """The version that a run ends in."""
    assert execute(run.pk)
    return ModelVersion.objects.get(run=run)


def sent_again(page: str) -> dict[str, str]:
    """What a browser sends when the form on a page is sent as it is."""
    form = page[page.index('id="run-form"') :]
    texts = re.findall(r'<input type="text" name="(\w+)"(?: value="([^"]*)")?', form)
    ticked = re.findall(r'<input type="(?:checkbox|radio)" name="(\w+)"(?: value="([^"]*)")?[^>]* checked', form)
    choices = re.findall(r'<select name="(\w+)".*?<option value="([^"]*)" selected', form, re.DOTALL)
    marks = [(name, value or "on") for name, value in ticked]
    return {name: unescape(value) for name, value in [*texts, *marks, *choices]}


@pytest.mark.parametrize("fields", [{}, ODD], ids=["plain", "odd"])
def test_a_version_that_is_trained_again_from_its_page_has_the_same_sha256(
    client: Client, submit: Submit, fields: dict[str, Any]
) -> None:
    version = version_of(submit(**fields))
    link = re.search(r'href="(/runs/new/[^"]*)">Run again with changes', client.get("/versions/1/").content.decode())
    assert link
    answer = client.post("/runs/new/", sent_again(client.get(link[1]).content.decode()))
    assert answer.status_code == 302, answer.content.decode()
    again = Run.objects.latest("pk")
    assert again.config == version.config
    assert version_of(again).sha256 == version.sha256


def test_a_fine_tuned_version_that_is_trained_again_goes_on_from_the_same_parent(
    client: Client, submit: Submit
) -> None:
    version_of(submit())
    finer = version_of(submit(from_version=1, seed=9))
    client.post("/runs/new/", sent_again(client.get("/runs/new/?from_version=2").content.decode()))
    again = version_of(Run.objects.latest("pk"))
    assert (again.sha256, again.parent) == (finer.sha256, finer.parent)


def test_a_version_that_a_waiting_run_starts_from_stays(submit: Submit) -> None:
    for seed in (1, 2):
        version_of(submit(seed=seed))
    run = submit(from_version=2)
    for remove in (trash_services.trash_version, trash_services.delete_forever):
        with pytest.raises(VersionInUseError, match=f"version 2 cannot go: run {run.pk} starts from it"):
            remove(2)
    version_of(run)
    trash_services.trash_version(2)


def test_a_version_of_a_run_knows_how_often_it_was_taken_up(submit: Submit) -> None:
    run = submit()
    Run.objects.filter(pk=run.pk).update(attempt=2)
    assert version_of(run).origin == {"attempts": 3}
