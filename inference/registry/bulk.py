"""Several versions tagged, or put into the trash: each answers for itself."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Literal

from pydantic_core import PydanticCustomError

from inference.errors import VersionInUseError, VersionNotFoundError
from inference.models import ModelVersion
from inference.registry import services, trash_services
from weblib.lists import bulk
from weblib.lists.bulk import Left, Outcome
from weblib.tags import tags_in

BulkAction = Literal["tag", "trash"]


def sorted_out(action: BulkAction, numbers: Iterable[int]) -> tuple[list[ModelVersion], list[Left]]:
    """Those of the versions to which it can be done as they are now, newest first, and the others."""
    versions = ModelVersion.objects.defer("history", "test_predictions", "metrics").prefetch_related("tags", "aliases")
    find = partial(versions.in_bulk, field_name="number")
    return bulk.sorted_out(numbers, find, partial(_why_not, action), noun="Version")


def tag(numbers: Iterable[int], words: Sequence[str]) -> Outcome:
    """Give the versions these tags in addition to their own."""
    able, left = sorted_out("tag", numbers)

    def add(version: ModelVersion) -> None:
        own = [tag.word for tag in version.tags.all()]
        try:
            services.describe_version(version.number, tags=tags_in([*own, *words]))
        except PydanticCustomError as error:
            raise VersionInUseError(f"tags {error.message()}") from error

    return bulk.done_to(able, add, left=left, refused=VersionInUseError, missing=VersionNotFoundError)


def trash(numbers: Iterable[int], *, by: str) -> Outcome:
    """Put the versions into the trash."""
    able, left = sorted_out("trash", numbers)
    return bulk.done_to(
        able,
        lambda version: trash_services.trash_version(version.number, by=by),
        left=left,
        refused=VersionInUseError,
        missing=VersionNotFoundError,
    )


def _why_not(action: BulkAction, version: ModelVersion) -> str:
    if action == "tag":
        return ""
    try:
        trash_services.check_free(version)
    except VersionInUseError as error:
        return str(error)
    return ""
