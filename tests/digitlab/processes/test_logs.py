"""Lines of the log: one run is followed through web, worker and scheduler, as text and as JSON."""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.functional import SimpleLazyObject
from pythonjsonlogger.json import JsonFormatter

from digitlab.processes import logs, role
from tests.lab import Lab, store_small_pen_strokes
from weblib import log_context


def lines(lab: Lab, name: str) -> list[dict[str, Any]]:
    """What a process logged, each line an object; Celery prints a word to the terminal when it stops."""
    printed = (lab.data_dir / "logs" / f"{name}.log").read_text().splitlines()
    return [json.loads(line) for line in printed if line.strip() and not line.startswith("worker: Warm shutdown")]


@pytest.mark.processes
def test_one_run_is_followed_through_all_processes(tmp_path: Path) -> None:
    lab = Lab(tmp_path, LOG_FORMAT="json", LOG_LEVEL="INFO", WORKER_SLOTS="1", LEASE_SECONDS="2")
    store_small_pen_strokes(lab.data_dir / "datasets")
    lab.start()
    try:
        run_id = lab.submit(epochs=10_000, hidden_layers=[250])
        lab.wait_for(run_id, "running")
        killed = next(line["pid"] for line in lines(lab, "worker") if line["run"] == run_id)
        os.kill(killed, signal.SIGKILL)
        while lab.wait_for(run_id, "running", "queued")["attempt"] < 2:
            time.sleep(0.1)
        lab.call("POST", f"runs/{run_id}/stop")
        lab.wait_for(run_id, "stopped")
    finally:
        assert lab.stop() == 0, lab.output()
    said = {
        name: [line for line in lines(lab, name) if line["run"] == run_id] for name in ("web", "worker", "scheduler")
    }
    assert said["web"][0]["message"] == "submitted"
    messages = [line["message"] for name in ("worker", "scheduler") for line in said[name]]
    assert any(re.match("running: ", message) for message in messages)
    assert any("was lost" in message for message in messages)
    assert any(re.match("stopped: ", message) for message in messages)
    for name, found in said.items():
        assert {line["process"] for line in found} <= {name}
        for line in found:
            assert line.keys() == {"time", "level", "process", "pid", "logger", "message", "run", "user"}
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}", line["time"])
    assert {line["process"] for line in lines(lab, "scheduler")} <= {"scheduler"}


def formatted(kind: Any, text: str) -> str:
    """One line as a process writes it."""
    record = logging.LogRecord("training.worker", logging.WARNING, __file__, 1, text, None, None)
    logs.WithContext().filter(record)
    configuration = logs.configuration("INFO", kind)["formatters"][kind]
    if kind == "text":
        return logging.Formatter(configuration["format"]).format(record)
    options = {name: value for name, value in configuration.items() if name not in {"()", "format"}}
    return JsonFormatter(configuration["format"], **options).format(record)


def test_a_line_names_the_run_and_the_account_where_one_is_concerned() -> None:
    assert formatted("text", "saved").endswith(f"WARNING {role.current()}[{os.getpid()}] training.worker: saved")
    log_context.begin_request(SimpleNamespace(user=User(username="ada\n")), 7)
    try:
        assert formatted("text", "saved").endswith("training.worker: saved [run=7 user='ada\\n']")
        line = json.loads(formatted("json", 'say "it"\n'))
        assert (line["message"], line["run"], line["user"], line["level"]) == ('say "it"\n', 7, "ada\n", "WARNING")
        with log_context.about_run(8):
            assert "[run=8 " in formatted("text", "saved")
        assert "[run=7 " in formatted("text", "saved")
    finally:
        log_context.begin_request(None, None)


def test_a_line_causes_no_query_for_the_account() -> None:
    def query() -> None:
        raise AssertionError("the account was queried")

    log_context.begin_request(SimpleNamespace(user=SimpleLazyObject(query)), None)
    try:
        assert log_context.current_user() == ""
    finally:
        log_context.begin_request(None, None)


@pytest.mark.django_db
def test_a_request_on_a_run_is_logged_with_it(client: Client) -> None:
    for path in ("/runs/99/", "/api/v1/runs/99"):
        assert client.get(path).status_code == 404
        assert log_context.current_run() == 99
    client.get("/runs/")
    assert log_context.current_run() is None
    log_context.begin_request(None, None)


def test_the_access_log_of_the_server_stays_off() -> None:
    program = (
        "import logging.config; from digitlab.processes import logs\n"
        "logging.getLogger('uvicorn.access').propagate = False  # as --no-access-log does\n"
        "logging.config.dictConfig(logs.configuration('WARNING', 'text'))\n"
        "print(logging.getLogger('uvicorn.access').hasHandlers())"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"
