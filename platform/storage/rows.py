"""Rows as lines of JSON that any database takes back: one object per row, by the names of columns.

Django's own JSON lines are not used: they cut times to milliseconds, ask the database once per row for relations of
many to many, and are read back by today's models only, while an archive of an older schema needs those of its time.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.apps.registry import Apps
from django.db import connections, models
from django.db.models.sql import InsertQuery

# Sessions are not restored: users log in again.
LEFT_OUT: Final = frozenset({"sessions.session"})
_CHUNK: Final = 500
# Rows with binary columns may have a megabyte each.
_BINARY_CHUNK: Final = 20


def models_of(apps: Apps) -> dict[str, type[models.Model]]:
    """Every model with a table whose rows belong into an archive, by its label; tables between two models too."""
    found = {model._meta.label_lower: model for model in apps.get_models(include_auto_created=True)}
    return {
        label: model
        for label, model in sorted(found.items())
        if model._meta.managed and not model._meta.proxy and label not in LEFT_OUT
    }


def lines_of(model: type[models.Model], using: str) -> Iterator[bytes]:
    """Every row of a model, in the order of its key, one line each."""
    names = [field.attname for field in _columns(model)]
    rows: models.QuerySet[Any, tuple[Any, ...]] = models.QuerySet(model, using=using).order_by("pk").values_list(*names)
    for row in rows.iterator(chunk_size=_chunk(model)):
        plain = dict(zip(names, map(_plain, row), strict=True))
        yield json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def insert(model: type[models.Model], lines: Iterable[bytes], using: str) -> int:
    """Insert rows that `lines_of` wrote, with their keys and exactly their values; answers how many.

    Raises:
        ValueError: a line is no row of this model.
        django.db.DatabaseError: the database refused a row.
    """
    fields = _columns(model)
    connection = connections[using]
    rows = (_row(model, fields, line) for line in lines)
    count = 0
    while chunk := list(islice(rows, _chunk(model))):
        size = max(1, connection.ops.bulk_batch_size(fields, chunk))
        for start in range(0, len(chunk), size):
            # Raw: a time that Django sets at every save is kept as it was.
            query = InsertQuery(model)
            query.insert_values(fields, chunk[start : start + size], raw=True)
            query.get_compiler(using=using).execute_sql()
        count += len(chunk)
    return count


def _columns(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    """What is written; the database computes generated columns itself."""
    return [field for field in model._meta.concrete_fields if not field.generated]


def _chunk(model: type[models.Model]) -> int:
    return _BINARY_CHUNK if any(isinstance(field, models.BinaryField) for field in _columns(model)) else _CHUNK


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value


def _row(model: type[models.Model], fields: "list[models.Field[Any, Any]]", line: bytes) -> models.Model:
    values = json.loads(line)
    names = {field.attname for field in fields}
    if not isinstance(values, dict) or values.keys() != names:
        got = sorted(values) if isinstance(values, dict) else type(values).__name__
        raise ValueError(f"expected a row of {model._meta.label_lower} with {sorted(names)}; got {got}")
    return model(**{field.attname: _restored(field, values[field.attname]) for field in fields})


def _restored(field: "models.Field[Any, Any]", value: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value, validate=True)
    return field.target_field.to_python(value) if isinstance(field, models.ForeignKey) else field.to_python(value)
