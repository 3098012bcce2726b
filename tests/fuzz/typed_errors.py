"""Run with a generated client on the path: which class it makes of each error answer, as JSON.

python typed_errors.py http://127.0.0.1:8000 '[["listRuns", 400], …]'
"""

import importlib
import json
import pkgutil
import re
import sys
from typing import Any

import httpx
import lab_client
from lab_client import Client, models

BODIES = {
    422: {"detail": [{"loc": ["body", "epochs"], "msg": "must be at least 1; got 0"}], "code": "validation"},
    None: {"detail": "there is no run 7", "code": "not_found"},
}


def operations() -> dict[str, Any]:
    """The module of each operation by its id."""
    found = {}
    for module in pkgutil.walk_packages(lab_client.__path__, "lab_client."):
        if module.name.startswith("lab_client.api.") and not module.ispkg:
            words = module.name.rpartition(".")[2]
            found[re.sub("_(.)", lambda match: match[1].upper(), words)] = importlib.import_module(module.name)
    return found


def main() -> None:
    """Print the classes of error answers: of every documented one, and of some that a lab really gives."""
    address, documented = sys.argv[1], json.loads(sys.argv[2])
    client, calls = Client(base_url=address, raise_on_unexpected_status=True), operations()
    parsed = [[operation, status, _class_of(calls[operation], client, status)] for operation, status in documented]
    live = {
        "cursor": calls["listRuns"].sync_detailed(client=client, cursor="x"),
        "missing": calls["getRun"].sync_detailed(999_999, client=client),
        "champion": calls["deleteAlias"].sync_detailed("champion", client=client),
        "epochs": calls["submitRun"].sync_detailed(client=client, body=models.RunRequest(epochs=0)),
        "empty": calls["predict"].sync_detailed(client=client, body=models.PredictRequest(strokes=[])),
    }
    answers = {
        name: [answer.status_code, type(answer.parsed).__name__, answer.parsed.code] for name, answer in live.items()
    }
    json.dump({"parsed": parsed, "live": answers}, sys.stdout)


def _class_of(call: Any, client: Any, status: int) -> str:
    response = httpx.Response(status, json=BODIES.get(status, BODIES[None]))
    return type(call._build_response(client=client, response=response).parsed).__name__


if __name__ == "__main__":
    main()
