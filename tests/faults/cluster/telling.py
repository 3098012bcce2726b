"""Tells stories in the cluster, inside its namespaces, and prints what was lost and how long clients waited."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.cluster.judgement import Undisturbed, clear, judge, measure_undisturbed, submit
from tests.faults.cluster.lab import Cluster
from tests.faults.cluster.prober import Prober
from tests.faults.cluster.scene import Scene
from tests.faults.cluster.stories import STORIES, WITH_OWN_FOLDERS, WITH_SHARED_FOLDER


@dataclass(slots=True)
class Verdict:
    """What came of one story."""

    name: str
    seconds: float = 0.0
    longest_seconds: float = 0.0
    answers: int = 0
    refused: int = 0
    measured: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def tell(folder: Path, names: Sequence[str], *, runs: int) -> int:
    """Tell these stories; the exit status is 0 when all were survived."""
    verdicts = []
    for stories, has_shared_folder in ((WITH_SHARED_FOLDER, True), (WITH_OWN_FOLDERS, False)):
        chosen = [name for name in stories if name in names]
        if chosen:
            verdicts += _tell_in_one_cluster(folder, chosen, has_shared_folder=has_shared_folder, runs=runs)
    _say(_table(verdicts))
    return 1 if any(verdict.problems for verdict in verdicts) else 0


def _tell_in_one_cluster(folder: Path, names: Sequence[str], *, has_shared_folder: bool, runs: int) -> list[Verdict]:
    folder /= "one" if has_shared_folder else "own"
    began = time.monotonic()
    verdicts = []
    with Cluster(folder, has_shared_folder=has_shared_folder) as cluster:
        undisturbed = measure_undisturbed(cluster.client(cluster.web))
        kind = "one data folder" if has_shared_folder else "data folders of their own and a bucket"
        _say(f"Five hosts with {kind}, up and measured after {time.monotonic() - began:.0f} s")
        for name in names:
            verdict = _tell_one(cluster, undisturbed, name, runs)
            verdicts.append(verdict)
            _say(f"{verdict.seconds:5.0f} s  {name.replace('_', ' ')}")
            for line in verdict.measured:
                _say(f"         {line}")
            for problem in verdict.problems:
                _say(f"      LOST: {problem}")
            if verdict.problems:
                _say(cluster.ends_of_logs())
    return verdicts


def _tell_one(cluster: Cluster, undisturbed: dict[int, Undisturbed], name: str, runs: int) -> Verdict:
    began, verdict = time.monotonic(), Verdict(name)
    cluster.repair()
    scene = Scene(cluster, name, runs)
    probed = submit(scene.client, 1, f"probed while {name}")
    scene.client.call("POST", f"runs/{probed}/stop")
    with Prober(scene.client, probed) as prober:
        try:
            STORIES[name](scene)
            cluster.repair()
            for run in scene.runs:
                verdict.problems += judge(
                    scene.client, run, undisturbed[run.seed], may_begin_again=scene.may_begin_again
                )
        except Exception as error:  # the boundary of a story: the others are told all the same
            verdict.problems.append(f"{type(error).__name__}: {error}")
    verdict.problems += [*scene.problems, *prober.problems()]
    verdict.measured = scene.measured
    verdict.longest_seconds = prober.longest_seconds
    verdict.answers = sum(waits.count for waits in prober.waits.values())
    verdict.refused = sum(waits.refused for waits in prober.waits.values())
    scene.stop_watching()
    if verdict.problems:  # what one story has broken is not the next one's
        for host in cluster.hosts[2:]:
            cluster.restart(host)
        cluster.wait_until_well()
    for run in scene.runs:
        clear(scene.client, run.id, run.name)
    clear(scene.client, probed, "")
    verdict.seconds = time.monotonic() - began
    return verdict


def _table(verdicts: list[Verdict]) -> str:
    lines = [
        "",
        "| what happens | held | longest wait | answers, of them 503 | measured |",
        "| --- | --- | ---: | ---: | --- |",
    ]
    for verdict in verdicts:
        held = "no" if verdict.problems else "yes"
        wait, answers = f"{verdict.longest_seconds:.1f} s", f"{verdict.answers}, {verdict.refused}"
        lines.append(
            f"| {verdict.name.replace('_', ' ')} | {held} | {wait} | {answers} | {'; '.join(verdict.measured)} |"
        )
    return "\n".join(lines)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
