"""The trash: versions go there first, come back from there, and are deleted for good from there.

Locks are taken in one order everywhere: the counter of versions, versions, aliases.
"""

from django.db import transaction

from inference.errors import VersionInUseError, VersionNotFoundError
from inference.models import CHAMPION, ModelVersion, SnapshotFile
from inference.registry import version_references
from inference.registry.selectors import get_version
from inference.registry.services import lock_counter, model_store
from inference.registry.trash_selectors import trashed_numbers
from weblib.actor import LOCAL
from weblib.trash.rows import Emptied, emptied, put_into_trash, take_out


def trash_version(number: int, *, by: str = LOCAL) -> None:
    """Put a version into the trash: no list shows it and it cannot predict, until it is restored.

    A process that has it cached may use it for one more second (`network_cache.MEANING_SECONDS`).

    Raises:
        VersionNotFoundError: there is no such version, or it is there already.
        VersionInUseError: an alias points at it, or a run that has not ended starts from it.
    """
    with transaction.atomic():
        version = _locked(get_version(number).number)
        check_free(version)
        put_into_trash(version, by=by)


def restore_version(number: int) -> ModelVersion:
    """Take a version out of the trash, as it was; one that is not in there stays as it is.

    Raises:
        VersionNotFoundError: there is no such version, or it was deleted for good.
    """
    with transaction.atomic():
        version = _locked(number)
        take_out(version)
    return get_version(number)


def delete_forever(number: int, *, only_in_trash: bool = False) -> int:
    """Delete a version for good, in the trash or not, and its files where no other version has the same.

    Args:
        number: of the version.
        only_in_trash: a version that was restored meanwhile counts as none.

    Returns:
        By how many bytes the model store is smaller.

    Raises:
        VersionNotFoundError: there is no such version.
        VersionInUseError: an alias points at it, or a run that has not ended starts from it.
    """
    with transaction.atomic(durable=True):
        lock_counter()
        version = _locked(number)
        if only_in_trash and version.trashed_at is None:
            raise VersionNotFoundError(f"version {number} is not in the trash")
        check_free(version)
        files = {version.artifact: version.size_bytes}
        files |= dict(SnapshotFile.objects.filter(version=version).values_list("name", "size_bytes"))
        version.delete()
    return sum(size for name, size in files.items() if remove_unused_file(name))


def empty_trash() -> Emptied:
    """Delete for good whatever is in the trash and not needed."""
    return emptied(trashed_numbers(), delete_forever, refused=VersionInUseError, missing=VersionNotFoundError)


def check_free(version: ModelVersion) -> None:
    """Refuse, in plain words, if the version can neither go into the trash nor be deleted.

    Raises:
        VersionInUseError: an alias points at it, or a run that has not ended starts from it.
    """
    names = [alias.name for alias in version.aliases.all()]
    if CHAMPION in names:
        raise VersionInUseError(f"version {version.number} is the champion: move that alias to another version first")
    if names:
        called = " and ".join(f"“{name}”" for name in names)
        raise VersionInUseError(
            f"version {version.number} is also called {called}: move that alias to another version, or delete it, first"
        )
    reason = version_references.needed_because(version.number)
    if reason:
        raise VersionInUseError(f"version {version.number} cannot go: {reason}")


def remove_unused_file(name: str) -> bool:
    """Remove a model file, or one of snapshots, that no version has any more.

    Under the lock of the counter, which publishing holds too: a version that is being made of the same weights
    either keeps the file, or finds it gone and writes it again.
    """
    with transaction.atomic(durable=True):
        lock_counter()
        if ModelVersion.everything.filter(artifact=name).exists() or SnapshotFile.objects.filter(name=name).exists():
            return False
        model_store().delete(name)
    return True


def _locked(number: int) -> ModelVersion:
    """The version, in the trash or not; nothing else about it changes until the transaction ends."""
    try:
        return ModelVersion.everything.select_for_update().get(number=number)
    except (ModelVersion.DoesNotExist, OverflowError):
        raise VersionNotFoundError(f"there is no version {number}") from None
