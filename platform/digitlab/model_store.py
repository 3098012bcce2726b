"""Where model files are kept, by one address: a folder, or a bucket that speaks S3."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from environ import ImproperlyConfigured

S3_OPTIONS = frozenset({"endpoint_url", "region_name"})


def storage(address: str, data_dir: Path) -> dict[str, Any]:
    """The entry of Django's `STORAGES` for an address; empty means the folder `models` in the data folder.

    `s3://bucket/prefix?endpoint_url=https://…&region_name=…` is a bucket; its credentials are the usual
    `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. Anything without `://` is the path of a folder.

    Raises:
        ImproperlyConfigured: the address is neither.
    """
    if "://" not in address:
        location = Path(address).expanduser().absolute() if address else data_dir / "models"
        return {
            "BACKEND": "inference.registry.storage.AtomicFileSystemStorage",
            "OPTIONS": {"location": str(location), "file_permissions_mode": 0o600},
        }
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not parts.netloc or not options.keys() <= S3_OPTIONS:
        raise ImproperlyConfigured(
            f"DIGITLAB_MODEL_STORE is a folder or s3://bucket/prefix, with {' and '.join(sorted(S3_OPTIONS))} "
            f"after a question mark; got {address!r}"
        )
    return {
        "BACKEND": "inference.registry.s3_storage.S3ModelStorage",
        "OPTIONS": {"bucket_name": parts.netloc, "location": parts.path.strip("/"), **options},
    }
