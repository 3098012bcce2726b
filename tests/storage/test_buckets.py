"""Backup, restore and `verify` where model files are in a bucket, at a real server that speaks S3."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from storage.archive import ArchiveReader
from tests.inference.registry.test_s3_storage import BUCKET, keys, server
from tests.storage.place import Place, rows_in

__all__ = ["server"]
pytestmark = pytest.mark.slow


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    bucket = boto3.resource("s3", endpoint_url=server, region_name="us-east-1").create_bucket(Bucket=BUCKET)
    yield bucket
    bucket.objects.delete()
    bucket.delete()


@pytest.fixture
def place(server: str, tmp_path: Path) -> Place:
    """A bare folder whose model files go into the bucket."""
    return Place(tmp_path / "data", model_store=f"s3://{BUCKET}/networks?endpoint_url={server}&region_name=us-east-1")


def model_files(archive: Path) -> dict[str, str]:
    with ArchiveReader.open(archive) as opened:
        return {file.name: file.sha256 for file in opened.files if file.store == "models"}


def test_an_archive_goes_into_a_bucket_and_out_of_it(bucket: Any, place: Place, archive: Path, tmp_path: Path) -> None:
    place.manage("restore", str(archive))
    assert keys(bucket) == sorted(f"networks/{name}" for name in model_files(archive))
    assert not (place.path / "models").exists()
    place.manage("backup", str(tmp_path / "second.zip"))
    assert model_files(tmp_path / "second.zip") == model_files(archive)
    assert rows_in(tmp_path / "second.zip") == rows_in(archive)
    assert place.manage("verify").startswith("All is well")
    assert "Files without a row, older than a day: 0" in place.manage("prune", "--dry-run")
    name = next(iter(model_files(archive)))
    bucket.Object(f"networks/{name}").delete()
    answer = place.run("manage.py", "verify")
    assert answer.returncode == 1
    assert f"model file {name} is missing" in answer.stdout


def test_a_restore_that_fails_leaves_an_empty_bucket(bucket: Any, place: Place, archive: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.zip"
    data = bytearray(archive.read_bytes())
    data[data.index(b"files/models/") + 400] ^= 1
    damaged.write_bytes(data)
    assert "the archive is damaged" in place.refused("restore", str(damaged))
    assert keys(bucket) == []
    bucket.Object("networks/mine.pickle").put(Body=b"mine")
    assert "the store has 1 other files (models/mine.pickle" in place.refused("restore", str(archive))
    assert keys(bucket) == ["networks/mine.pickle"]


def test_a_bucket_that_is_not_there_restores_nothing(bucket: Any, place: Place, archive: Path, server: str) -> None:
    elsewhere = Place(place.path, model_store=place.model_store.replace(BUCKET, "nobody-has-this"))
    assert "nothing was restored: " in elsewhere.refused("restore", str(archive))
    assert elsewhere.database().columns() == {}
