"""What the code answers about the old data folder: `python -m tests.upgrade.answers read|resume`, run in a subprocess.

It runs under the code of commit a21a63b, where its answers are recorded, and under the present code.
"""

import hashlib
import importlib
import json
import os
import sys
from typing import Any, Final

import django

# Where a worker's function that executes a run is: today, and at commit a21a63b.
EXECUTION: Final = ("training.worker.execution", "training.execution")

# Read with the token of the folder's account.
API_PATHS: Final = (
    "versions",
    *(f"versions/{number}" for number in range(1, 5)),
    "versions/trash",
    "aliases",
    *(f"aliases/{name}/history" for name in ("champion", "candidate", "retired")),
    "corrections",
    "corrections/1",
    "corrections/accuracy?versions=1,2,3,4",
    "runs",
    *(f"runs/{number}" for number in range(1, 11)),
    *(f"runs/{number}/epochs" for number in range(1, 11)),
)
# Read with the session of the folder's account.
PAGE_PATHS: Final = (
    "/versions/1/learning/0.json",
    "/versions/1/learning/4.json",
    "/versions/4/learning/2.json",
    "/runs/7/learning.json",
    "/runs/7/learning/2.json",
)
JSON_TYPE: Final = "application/json"
VERSIONS: Final = (1, 2, 3, 4)
# A straight stroke from top to bottom: a one.
PIXELS: Final = [255 if 13 <= i % 28 <= 15 and 4 <= i // 28 <= 23 else 0 for i in range(784)]


def imported(*names: str) -> Any:
    """The first of these modules that there is."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            # Not a module that it imports in turn.
            if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
                raise
    raise ModuleNotFoundError(f"expected one of the modules {', '.join(names)}")


def client(**headers: str) -> Any:
    """Django's test client, under a host name that the site answers to."""
    from django.test import Client

    return Client(raise_request_exception=False, headers={"host": "localhost", **headers})


def call(client: Any, method: str, path: str, body: Any = None) -> Any:
    """The JSON that a call of the API answers.

    Raises:
        AssertionError: the status is not one of success.
    """
    data = b"" if body is None else json.dumps(body)
    answer = client.generic(method, f"/api/v1/{path}", data, content_type=JSON_TYPE)
    assert 200 <= answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.content[:500]!r}"
    return json.loads(answer.content) if answer.content else None


def read(token: str, session: str) -> dict[str, Any]:
    """Every answer, by its path."""
    assert client().get("/api/v1/versions").status_code == 401
    api, pages = client(authorization=f"Bearer {token}"), client()
    pages.cookies["sessionid"] = session
    return {
        **{path: _content(api.get(f"/api/v1/{path}")) for path in API_PATHS},
        **{path: _content(pages.get(path)) for path in PAGE_PATHS},
        "predict": _content(
            api.post("/api/v1/predict", {"pixels": PIXELS, "versions": [*VERSIONS, "champion"]}, content_type=JSON_TYPE)
        ),
        "artifacts": {str(number): _artifact_sha256(api, number) for number in VERSIONS},
    }


def _content(answer: Any) -> Any:
    """The JSON of a successful answer; status and text of any other, so that only its own comparison fails."""
    if answer.status_code == 200:
        return json.loads(answer.content)
    return {"status": answer.status_code, "text": answer.content[:500].decode(errors="replace")}


def resume(token: str, run_ids: list[int]) -> dict[str, Any]:
    """Resume paused runs and execute each to its end: what became of it, by its number."""
    api = client(authorization=f"Bearer {token}")
    return {str(run_id): _resumed(api, run_id) for run_id in run_ids}


def _resumed(api: Any, run_id: int) -> dict[str, Any]:
    assert call(api, "POST", f"runs/{run_id}/resume")["status"] == "queued"
    assert imported(*EXECUTION).execute(run_id)
    run = call(api, "GET", f"runs/{run_id}")
    if run["version"] is None:
        return {"status": run["status"], "failure": run["failure"], "sha256": "", "file": ""}
    epochs = [epoch["epoch"] for epoch in call(api, "GET", f"runs/{run_id}/epochs")]
    version = call(api, "GET", f"versions/{run['version']}")
    return {
        "status": run["status"],
        "attempt": run["attempt"],
        "epochs": epochs,
        "snapshots": version["snapshots"]["epochs"],
        "sha256": version["sha256"],
        "file": _artifact_sha256(api, run["version"]),
    }


def _artifact_sha256(api: Any, number: int) -> str:
    """The SHA-256 of what the API sends as the model file of a version."""
    answer = api.get(f"/api/v1/versions/{number}/artifact")
    return hashlib.sha256(answer.content).hexdigest()


def main(arguments: list[str]) -> None:
    """Print the answers as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitlab.settings")
    django.setup()
    what, token, *rest = arguments
    answers = read(token, *rest) if what == "read" else resume(token, [int(run_id) for run_id in rest])
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main(sys.argv[1:])
