"""Reads of model versions; nothing here writes. Aliases, lineage and the trash have selectors of their own."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from django.db.models import QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from typing_extensions import Unpack

from inference.errors import VersionNotFoundError
from inference.models import CHAMPION, Alias, ModelVersion, VersionTag
from inference.registry.findings import worded
from inference.registry.measurement_services import is_due_for_measurement
from inference.registry.trash_selectors import trashed_version
from nnlib.evaluation import LOSS_OF
from nnlib.losses import LOSSES
from nnlib.shape import CLASSES, PIXELS
from nnlib.vocabulary import LossName
from weblib.lists.filters import Columns, CommonFilters, narrowed
from weblib.lists.orders import CommonSort, common_orders
from weblib.paging import MAX_PAGE, Order, Page, page_of
from weblib.whole_numbers import whole_number

MIN_COMPARED, MAX_COMPARED = 2, 24
VersionSort = Literal[CommonSort, "size"]
SORTS: Final[dict[str, Order]] = {
    **common_orders("number"),
    "size": Order("size_bytes", is_descending=False, kind=int),
}


_COLUMNS: Final = Columns(
    VersionTag.objects, owner="version", number="number", epochs="epochs", texts=("name", "notes")
)


class VersionFilters(CommonFilters, total=False):
    """What a list is narrowed by."""

    source: str | None
    loss: LossName | None


def versions_page(
    *,
    sort: VersionSort = "-number",
    cursor: str | None = None,
    limit: int = 50,
    is_whole: bool = False,
    **filters: Unpack[VersionFilters],
) -> Page[ModelVersion]:
    """One page of the versions that fit every filter.

    Metrics, which a page does not show, are read only when it `is_whole`; histories never are.

    Raises:
        CursorError: no page of this order gave `cursor`.
    """
    versions = _whole().defer("history") if is_whole else _light()
    fitting = _fitting(versions, **filters)
    return page_of(fitting, order=SORTS[sort], key="number", cursor=cursor, limit=limit)


def losses_of(**filters: Unpack[VersionFilters]) -> list[LossName]:
    """The losses of the versions that fit every filter, in alphabetical order."""
    fitting = _fitting(ModelVersion.objects.all(), **filters)
    outputs = fitting.order_by().values_list(KT("architecture__output"), flat=True).distinct()
    return sorted(LOSS_OF[output] for output in outputs)


def _fitting(versions: QuerySet[ModelVersion], **filters: Unpack[VersionFilters]) -> QuerySet[ModelVersion]:
    if source := filters.get("source"):
        versions = versions.filter(source=source)
    if loss := filters.get("loss"):
        versions = versions.filter(architecture__output=LOSSES[loss].output)
    if layers := filters.get("hidden_layers"):
        versions = versions.filter(layers=f"{PIXELS}-{layers}-{CLASSES}")
    return narrowed(versions, _COLUMNS, filters)


def known_tags() -> list[str]:
    """Every tag that a version has, in alphabetical order."""
    live = VersionTag.objects.filter(version__trashed_at__isnull=True)
    return list(live.order_by("word").values_list("word", flat=True).distinct())


def known_datasets() -> list[str]:
    """Every data set that a version learned from."""
    found = ModelVersion.objects.exclude(dataset="").order_by("dataset").values_list("dataset", flat=True)
    return list(found.distinct())


def known_engines() -> list[str]:
    """Every engine that trained a version."""
    found = ModelVersion.objects.filter(engine__isnull=False).order_by("engine").values_list("engine", flat=True)
    return list(found.distinct())


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
    return _numbered(_whole(), number)


def get_versions(numbers: Sequence[int]) -> list[ModelVersion]:
    """The versions of these numbers, in that order, each once.

    Raises:
        VersionNotFoundError: one of them does not exist.
    """
    found = {version.number: version for version in _whole().filter(number__in=numbers)}
    for number in numbers:
        if number not in found:
            raise VersionNotFoundError(_why_missing(number))
    return [found[number] for number in dict.fromkeys(numbers)]


def test_predictions(versions: Sequence[ModelVersion]) -> dict[int, bytes]:
    """Per number of a version the digit that it read in each test image, a byte each."""
    found = ModelVersion.objects.filter(pk__in=[version.pk for version in versions])
    return {number: bytes(digits) for number, digits in found.values_list("number", "test_predictions")}


def unmeasured_imports() -> list[int]:
    """The numbers of imports without metrics whose evaluation is due."""
    imports = ModelVersion.objects.filter(source=ModelVersion.Source.IMPORT, test_accuracy__isnull=True)
    found = imports.filter(is_due_for_measurement())
    return list(found.order_by("number").values_list("number", flat=True)[:MAX_PAGE])


def resolve(name: int | str) -> ModelVersion:
    """The version that a number, a number as text, or an alias means.

    Raises:
        VersionNotFoundError: it means none.
    """
    number = whole_number(name) if isinstance(name, str) else name
    return _called(str(name)) if number is None else _numbered(_plain(), number)


def temperature_of(version: ModelVersion) -> float:
    """What divides the logits so that probabilities mean what they say; 1 where it was never fitted."""
    stored = ModelVersion.objects.filter(pk=version.pk).values_list(KT("metrics__calibration__temperature"), flat=True)
    return float(stored.first() or 1)


def champion_number() -> int | None:
    """The number of the champion; None where there is no version yet."""
    return Alias.objects.filter(name=CHAMPION).values_list("version__number", flat=True).first()


def version_json(version: ModelVersion) -> dict[str, Any]:
    """The version as the API lists it; shares lie in [0, 1], the time is ISO 8601."""
    return {**_facts_json(version), "history": version.history}


def versions_text(versions: Sequence[ModelVersion]) -> str:
    """Several versions as the API lists them, in JSON: histories go from the database to the answer unread."""
    found = ModelVersion.objects.filter(pk__in=[version.pk for version in versions])
    histories = dict(found.annotate(text=Cast("history", TextField())).values_list("pk", "text"))
    items = (f'{json.dumps(_facts_json(one))[:-1]}, "history": {histories.get(one.pk, "[]")}}}' for one in versions)
    return f"[{', '.join(items)}]"


def _facts_json(version: ModelVersion) -> dict[str, Any]:
    """All but the history."""
    return {
        "number": version.number,
        "name": version.name,
        "title": version.title,
        "source": version.source,
        "architecture": version.architecture,
        "config": version.config,
        "metrics": version.metrics,
        "findings": worded(version.findings),
        "dataset": version.dataset,
        "dataset_fingerprint": version.dataset_fingerprint,
        "preprocessing": version.preprocessing,
        "library_versions": version.library_versions,
        "size_bytes": version.size_bytes,
        "sha256": version.sha256,
        "parameters": version.parameter_count,
        "snapshots": _snapshots_json(version),
        "parent": version.parent.number if version.parent else None,
        "origin": version.origin,
        "aliases": [alias.name for alias in version.aliases.all()],
        "tags": [tag.word for tag in version.tags.all()],
        "notes": version.notes,
        "created": version.created_at.isoformat(),
    }


def _snapshots_json(version: ModelVersion) -> dict[str, Any] | None:
    file = getattr(version, "snapshot_file", None)
    return None if file is None else {"epochs": file.epochs, "size_bytes": file.size_bytes, "sha256": file.sha256}


def versions_json(versions: Iterable[ModelVersion]) -> list[dict[str, Any]]:
    """Several versions as the API lists them."""
    return [version_json(version) for version in versions]


def _numbered(versions: QuerySet[ModelVersion], number: int) -> ModelVersion:
    try:
        return versions.get(number=number)
    except (ModelVersion.DoesNotExist, OverflowError):
        raise VersionNotFoundError(_why_missing(number)) from None


def _called(name: str) -> ModelVersion:
    # No alias holds a control character, and PostgreSQL rejects a query with one.
    found = _plain().filter(aliases__name=name).first() if name.isprintable() else None
    if found is None:
        raise VersionNotFoundError(f"there is no version or alias {name[:60]!r}")
    return found


def _why_missing(number: int) -> str:
    if trashed_version(number) is not None:
        return f"version {number} is in the trash"
    return f"there is no version {number}"


def _whole() -> QuerySet[ModelVersion]:
    versions = ModelVersion.objects.select_related("parent", "snapshot_file").prefetch_related("aliases", "tags")
    return versions.defer("test_predictions", *(f"parent__{name}" for name in (*_LARGE, "test_predictions")))


def _light() -> QuerySet[ModelVersion]:
    """Without what is large: a list shows two hundred versions, and a history alone may have ten thousand epochs."""
    return _plain().prefetch_related("aliases", "tags")


def _plain() -> QuerySet[ModelVersion]:
    return ModelVersion.objects.defer("test_predictions", *_LARGE)


_LARGE: Final = ("metrics", "history", "config", "library_versions", "notes")
