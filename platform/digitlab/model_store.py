"""Where model files are kept, by one address: a folder, or a bucket that speaks S3."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

S3_OPTIONS = frozenset({"endpoint_url", "region_name"})


def storage(address: str, data_dir: Path) -> dict[str, Any]:
    """The entry of Django's `STORAGES` for an address; empty means the folder `models` in the data folder.

    `s3://bucket/prefix?endpoint_url=https://…&region_name=…` is a bucket; its credentials are the usual
    `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. Anything without `://` is the path of a folder.

    Raises:
        ValueError: the address is neither.
    """
    check(address)
    if "://" not in address:
        location = Path(address).expanduser().absolute() if address else data_dir / "models"
        return {
            "BACKEND": "inference.registry.storage.AtomicFileSystemStorage",
            "OPTIONS": {"location": str(location), "file_permissions_mode": 0o600},
        }
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    return {
        "BACKEND": "inference.registry.s3_storage.S3ModelStorage",
        "OPTIONS": {"bucket_name": parts.netloc, "location": parts.path.strip("/"), **options},
    }


def check(address: str) -> None:
    """Raise a ValueError unless `address` is one of a folder or of a bucket."""
    if "://" not in address:
        return
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc or not dict(parse_qsl(parts.query)).keys() <= S3_OPTIONS:
        raise ValueError(f"expected a folder or s3://bucket/prefix; got {address!r}")
