"""Make the old data folder: run `python -m tests.upgrade.make_fixture` in a checkout of commit a21a63b.

Copy `tests/upgrade/` into that checkout first; the programs of a PostgreSQL server are needed (`tests/postgres.py`).
The archive contains the data folder on SQLite and the same rows as a dump of PostgreSQL. The JSON file next to it
records every table and file, what the old code answers about the folder, and the model files that it writes when it
resumes the paused runs. Times, keys and durations differ from one call to the next.
"""

import base64
import contextlib
import io
import json
import lzma
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import psycopg

from tests import postgres
from tests.upgrade import tables
from tests.upgrade.answers import EXECUTION, PIXELS, call, client, imported
from tests.upgrade.old_folder import ARCHIVE, POSTGRES_FILE, RECORD, ROOT, SQLITE_FILE, OldFolder

WORKER: Final = "old-machine:1"
PAUSED: Final = (7, 8, 9)
# By the number of the paused run: the epoch in which it is stopped, and after how many events of that epoch.
STOPS: Final = {7: (3, 4), 8: (2, 2), 9: (2, 3)}
SMALL: Final = {"dataset": "pen-strokes", "hidden_layers": [8], "activation": "relu", "loss": "cross_entropy"}
ADAM: Final = {**SMALL, "initializer": "he", "optimizer": "adam", "learning_rate": 0.005, "batch_size": 32}
CLASSIC: Final = {
    **SMALL,
    "activation": "sigmoid",
    "loss": "squared_error",
    "initializer": "uniform",
    "shuffle": False,
    "optimizer": "sgd",
    "learning_rate": 0.1,
    "batch_size": 1,
}


def fill() -> dict[str, Any]:
    """Fill the empty data folder that the environment names.

    Returns:
        The token and the session of its account, and the numbers of its paused runs.
    """
    token, session = _account()
    _store_data()
    api = client(authorization=f"Bearer {token}")
    _finish(api, 1, {**ADAM, "epochs": 4, "name": "First steps", "tags": ["small", "class 7b"]})
    _finish(api, 2, {**ADAM, "epochs": 3, "from_version": 1, "augmentation": "mild", "name": "Second look"})
    _import(api, 1)
    _finish(api, 3, {**CLASSIC, "epochs": 4, "error_threshold": 0.3, "name": "Classic", "tags": ["small"]})
    _finish(api, 4, {**SMALL, "hidden_layers": [6, 5], "optimizer": "nesterov", "epochs": 2, "l2": 0.001})
    diverging = {"optimizer": "sgd", "learning_rate": 10.0, "l2": 1.0, "batch_size": 16}
    _finish(api, 5, {**CLASSIC, **diverging, "epochs": 5, "name": "Too fast"}, ends="failed")
    call(api, "POST", "runs", {**ADAM, "epochs": 2, "name": "Stopped early"})
    call(api, "POST", "runs/6/stop")
    _registry(api)
    _corrections(api)
    mixed = {"dropout": 0.1, "augmentation": "mild", "schedule": "cosine"}
    _pause(api, 7, {**ADAM, **mixed, "epochs": 6, "name": "Paused", "tags": ["paused"]})
    _pause(api, 8, {**CLASSIC, "epochs": 5, "name": "Paused, sample by sample"})
    _pause(api, 9, {**ADAM, "dataset": "corrections", "from_version": 2, "epochs": 3, "name": "Paused corrections"})
    # The paused run keeps a copy of the corrections as they were when it started.
    call(api, "PATCH", "corrections/5", {"label": 9})
    call(api, "DELETE", "corrections/6")
    call(api, "POST", "runs", {**ADAM, "epochs": 2, "name": "Queued", "tags": ["later", "class 7b"]})
    return {"token": token, "session": session, "paused": list(PAUSED)}


def _account() -> tuple[str, str]:
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    user = get_user_model().objects.create_superuser("ada", "ada@example.org", "a password for the upgrade test")
    out = io.StringIO()
    call_command("create_token", "ada", name="notebook", stdout=out)
    pages = client()
    pages.force_login(user)
    session = pages.session
    session.set_expiry(100 * 365 * 86_400)
    session.save()
    return out.getvalue().strip(), session.session_key


