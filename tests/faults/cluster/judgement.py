"""What a story's runs must end with: what undisturbed ones have, once each, in the database and on a page."""

import contextlib
from dataclasses import dataclass
from typing import Any, Final

from tests.faults.cluster.client import Client
from tests.faults.watcher import Watcher
from tests.processes import until

CONFIG: Final[dict[str, Any]] = {
    "dataset": "pen-strokes",
    "hidden_layers": [192],
    "batch_size": 16,
    "epochs": 8,
    "dropout": 0.1,
}
SEEDS: Final = (11, 12, 13, 14)
RUN_SECONDS: Final = 180.0


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What the run of one seed ends with when nothing happens to it."""

    epochs: list[dict[str, Any]]
    sha256: str


@dataclass(frozen=True, slots=True)
class WatchedRun:
    """A run of a story and the page that watches it."""

    id: int
    name: str
    seed: int
    watcher: Watcher


def measure_undisturbed(client: Client) -> dict[int, Undisturbed]:
    """Train a run of each seed while nothing happens."""
    ids = {seed: submit(client, seed, f"undisturbed {seed}") for seed in SEEDS}
    found = {}
    for seed, run_id in ids.items():
        run = end_of(client, run_id)
        assert run["status"] == "completed", run
        version = client.call("GET", f"versions/{run['version']}")
        found[seed] = Undisturbed(_comparable(client.call("GET", f"runs/{run_id}/epochs")), version["sha256"])
        clear(client, run_id, f"undisturbed {seed}")
    return found


def submit(client: Client, seed: int, name: str) -> int:
    """Queue a run; its id."""
    return int(client.call("POST", "runs", {**CONFIG, "seed": seed, "name": name})["id"])


def end_of(client: Client, run_id: int) -> dict[str, Any]:
    """The run when it has ended, or when it has had time enough."""
    ended = {"completed", "failed", "stopped"}
    with contextlib.suppress(AssertionError):
        until(lambda: client.call("GET", f"runs/{run_id}")["status"] in ended, within_seconds=RUN_SECONDS)
    return dict(client.call("GET", f"runs/{run_id}"))


def clear(client: Client, run_id: int, name: str) -> None:
    """Delete a run and its versions, whatever it does."""
    if client.api("POST", f"runs/{run_id}/stop").status == 200:
        end_of(client, run_id)
    for version in versions_named(client, name):
        client.api("DELETE", f"versions/{version['number']}?forever=true")
    client.api("DELETE", f"runs/{run_id}")


def versions_named(client: Client, name: str) -> list[dict[str, Any]]:
    """The versions of that name."""
    return [one for one in client.call("GET", "versions?limit=200")["items"] if one["name"] == name]


def judge(client: Client, run: WatchedRun, expected: Undisturbed, *, may_begin_again: bool = False) -> list[str]:
    """What is wrong with a run that a story happened to; nothing, if all is well.

    Args:
        client: of a web process.
        run: whose turn it is.
        expected: of an undisturbed run of the same seed.
        may_begin_again: whether a page may be sent the epochs anew, since the checkpoint was on a host that is gone.
    """
    ended = end_of(client, run.id)
    if ended["status"] != "completed":
        log = "\n".join(f"    {event['at'][11:23]} {event['status']}: {event['text']}" for event in ended["events"])
        return [f"{run.name} is {ended['status']} {ended['failure']}\n{log}"]
    problems = []
    for whose, epochs in (
        ("the database", client.call("GET", f"runs/{run.id}/epochs")),
        ("the watching page", _watched(run.watcher, may_begin_again=may_begin_again)),
    ):
        numbers = [epoch["epoch"] for epoch in epochs]
        if numbers != [epoch["epoch"] for epoch in expected.epochs]:
            problems.append(f"{run.name}: {whose} has the epochs {numbers}")
        elif _comparable(epochs) != expected.epochs:
            problems.append(f"{run.name}: {whose} has other numbers than an undisturbed run")
    hashes = [version["sha256"] for version in versions_named(client, run.name)]
    if hashes != [expected.sha256]:
        problems.append(f"{run.name}: expected one version {expected.sha256[:12]}; got {[one[:12] for one in hashes]}")
    return problems


def _watched(watcher: Watcher, *, may_begin_again: bool) -> list[dict[str, Any]]:
    try:
        until(lambda: watcher.statuses[-1:] == ["completed"], within_seconds=20, what="the end on a watching page")
    except AssertionError:
        return []
    if not may_begin_again:
        return watcher.epochs
    firsts = [place for place, epoch in enumerate(watcher.epochs) if epoch["epoch"] == 1]
    return watcher.epochs[firsts[-1] :]


def _comparable(epochs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The epochs without what no two runs share: the time they took."""
    return [{name: value for name, value in epoch.items() if name != "seconds"} for epoch in epochs]
