"""What data sets take of the disk."""

import os
from collections.abc import Iterator

from django.conf import settings

from storage.registry import Amount, Kind


def kinds() -> Iterator[Kind]:
    """The folder of data sets; corrections are rows, which are part of the database."""
    count = size = 0
    for folder, _, names in os.walk(settings.DATASETS_DIR):
        count += len(names)
        size += sum(os.stat(os.path.join(folder, name)).st_size for name in names)  # noqa: PTH116, PTH118 -- fast
    yield Kind("datasets", "Data sets", Amount(count, size))
