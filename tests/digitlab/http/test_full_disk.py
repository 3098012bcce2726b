"""A disk without room is said: 507, "the disk is full", on pages and in the API, and nothing is half kept."""

import contextlib
import errno
import http.client
import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client

from inference.model_files.pickle import network_pickle
from tests.lab import ROOT, Lab
from training.configuration.run_config import RunConfig
from training.runs.services import submit_run
from weblib.outages import DATABASE_UNAVAILABLE, STORAGE_FULL, Outage, outage_of

STARTER = ROOT / "inference" / "starter_files" / "starter.pickle"


def caused_by(cause: Exception) -> OperationalError:
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), STORAGE_FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), STORAGE_FULL),
        (OSError(errno.EACCES, "Permission denied"), None),
        (caused_by(psycopg.errors.DiskFull("could not extend file")), STORAGE_FULL),
        (caused_by(psycopg.errors.LockNotAvailable("canceling statement")), DATABASE_UNAVAILABLE),
    ],
)
def test_a_full_disk_is_told_from_other_errors(error: Exception, outage: Outage | None) -> None:
    assert outage_of(error) is outage


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/api/v1/runs/{}", "/runs/{}/delete/"])
def test_a_database_without_room_answers_507(client: Client, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite can be given a limit of pages")
    monkeypatch.setattr("training.messaging.queue.enqueue_on_commit", lambda _run_id: None)
    run = submit_run(RunConfig(epochs=1))
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            # Pages that earlier tests freed are filled first.
            for _ in range(2000):
                answer = client.post("/api/v1/runs", {"name": "n" * 90}, content_type="application/json")
                if answer.status_code != 201:
                    break
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert (answer.status_code, answer.json()["code"]) == (507, "storage.full")
    assert client.get(path.format(run.pk).replace("delete/", "")).status_code == 200


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab whose model store and temporary folder are small file systems."""
    folder = tmp_path_factory.mktemp("full")
    store, temporary = folder / "store", folder / "temporary"
    for path in (store, temporary):
        path.mkdir()
    size = 3 * STARTER.stat().st_size // 2
    mounts = f"mount -t tmpfs -o size={size} none {store} && mount -t tmpfs -o size=1m none {temporary}"
    prefix = ["unshare", "-m", "sh", "-c", f'{mounts} && exec "$@"', "sh"]
    allowed = shutil.which("unshare") and subprocess.run([*prefix, "true"], capture_output=True, check=False)
    if not allowed or allowed.returncode:
        pytest.skip("mounting a small file system is not allowed here")
    lab = Lab(folder / "lab", prefix=prefix, DIGITLAB_MODEL_STORE=str(store), TMPDIR=str(temporary))
    yield lab.start()
    assert lab.stop() == 0, lab.output()


def post(lab: Lab, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", lab.port, timeout=30)) as client:
        client.request("POST", path, body, headers)
        response = client.getresponse()
        return response.status, response.read()


def upload(data: bytes) -> dict[str, Any]:
    body = b"--x\r\nContent-Disposition: form-data; name=file; filename=a.pickle\r\n\r\n%s\r\n--x--\r\n" % data
    return {"body": body, "Content_Type": "multipart/form-data; boundary=x"}


@pytest.mark.processes
def test_a_model_store_without_room_answers_507_and_keeps_nothing(lab: Lab) -> None:
    network = network_pickle.network_from_bytes(STARTER.read_bytes())
    network.weights[0][0, 0] += 1
    parts = upload(network_pickle.network_to_bytes(network))
    status, answer = post(lab, "/api/v1/versions/import", parts["body"], **{"Content-Type": parts["Content_Type"]})
    assert (status, json.loads(answer)) == (507, {"detail": STORAGE_FULL.message, "code": STORAGE_FULL.code})
    assert [version["number"] for version in lab.call("GET", "versions")[1]["items"]] == [1]


@pytest.mark.processes
@pytest.mark.parametrize(
    ("path", "begin"), [("/api/v1/versions/import", b'{"detail"'), ("/versions/import/", b"the disk")]
)
def test_a_temporary_folder_without_room_answers_507(lab: Lab, path: str, begin: bytes) -> None:
    parts = upload(bytes(2_700_000))  # Django keeps up to 2.5 MB in memory
    status, answer = post(lab, path, parts["body"], **{"Content-Type": parts["Content_Type"]})
    assert status == 507
    assert answer.startswith(begin)
    assert b"the disk is full" in answer