def _store_data() -> None:
    catalogue, pen_strokes = imported("training.datasets.catalogue"), imported("training.datasets.pen_strokes")
    arrays = pen_strokes.generate(seed=12, train=300, test=100)
    imported("training.datasets.stored").store(arrays, catalogue.folder_of("pen-strokes"))


def _finish(api: Any, run_id: int, body: dict[str, Any], *, ends: str = "completed") -> None:
    assert call(api, "POST", "runs", body)["id"] == run_id
    imported(*EXECUTION).execute(run_id)
    run = call(api, "GET", f"runs/{run_id}")
    assert run["status"] == ends, run


def _pause(api: Any, run_id: int, body: dict[str, Any]) -> None:
    assert call(api, "POST", "runs", body)["id"] == run_id
    observe, started = _stopping(api, run_id)
    imported(*EXECUTION).execute(run_id, observe=observe, started=started)
    run = call(api, "GET", f"runs/{run_id}")
    assert (run["status"], run["epoch"]) == ("stopped", STOPS[run_id][0] - 1), run


def _stopping(api: Any, run_id: int) -> tuple[Callable[[Any], None], Callable[[Any], None]]:
    """The callbacks of `execute` that stop a run in the middle of an epoch."""
    epoch, count = STOPS[run_id]
    left = [count]
    watches: list[Any] = []

    def observe(event: Any) -> None:
        if type(event).__name__ == "BatchProgress" and event.epoch == epoch:
            left[0] -= 1
            if not left[0]:
                call(api, "POST", f"runs/{run_id}/stop")
                watches[0].stop()
        if not left[0] and type(event).__name__ == "EpochFinished":
            raise AssertionError("the run was not stopped in the middle of an epoch")

    return observe, watches.append


def _import(api: Any, number: int) -> None:
    """Import the network of a version from an .npz file, and measure it as a worker does."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    npz = api.get(f"/api/v1/versions/{number}/artifact", {"format": "npz"}).content
    file = SimpleUploadedFile("network.npz", npz)
    answer = api.post("/api/v1/versions/import", {"file": file, "name": "Brought along"})
    assert answer.status_code == 201, answer.content
    imported("training.measurement").measure_version(answer.json()["number"])


def _registry(api: Any) -> None:
    """Aliases with a history, notes, tags, and a version in the trash."""
    call(api, "PATCH", "versions/2", {"notes": "Reads sevens better.\nSee class 7b.", "tags": ["small", "sevens"]})
    call(api, "PATCH", "versions/3", {"notes": "From a colleague – “as is”."})
    for name, number in [("champion", 2), ("champion", 4), ("candidate", 1), ("candidate", 3), ("retired", 1)]:
        call(api, "PUT", f"aliases/{name}", {"version": number})
    call(api, "POST", "aliases/champion/rollback")
    call(api, "DELETE", "aliases/retired")
    call(api, "DELETE", "versions/5")


def _corrections(api: Any) -> None:
    """Twelve corrections: one of strokes, one of an image, ten of pixels; one of them is relabelled."""
    from PIL import Image

    data = imported("training.datasets").load("pen-strokes")
    strokes = [[[40.0, 20.0], [41.5, 60.0], [40.0, 110.0]], [[25.0, 112.0], [60.0, 112.0]]]
    png = io.BytesIO()
    Image.fromarray(255 - np.array(PIXELS, np.uint8).reshape(28, 28)).save(png, "PNG")
    call(api, "POST", "corrections", {"strokes": strokes, "brush": 9.0, "label": 1, "version": 1})
    call(api, "POST", "corrections", {"image": base64.b64encode(png.getvalue()).decode(), "label": 1})
    for x, y in zip(data.x_test[:10].tolist(), data.y_test[:10].tolist(), strict=True):
        call(api, "POST", "corrections", {"pixels": x, "label": y, "version": "candidate"})
    call(api, "PATCH", "corrections/4", {"label": 3})


def _prepare_worker() -> None:
    """Give the worker a name without the host's, and let the trainer emit an event after every step."""
    imported("training.leases").this_process = lambda: WORKER
    imported("nnlib.epoch_loop").SECONDS_BETWEEN_EVENTS = 0.0


