"""Twenty runs in a cluster where something is about to happen, and the words in which that is told."""

from typing import Any

from tests.faults.cluster.client import Client
from tests.faults.cluster.hosts import Host
from tests.faults.cluster.judgement import SEEDS, WatchedRun, submit
from tests.faults.cluster.lab import Cluster, host_of
from tests.faults.watcher import Watcher
from tests.processes import until


class Scene:
    """The runs, and what was measured of them."""

    def __init__(self, cluster: Cluster, name: str, runs: int) -> None:
        self.cluster, self.name, self._count = cluster, name, runs
        self.client: Client = cluster.client(cluster.web, has_session=True)
        self.runs: list[WatchedRun] = []
        self.measured: list[str] = []
        self.problems: list[str] = []
        self.may_begin_again = False

    def submit(self) -> None:
        """Queue the runs, each watched by a page of the other web."""
        web = self.cluster.other_web
        for number in range(self._count):
            seed, name = SEEDS[number % len(SEEDS)], f"{self.name} {number + 1}"
            run_id = submit(self.client, seed, name)
            watcher = Watcher(self.cluster.url(web), run_id, token=self.client.token)
            watcher.start()
            self.runs.append(WatchedRun(run_id, name, seed, watcher))

    def run(self, run_id: int) -> dict[str, Any]:
        """A run as the API shows it."""
        return dict(self.client.call("GET", f"runs/{run_id}"))

    def all(self) -> list[dict[str, Any]]:
        """The runs, the first that was submitted first."""
        own = {run.id for run in self.runs}
        items = self.client.call("GET", "runs?limit=200")["items"]
        return sorted((one for one in items if one["id"] in own), key=lambda one: one["id"])

    def running_on(self, host: Host, *, least_epoch: int = 0, most_epoch: int = 5) -> dict[str, Any] | None:
        """A run that the host trains and that has so many epochs; None while there is none."""
        for run in self.all():
            is_running = run["status"] == "running" and host_of(run["worker"]) == host.name
            if is_running and least_epoch <= run["epoch"] <= most_epoch:
                return run
        return None

    def wait_for_run_on(self, host: Host, *, least_epoch: int = 2) -> dict[str, Any]:
        """A run in the middle of its training on that host."""
        found = until(lambda: self.running_on(host, least_epoch=least_epoch), what=f"a run on {host.name}")
        return dict(found)

    def is_queued_again(self, run: dict[str, Any]) -> bool:
        """Whether the run was taken from the worker that had it."""
        now = self.run(run["id"])
        return now["status"] == "queued" or now["attempt"] > run["attempt"] or now["status"] == "completed"

    def completed(self) -> int:
        """How many runs are done."""
        return sum(run["status"] == "completed" for run in self.all())

    def events(self, run_id: int) -> list[str]:
        """The lines of a run's log."""
        return [event["text"] for event in self.run(run_id)["events"]]

    def losses(self) -> dict[int, int]:
        """How often the worker of each run was lost."""
        return {run.id: sum(" was lost in epoch" in text for text in self.events(run.id)) for run in self.runs}

    def expect(self, condition: object, problem: str) -> None:
        """Note a problem unless the condition holds."""
        if not condition:
            self.problems.append(problem)

    def stop_watching(self) -> None:
        """End the pages."""
        for run in self.runs:
            run.watcher.stop()
