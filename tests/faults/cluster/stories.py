"""What happens to the hosts: each story is a function that disturbs the cluster while twenty runs train."""

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import redis

from digitlab.database_timeouts import IDLE_IN_TRANSACTION_SECONDS
from tests.faults.cluster.client import Answer, Client
from tests.faults.cluster.lab import LEASE_SECONDS, REDIS_PORT, SCHEDULER_SECONDS, host_of, seconds_until
from tests.faults.cluster.prober import LONGEST_SECONDS, is_plain_refusal
from tests.faults.cluster.scene import Scene
from tests.lab import ROOT
from tests.processes import family, state, until

Story = Callable[[Scene], None]

# A web process that is cut off from its database answers within this.
CUT_OFF_SECONDS: Final = 5.0
CUT_SECONDS: Final = 20.0
STARTER_FILE: Final = ROOT / "inference" / "starter_files" / "starter.pickle"
# The lease and the time between two heartbeats; or the row is locked, when the host was in a transaction. And a turn.
TAKE_OVER_SECONDS: Final = max(LEASE_SECONDS * 5 / 4, IDLE_IN_TRANSACTION_SECONDS) + SCHEDULER_SECONDS + 2.0


def a_worker_host_is_killed(scene: Scene) -> None:
    cluster, host = scene.cluster, scene.cluster.workers[0]
    scene.submit()
    run = scene.wait_for_run_on(host)
    cluster.kill(host)
    _expect_take_over(scene, run)
    cluster.restart(host)
    until(lambda: _has_new_run(scene, host.name), what="a run on the host that is back")


def a_worker_host_is_cut_off_and_reconnected(scene: Scene) -> None:
    cluster, host = scene.cluster, scene.cluster.workers[0]
    scene.submit()
    run = scene.wait_for_run_on(host)
    began = time.monotonic()
    cluster.network.cut_off(host)
    _expect_take_over(scene, run)
    time.sleep(max(0.0, 3 * LEASE_SECONDS - (time.monotonic() - began)))
    cluster.network.plug_in(host)
    seconds = seconds_until(lambda: _has_new_run(scene, host.name, run), what="another run on the reconnected host")
    scene.measured.append(f"reconnected, it trains another run after {seconds:.1f} s")


def a_worker_host_vanishes_inside_an_epochs_transaction(scene: Scene) -> None:
    cluster, host = scene.cluster, scene.cluster.workers[0]
    cluster.traps.set("freeze", host.name)
    scene.submit()
    run_id = int(until(lambda: cluster.traps.frozen_run, what="the moment inside a transaction"))
    worker = family(cluster.services[host.name, "worker"].pid)
    (frozen,) = until(lambda: [pid for pid in worker if state(pid) == "T"], what="the frozen process")
    run = scene.run(run_id)
    cluster.network.cut_off(host)
    began = time.monotonic()
    acts: dict[str, Callable[[], Answer]] = {
        "tags": lambda: scene.client.api("PATCH", f"runs/{run_id}", {"tags": ["kept"]}),
        "delete": lambda: scene.client.api("DELETE", f"runs/{run_id}"),
        "page": lambda: scene.client.page(f"/runs/{run_id}/"),
        "stop": lambda: scene.client.api("POST", f"runs/{run_id}/stop"),
    }
    for name, answer in _at_once(acts).items():
        is_fine = answer.status in {200, 409} or is_plain_refusal(answer)
        scene.expect(is_fine and answer.seconds <= LONGEST_SECONDS, f"{name} of the locked run: {answer}")
        scene.measured.append(f"{name} of the locked run: {answer.status} after {answer.seconds:.1f} s")
    until(lambda: scene.is_queued_again(run) or scene.run(run_id)["status"] == "stopped", what="another worker")
    scene.measured.append(f"the run is taken over {time.monotonic() - began:.1f} s after the cut")
    if scene.run(run_id)["status"] == "stopped":  # a stop that met no lock
        scene.client.call("POST", f"runs/{run_id}/resume")
    until(lambda: scene.run(run_id)["status"] == "completed", within_seconds=120, what="its end elsewhere")
    cluster.network.plug_in(host)
    os.kill(frozen, signal.SIGCONT)
    # The write of the late one is refused; its slot is free again.
    until(lambda: _has_new_run(scene, host.name, run), what="another run on the reconnected host")


