"""Ids of requests that JSON can hold but not give back, in the view that log-in mode uses."""

import pytest
from django.core.management import call_command
from django.test import Client

SEVEN = '"strokes": [[[60, 60], [220, 60], [130, 240]]]'
BIG = "9" * 23


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields", [f'"id": {BIG}', f'"id": -{BIG}', '"id": "\\ud800"', f'"versions": [{BIG}]', f'"brush": {"9" * 400}']
)
def test_a_number_or_text_of_no_sensible_size_is_refused(client: Client, fields: str) -> None:
    call_command("import_starter", verbosity=0)
    answer = client.post("/api/v1/predict", f"{{{SEVEN}, {fields}}}", content_type="application/json")
    assert answer.status_code in {404, 422}
    assert answer.json()["detail"]
