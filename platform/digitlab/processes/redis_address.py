"""Where Redis listens, and how Celery and Channels each spell that."""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

# sun_path holds 108 bytes, the last of them a NUL.
SOCKET_PATH_LIMIT = 107


def embedded_socket(data_dir: Path) -> Path:
    """The Unix socket of this data folder's own Redis: inside it, or in a private temporary folder if too long."""
    inside = data_dir / "redis" / "redis.sock"
    if len(os.fsencode(inside)) <= SOCKET_PATH_LIMIT:
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"digitlab-{os.getuid()}-{digest}" / "redis.sock"


def embedded_url(data_dir: Path) -> str:
    """The `unix://` address of this data folder's own Redis."""
    return f"unix://{quote(str(embedded_socket(data_dir)))}?db=0"


def celery_url(url: str) -> str:
    """The same address as Celery's broker setting wants it."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"
