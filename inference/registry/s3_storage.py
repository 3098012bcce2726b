"""A bucket of model files. Needs what `requirements/s3.lock` names; imported only if a setting names a bucket."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 5, 30, 3


class S3ModelStorage(S3Storage):
    """django-storages' bucket that waits for a while, not for ever, and whose errors are those of a folder."""

    def __init__(self, **options: Any) -> None:
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            # A server that is not Amazon's seldom has a name for every bucket.
            s3={"addressing_style": "path" if options.get("endpoint_url") else "auto"},
            signature_version="s3v4",
        )
        super().__init__(client_config=config, **options)

    def exists(self, name: str) -> bool:
        """Whether there is a file of that name."""
        with _as_os_error():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        """Remove a file, if there is one."""
        with _as_os_error():
            super().delete(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """The folders and the files in a folder."""
        with _as_os_error():
            folders, names = super().listdir(path)
            return list(folders), list(names)

    def size(self, name: str) -> int:
        """The bytes of a file."""
        with _as_os_error():
            return int(super().size(name))

    def get_modified_time(self, name: str) -> datetime:
        """When a file was written."""
        with _as_os_error():
            modified: datetime = super().get_modified_time(name)
            return modified

    def _open(self, name: str, mode: str = "rb") -> "ContentFile[bytes]":
        with _as_os_error(), super()._open(name, mode) as file:
            return ContentFile(file.read(), name)

    def _save(self, name: str, content: Any) -> str:
        with _as_os_error():
            return str(super()._save(name, content))


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, "there is no such file in the bucket") from error
    except (BotoCoreError, ClientError) as error:
        raise OSError(errno.ENOSPC if _is_full(error) else errno.EIO, f"the bucket cannot be used: {error}") from error


def _is_full(error: Exception) -> bool:
    """Whether the server answered "507 Insufficient Storage", as MinIO does."""
    response = error.response if isinstance(error, ClientError) else {}
    return response.get("ResponseMetadata", {}).get("HTTPStatusCode") == HTTPStatus.INSUFFICIENT_STORAGE
