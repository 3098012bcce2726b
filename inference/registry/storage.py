"""A folder of files that appear whole or not at all."""

from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from weblib.atomic_files import remove_abandoned, write_atomically


class AtomicFileSystemStorage(FileSystemStorage):
    """Django's folder storage, but a file is written under a temporary name, flushed to disk, then renamed."""

    def remove_abandoned(self) -> None:
        """Remove what was half-written by processes that were killed."""
        remove_abandoned(Path(self.location))

    def _save(self, name: str, content: "File[bytes]") -> str:
        write_atomically(Path(self.path(name)), content.chunks())
        return name