def clocks_are_apart(scene: Scene) -> None:
    cluster, (ahead, behind) = scene.cluster, scene.cluster.workers
    cluster.set_clock(ahead, 600)
    cluster.set_clock(behind, -30)
    for host, seconds in ((ahead, 600), (behind, -30)):
        told = float(host.check("date", "+%s", environment={**os.environ, **cluster.extra[host.name]}))
        assert abs(told - time.time() - seconds) < 5, f"the clock of {host.name} is not shifted"
    cluster.wait_until_well()
    scene.submit()
    until(lambda: scene.completed() >= 4, what="four runs")
    run = scene.wait_for_run_on(ahead)
    scene.expect(not any(scene.losses().values()), f"a run bounced: {scene.losses()}")
    cluster.kill(ahead)
    _expect_take_over(scene, run)
    cluster.set_clock(ahead, 600)
    until(lambda: scene.completed() == len(scene.runs), within_seconds=150, what="the end of all runs")
    losses = scene.losses()
    scene.expect(losses.pop(run["id"]) == 1, "the killed host's run was not taken over once")
    scene.expect(not any(losses.values()), f"a run bounced: {losses}")


def redis_is_gone(scene: Scene) -> None:
    scene.submit()
    until(lambda: scene.completed() >= 3, what="three runs")
    scene.cluster.lose_redis()
    before = scene.completed()
    time.sleep(15.0)
    scene.measured.append(f"{scene.completed() - before} runs end in 15 s without Redis")
    scene.cluster.start_redis()
    held = {run["id"] for run in scene.all() if run["status"] != "queued"}
    seconds = seconds_until(
        lambda: any(run["id"] not in held and run["status"] != "queued" for run in scene.all()),
        what="a run that starts after Redis is back",
    )
    scene.measured.append(f"Redis is back: the next run starts after {seconds:.1f} s")


def a_web_is_cut_off_from_the_database(scene: Scene) -> None:
    cluster, web = scene.cluster, scene.cluster.other_web
    client = cluster.client(web, has_session=True)
    requests: dict[str, Callable[[], Answer]] = {
        "page": lambda: client.page("/runs/"),
        "api": lambda: client.api("GET", "runs"),
        "readyz": lambda: client.page("/readyz"),
        "livez": lambda: client.page("/livez"),
    }
    scene.submit()
    scene.wait_for_run_on(cluster.workers[0])
    _at_once(requests)  # the pool has connections when the cable is cut
    cluster.network.cut_between(web, cluster.database)
    longest = dict.fromkeys(requests, 0.0)
    began = time.monotonic()
    while time.monotonic() - began < CUT_SECONDS:
        for name, answer in _at_once(requests).items():
            longest[name] = max(longest[name], answer.seconds)
            is_fine = answer.status == (200 if name == "livez" else 503)
            scene.expect(is_fine and answer.seconds <= CUT_OFF_SECONDS, f"cut off, {name}: {answer}")
    told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in longest.items())
    scene.measured.append(f"cut off for {CUT_SECONDS:g} s, longest waits: {told}")
    cluster.network.join(web, cluster.database)
    seconds = seconds_until(
        lambda: all(answer.status == 200 for answer in _at_once(requests).values()), what="answers after the cut"
    )
    scene.measured.append(f"joined again, it answers after {seconds:.1f} s")


def the_schedulers_host_is_gone(scene: Scene) -> None:
    cluster, host = scene.cluster, scene.cluster.other_web
    scene.submit()
    until(lambda: scene.completed() >= 2, what="two runs")
    cluster.kill(host)
    before = scene.completed()
    seconds = seconds_until(lambda: not _health(scene.client)["scheduler"], within_seconds=30, what="the notice")
    scene.measured.append(f"/healthz names the scheduler after {seconds:.1f} s")
    health = _health(scene.client)
    wrong = [name for name, value in health.items() if value is False]
    scene.expect(wrong == ["scheduler"], f"/healthz: {health}")
    scene.expect(scene.client.page("/readyz").status == 200, "/readyz of the other web is not 200")
    ended = scene.completed() - before
    scene.measured.append(f"{ended} runs end meanwhile")
    scene.expect(ended > 0, "no run went on without the scheduler")
    cluster.restart(host)
    seconds = seconds_until(lambda: _health(scene.client)["status"] == "ok", what="health")
    scene.measured.append(f"started again, /healthz is well after {seconds:.1f} s")


def messages_are_lost_among_waiting_runs(scene: Scene) -> None:
    scene.submit()
    with redis.Redis(scene.cluster.database.address, REDIS_PORT) as client:
        # Those of the runs that were queued first are taken from the right.
        lost = [message for _ in range(3) if (message := client.rpop("celery"))]
    scene.expect(lost, "no message waited")
    scene.measured.append(f"{len(lost)} messages lost")
    until(lambda: scene.completed() == len(scene.runs), within_seconds=150, what="the end of all runs")
    started = [scene.run(run.id)["started"] for run in scene.runs]
    scene.expect(started == sorted(started), f"the runs started in another order: {started}")


