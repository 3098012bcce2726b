"""Errors of backups, restores and archives; each message says what was expected, what came, and the remedy."""

from weblib.errors import LabError


class StorageError(LabError):
    """Base of this package."""

    code = "storage.error"


class BackupError(StorageError):
    """No backup was made; nothing of it is left behind."""

    code = "storage.backup"


class FileReplacedError(BackupError):
    """A file that a row named was removed between the moment of the rows and its copy."""

    code = "storage.file_replaced"


class ArchiveError(StorageError, ValueError):
    """A file is no backup, is damaged, or is of a newer program."""

    code = "storage.archive"


class RestoreError(StorageError):
    """Nothing was restored."""

    code = "storage.restore"
    status = 409
