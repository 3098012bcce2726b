"""The address of the model store: a folder or a bucket, and nothing else."""

from pathlib import Path

import pytest

from digitlab import model_store


def test_without_an_address_files_lie_in_the_data_folder(tmp_path: Path) -> None:
    assert model_store.storage("", tmp_path)["OPTIONS"]["location"] == str(tmp_path / "models")


def test_an_address_may_be_a_folder(tmp_path: Path) -> None:
    assert model_store.storage(f"{tmp_path}/elsewhere", Path("/"))["OPTIONS"]["location"] == f"{tmp_path}/elsewhere"


def test_an_address_may_be_a_bucket() -> None:
    found = model_store.storage("s3://bucket/a/b/?region_name=eu-central-1", Path("/"))
    assert found["OPTIONS"] == {"bucket_name": "bucket", "location": "a/b", "region_name": "eu-central-1"}


@pytest.mark.parametrize("address", ["s3://", "gs://bucket", "http://host/x", "s3://bucket?secret_key=x"])
def test_an_address_that_is_no_store_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="expected a folder or"):
        model_store.storage(address, Path("/"))