def a_training_hangs(scene: Scene) -> None:
    cluster, host = scene.cluster, scene.cluster.workers[0]
    stall_seconds = 3.0
    cluster.traps.set("hang", host.name)
    cluster.restart(host, STALL_SECONDS=str(stall_seconds))
    cluster.wait_until_well()
    scene.submit()
    until(lambda: cluster.traps.is_sprung("hang", host.name), what="the training that hangs")
    run = scene.wait_for_run_on(host)
    seconds = seconds_until(lambda: scene.is_queued_again(run), within_seconds=30, what="the watchdog")
    scene.measured.append(f"with STALL_SECONDS={stall_seconds:g}, killed after {seconds:.1f} s")
    seconds = seconds_until(
        lambda: scene.running_on(host, least_epoch=0, most_epoch=8), what="the next run of its slot"
    )
    scene.measured.append(f"its slot trains a run {seconds:.1f} s later")
    scene.expect(any("made no progress" in text for text in scene.events(run["id"])), "its log does not say why")


def a_worker_host_is_killed_with_its_checkpoints(scene: Scene) -> None:
    """Each host has a data folder of its own."""
    scene.may_begin_again = True
    a_worker_host_is_killed(scene)
    until(lambda: scene.completed() == len(scene.runs), within_seconds=150, what="the end of all runs")
    begun_again = sum("begins again from its seed" in " ".join(scene.events(run.id)) for run in scene.runs)
    scene.measured.append(f"{begun_again} run begins again from its seed")
    scene.expect(begun_again >= 1, "no run began again: the host was not killed with a checkpoint")


def an_import_is_measured_where_the_data_are(scene: Scene) -> None:
    """Each host has a data folder of its own; webs and the scheduler have no data set."""
    cluster = scene.cluster
    webs = (cluster.web, cluster.other_web)
    scene.submit()
    number = scene.client.import_version(STARTER_FILE.read_bytes(), "an import")["number"]
    seconds = seconds_until(
        lambda: "test_accuracy" in scene.client.call("GET", f"versions/{number}")["metrics"],
        what="the measurement of the import",
    )
    scene.measured.append(f"an import is measured after {seconds:.1f} s")
    for web in webs:
        client = cluster.client(web, has_session=True)
        states = {one["key"]: one["state"] for one in client.call("GET", "datasets")["items"]}
        scene.expect(states["pen-strokes"] == "ready", f"{web.name} has the data sets {states}")
        card = client.page("/datasets/").text.partition("Pen strokes</h2>")[2].partition("</section>")[0]
        scene.expect("<dt>At hand</dt><dd>yes</dd>" in card, f"the page of {web.name} shows {card}")
        found = list(cluster.data_dir(web).glob("datasets/*"))
        scene.expect(not found, f"{web.name} has a data set of its own: {found}")


def _expect_take_over(scene: Scene, run: dict[str, Any]) -> None:
    seconds = seconds_until(lambda: scene.is_queued_again(run), what="the take-over")
    scene.measured.append(f"its run is queued again after {seconds:.1f} s")
    scene.expect(seconds < TAKE_OVER_SECONDS, f"the take-over took {seconds:.1f} s")


def _has_new_run(scene: Scene, host: str, before: dict[str, Any] | None = None) -> bool:
    """Whether a host trains a run, another one than `before`; true if none is left to train."""
    runs = scene.all()
    if all(run["status"] == "completed" for run in runs):
        return True
    others = [run for run in runs if before is None or run["id"] != before["id"]]
    return any(run["status"] == "running" and host_of(run["worker"]) == host for run in others)


def _health(client: Client) -> dict[str, Any]:
    return dict(client.page("/healthz").json)


def _at_once(requests: dict[str, Callable[[], Answer]]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}

    def send(name: str) -> None:
        answers[name] = requests[name]()

    threads = [threading.Thread(target=send, args=(name,)) for name in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def _names(*stories: Story) -> dict[str, Story]:
    return {story.__name__: story for story in stories}


WITH_SHARED_FOLDER: Final = _names(
    a_worker_host_is_killed,
    a_worker_host_is_cut_off_and_reconnected,
    a_worker_host_vanishes_inside_an_epochs_transaction,
    redis_is_gone,
    a_web_is_cut_off_from_the_database,
    the_schedulers_host_is_gone,
    messages_are_lost_among_waiting_runs,
    a_training_hangs,
    clocks_are_apart,
)
WITH_OWN_FOLDERS: Final = _names(an_import_is_measured_where_the_data_are, a_worker_host_is_killed_with_its_checkpoints)
STORIES: Final = {**WITH_SHARED_FOLDER, **WITH_OWN_FOLDERS}
