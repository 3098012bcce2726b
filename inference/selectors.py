"""Reads of model versions and aliases; nothing here writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from inference.errors import ComparisonError, VersionNotFoundError
from inference.models import CHAMPION, Alias, ModelVersion

MAX_PAGE = 200
MIN_COMPARED, MAX_COMPARED = 2, 8


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One page of versions, newest first; `next_cursor` is None on the last."""

    versions: list[ModelVersion]
    next_cursor: int | None


def versions_page(*, cursor: int | None = None, limit: int = 50) -> VersionPage:
    """The versions below number `cursor`, newest first, without their test predictions."""
    versions = _light()
    if cursor is not None:
        versions = versions.filter(number__lt=cursor)
    limit = max(1, min(limit, MAX_PAGE))
    found = list(versions[: limit + 1])
    return VersionPage(found[:limit], found[limit - 1].number if len(found) > limit else None)


def all_versions() -> list[ModelVersion]:
    """The champion first, then newest first, at most `MAX_PAGE`: what a choice of versions offers."""
    versions = list(_light()[:MAX_PAGE])
    champion = champion_number()
    return sorted(versions, key=lambda version: version.number != champion)


def get_version(number: int) -> ModelVersion:
    """The version of that number.

    Raises:
        VersionNotFoundError: there is none.
    """
    try:
        return _light().get(number=number)
    except (ModelVersion.DoesNotExist, OverflowError):
        raise VersionNotFoundError(f"there is no version {number}") from None


def get_versions(numbers: Sequence[int]) -> list[ModelVersion]:
    """The versions of these numbers, in that order, each once.

    Raises:
        VersionNotFoundError: one of them does not exist.
    """
    found = {version.number: version for version in _light().filter(number__in=numbers)}
    for number in numbers:
        if number not in found:
            raise VersionNotFoundError(f"there is no version {number}")
    return [found[number] for number in dict.fromkeys(numbers)]


def compared_numbers(text: str) -> list[int]:
    """The numbers in `"3,5"`, each once.

    Raises:
        ComparisonError: not two to eight numbers separated by commas.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise ComparisonError(f"expected version numbers separated by commas, such as 3,5; got {text[:60]!r}")
    numbers = list(dict.fromkeys(int(part) for part in parts))
    if not MIN_COMPARED <= len(numbers) <= MAX_COMPARED:
        raise ComparisonError(f"expected {MIN_COMPARED} to {MAX_COMPARED} different versions; got {len(numbers)}")
    return numbers


def resolve(name: int | str) -> ModelVersion:
    """The version that a number, a number as text, or an alias means.

    Raises:
        VersionNotFoundError: it means none.
    """
    if isinstance(name, int) or (name.isascii() and name.isdigit() and len(name) < 10):
        return get_version(int(name))
    # No alias holds a control character, and PostgreSQL cannot even be asked for one.
    found = _light().filter(aliases__name=name).first() if name.isprintable() else None
    if found is None:
        raise VersionNotFoundError(f"there is no version or alias {name[:60]!r}")
    return found


def champion_number() -> int | None:
    """The number of the champion; None where there is no version yet."""
    return Alias.objects.filter(name=CHAMPION).values_list("version__number", flat=True).first()


def numbers_of_same_weights(number: int) -> list[int]:
    """The numbers of other versions with the same model file, oldest first."""
    same = ModelVersion.objects.filter(sha256__in=ModelVersion.objects.filter(number=number).values("sha256"))
    return list(same.exclude(number=number).order_by("number").values_list("number", flat=True))


def version_json(version: ModelVersion) -> dict[str, Any]:
    """The version as the API lists it; shares lie in [0, 1], the time is ISO 8601."""
    return {
        "number": version.number,
        "name": version.name,
        "title": version.title,
        "source": version.source,
        "architecture": version.architecture,
        "config": version.config,
        "metrics": version.metrics,
        "history": version.history,
        "dataset": version.dataset,
        "dataset_fingerprint": version.dataset_fingerprint,
        "preprocessing": version.preprocessing,
        "library_versions": version.library_versions,
        "size_bytes": version.size_bytes,
        "sha256": version.sha256,
        "parameters": version.parameter_count,
        "parent": version.parent.number if version.parent else None,
        "aliases": [alias.name for alias in version.aliases.all()],
        "notes": version.notes,
        "created": version.created_at.isoformat(),
    }


def versions_json(versions: Iterable[ModelVersion]) -> list[dict[str, Any]]:
    """Several versions as the API lists them."""
    return [version_json(version) for version in versions]


def _light() -> QuerySet[ModelVersion]:
    return ModelVersion.objects.defer("test_predictions").select_related("parent").prefetch_related("aliases")
