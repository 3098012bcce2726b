"""The document of the WebSocket messages."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.test import Client

from training.watching.routing import websocket_urlpatterns

ROOT = Path(__file__).resolve().parents[2]
META_SCHEMA = ROOT / "node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"


@pytest.fixture
def document(client: Client, db: None) -> Any:
    return client.get("/api/v1/asyncapi.json").json()


def test_the_document_is_valid_asyncapi(document: Any) -> None:
    if not META_SCHEMA.is_file():
        pytest.skip("the package @asyncapi/specs, which `npm ci` installs, is missing")
    jsonschema.Draft7Validator(json.loads(META_SCHEMA.read_text())).validate(document)


def test_every_reference_leads_somewhere(document: Any) -> None:
    references = re.findall(r'"\$ref": "(#[^"]+)"', json.dumps(document))
    assert references
    for reference in references:
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def test_the_addresses_are_those_that_are_served(document: Any) -> None:
    from digitlab.asgi import PREDICT_SOCKET_PATH

    (run,) = websocket_urlpatterns
    assert re.match(str(run.pattern), document["channels"]["run"]["address"].format(run_id=3).removeprefix("/"))
    assert document["channels"]["predict"]["address"] == PREDICT_SOCKET_PATH


def test_the_server_is_the_one_that_was_asked(client: Client, db: None) -> None:
    server = client.get("/api/v1/asyncapi.json", headers={"host": "localhost"}).json()["servers"]["lab"]
    assert server == {"host": "localhost", "protocol": "ws"}


def test_the_documentation_links_to_it(client: Client, db: None) -> None:
    assert "asyncapi.json" in client.get("/api/v1/openapi.json").json()["info"]["description"]