def _compact(path: Path) -> None:
    """Move the write-ahead log into the file, and remove free pages."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not list(path.parent.glob(f"{path.name}-*"))


def _postgres_dump(folder: Path, rows: Path, url: str) -> str:
    """The rows as a plain dump, made by the old code's own migrations on the PostgreSQL at `url`."""
    other = OldFolder(folder, url)
    other.manage("migrate", "--verbosity=0")
    # The content types and permissions of the SQLite file come with their numbers.
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE django_content_type CASCADE")
    other.manage("loaddata", "--verbosity=0", str(rows))
    programs = postgres.programs()
    assert programs is not None
    options = ("--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=50")
    dump = subprocess.run([programs / "pg_dump", *options, url], capture_output=True, text=True, check=True).stdout
    # Without comments, and without settings that another version of PostgreSQL may refuse.
    return "\n".join(line for line in dump.splitlines() if not re.match(r"--|\\|SET |$", line)) + "\n"


def _lines(record: dict[str, Any]) -> str:
    """JSON with a line for each table, file, path and run."""
    parts = []
    for key, value in sorted(record.items()):
        if isinstance(value, dict):
            lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in sorted(value.items()))
            parts.append(f" {json.dumps(key)}: {{\n{lines}\n }}")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _packed(folder: Path) -> bytes:
    """The folder as an archive; the same names and contents give the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            member = tarfile.TarInfo(path.relative_to(folder).as_posix())
            member.size, member.mode = path.stat().st_size, 0o600
            with path.open("rb") as file:
                archive.addfile(member, file)
    return lzma.compress(buffer.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def _check_neutral(paths: Iterable[Path]) -> None:
    """Refuse files that name this machine."""
    words = {str(ROOT), tempfile.gettempdir(), str(Path.home()), f"{socket.gethostname()}-"}
    for path in paths:
        content = path.read_bytes()
        found = [word for word in words if word.encode() in content]
        assert not found, f"{path.name} contains {found}"


def make(work: Path) -> None:
    """Make archive and record in the folder `work`."""
    data, plain = OldFolder(work / "data"), work / "plain"
    data.path.mkdir()
    plain.mkdir()
    data.manage("migrate", "--verbosity=0")
    command = [sys.executable, "-m", "tests.upgrade.make_fixture", "fill"]
    filled = subprocess.run(command, cwd=ROOT, env=data.environment(), stdout=subprocess.PIPE, check=True)
    record = json.loads(filled.stdout)
    rows = work / "rows.xml"  # unlike JSON, it keeps microseconds
    data.manage("dumpdata", "--all", "--format=xml", f"--output={rows}")
    for name in ("models", "checkpoints", "datasets"):
        shutil.copytree(data.path / name, plain / name)
    _compact(data.path / SQLITE_FILE)
    shutil.copy(data.path / SQLITE_FILE, plain / SQLITE_FILE)
    with tempfile.TemporaryDirectory(prefix="digitlab-postgres-") as name, postgres.server(Path(name)) as url:
        (plain / POSTGRES_FILE).write_text(_postgres_dump(work / "other", rows, url))
        in_postgres = tables.read_all(tables.PostgreSQL(url))
    in_sqlite = tables.read_all(tables.SQLite(plain / SQLITE_FILE))
    assert {name: len(table.rows) for name, table in in_sqlite.items()} == {
        name: len(table.rows) for name, table in in_postgres.items()
    }
    record["tables"] = {
        "sqlite": {name: table.summary() for name, table in in_sqlite.items()},
        "postgres": {name: table.summary() for name, table in in_postgres.items()},
    }
    record["files"] = OldFolder(plain).files()
    copy = OldFolder(work / "copy")
    shutil.copytree(plain, copy.path)
    record["answers"] = copy.answers("read", record["token"], record["session"])
    record["resumed"] = copy.answers("resume", record["token"], *map(str, PAUSED))
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(_lines(record))
    _check_neutral([RECORD, *(path for path in plain.rglob("*") if path.is_file())])
    ARCHIVE.write_bytes(_packed(plain))


def main(arguments: list[str]) -> None:
    """Make archive and record; with `fill`, only fill the data folder that the environment names."""
    if arguments == ["fill"]:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitlab.settings")
        django.setup()
        _prepare_worker()
        sys.stdout.write(json.dumps(fill()))
        return
    with tempfile.TemporaryDirectory(prefix="digitlab-fixture-") as name:
        make(Path(name))


if __name__ == "__main__":
    main(sys.argv[1:])
