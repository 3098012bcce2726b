"""Model files in a bucket, at a real server that speaks S3."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.db import transaction

from digitlab import model_store
from inference.errors import ArtifactError
from inference.model_files.pickle import network_pickle
from inference.models import ModelVersion
from inference.registry import selectors, services, trash_services
from nnlib import Network
from tests.lab import free_port

Draw = Callable[..., Network]
BUCKET = "digit-lab"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while not answers(address):
        assert process.poll() is None, "the server did not start"
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.05)
    yield address
    process.terminate()
    process.wait(10)


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/moto-api/").close()
    except (urllib.error.URLError, ConnectionError):
        return False
    return True


@pytest.fixture
def bucket(server: str, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """An empty bucket that is the store of model files."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    address = f"s3://{BUCKET}/networks?endpoint_url={server}&region_name=us-east-1"
    settings.STORAGES = {**settings.STORAGES, "models": model_store.storage(address, tmp_path)}
    resource = boto3.resource("s3", endpoint_url=server, region_name="us-east-1")
    bucket = resource.create_bucket(Bucket=BUCKET)
    yield bucket
    bucket.objects.delete()
    bucket.delete()


def keys(bucket: Any) -> list[str]:
    return [file.key for file in bucket.objects.all()]


def test_a_version_is_published_into_the_bucket_and_read_from_it(bucket: Any, draw_network: Draw) -> None:
    network = draw_network(20)
    version = services.import_version(network_pickle.network_to_bytes(network))
    assert keys(bucket) == [f"networks/{version.sha256}.pickle"]
    assert services.load_network(selectors.get_version(1)).sha256() == network.sha256()


def test_the_same_network_is_stored_once(bucket: Any, draw_network: Draw) -> None:
    for _ in range(2):
        services.import_version(network_pickle.network_to_bytes(draw_network()))
    assert len(keys(bucket)) == 1


def test_deleting_for_good_frees_the_bucket(bucket: Any, draw_network: Draw) -> None:
    for seed in (1, 2):
        services.import_version(network_pickle.network_to_bytes(draw_network(seed=seed)))
    trash_services.trash_version(2)
    assert len(keys(bucket)) == 2
    assert trash_services.empty_trash().numbers == [2]
    assert keys(bucket) == [f"networks/{selectors.get_version(1).sha256}.pickle"]


def test_a_file_that_was_changed_or_lost_in_the_bucket_is_told_in_plain_words(bucket: Any, draw_network: Draw) -> None:
    version = services.import_version(network_pickle.network_to_bytes(draw_network()))
    file = bucket.Object(f"networks/{version.artifact}")
    file.put(Body=b"something else")
    with pytest.raises(ArtifactError, match="has changed since it was published"):
        services.load_network(version)
    file.delete()
    with pytest.raises(ArtifactError, match="version 1 cannot be read: there is no such file in the bucket"):
        services.load_network(version)


def test_a_bucket_that_is_not_there_is_told_and_publishes_nothing(
    bucket: Any, settings: Any, draw_network: Draw
) -> None:
    options = {**settings.STORAGES["models"]["OPTIONS"], "bucket_name": "nobody-has-this"}
    settings.STORAGES = {**settings.STORAGES, "models": {**settings.STORAGES["models"], "OPTIONS": options}}
    network = draw_network()
    with pytest.raises(OSError, match="the bucket cannot be used"), transaction.atomic():
        services.publish_version(
            network, services.store_network(network), services.VersionFacts(source=ModelVersion.Source.RUN)
        )
    assert ModelVersion.objects.count() == 0
