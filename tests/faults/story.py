"""A story: a run is disturbed, comes to its end all the same, and is held against one that nothing happened to."""

import contextlib
import urllib.error
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.kinds import KINDS, ON_POSTGRES
from tests.faults.scene import CONFIG, Scene
from tests.lab import Lab
from tests.processes import until

TIMEOUT_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What the run ends with when nothing happens to it."""

    epochs: list[dict[str, Any]]
    sha256: str


@dataclass(slots=True)
class Verdict:
    """What one story lost; nothing, if all is well."""

    kind: str
    seed: int
    faults: int = 0
    epochs_lost: int = 0
    epochs_doubled: int = 0
    wrong_states: int = 0
    double_versions: int = 0
    orphan_files: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def is_survived(self) -> bool:
        """Whether nothing at all was lost."""
        return not self.problems


class Stories:
    """Tells one story after another in the same lab."""

    def __init__(self, lab: Lab, *, postgres_folder: Path | None = None) -> None:
        self.lab, self.postgres_folder = lab, postgres_folder
        self._deaths: dict[str, list[float]] = {}
        self._undisturbed: Undisturbed | None = None

    def tell(self, kind: str, seed: int) -> Verdict:
        """Let this kind of fault happen to a run, at moments that the seed chooses, and judge what came of it."""
        undisturbed = self._undisturbed = self._undisturbed or self._without_faults()
        scene = Scene(self.lab, seed, self._deaths, self.postgres_folder)
        verdict = Verdict(kind, seed)
        try:
            {**KINDS, **ON_POSTGRES}[kind](scene)
        except AssertionError as error:
            verdict.problems.append(str(error))
        verdict.faults = scene.faults
        if scene.run_id:
            self._judge(scene, undisturbed, verdict)
            scene.watcher.stop()
            self._clear(scene)
        return verdict

    def _without_faults(self) -> Undisturbed:
        scene = Scene(self.lab, 0, self._deaths)
        scene.submit()
        run = self.lab.wait_for(scene.run_id, "completed", "failed", within_seconds=TIMEOUT_SECONDS)
        assert run["status"] == "completed", run
        scene.watcher.stop()
        undisturbed = Undisturbed(_comparable(self._epochs(scene)), self._versions(scene)[0]["sha256"])
        # Its model file goes too: each story writes it anew.
        self._clear(scene)
        return undisturbed

    def _judge(self, scene: Scene, undisturbed: Undisturbed, verdict: Verdict) -> None:
        run = self._end_of(scene)
        log = "\n".join(f"    {event['at'][11:23]} {event['status']}: {event['text']}" for event in run["events"])
        if run["status"] != "completed":
            verdict.wrong_states += 1
            verdict.problems.append(f"the run is {run['status']} {run['failure']}\n{log}")
            return
        _hold_against(self._epochs(scene), undisturbed.epochs, "the database", verdict)
        versions = self._versions(scene)
        if len(versions) != 1:
            verdict.double_versions += len(versions) - 1
            verdict.problems.append(f"{len(versions)} versions were published\n{log}")
        if [version["sha256"] for version in versions[:1]] != [undisturbed.sha256]:
            verdict.problems.append(f"the network is another one\n{log}")
        self._judge_watcher(scene, undisturbed, verdict)
        self._judge_files(scene, verdict)
        try:
            until(scene.is_well, within_seconds=30, what="health")
        except AssertionError as error:
            verdict.wrong_states += 1
            verdict.problems.append(str(error))

    def _judge_watcher(self, scene: Scene, undisturbed: Undisturbed, verdict: Verdict) -> None:
        watcher = scene.watcher
        try:
            until(lambda: watcher.statuses[-1:] == ["completed"], within_seconds=20, what="the watcher's last message")
        except AssertionError as error:
            verdict.wrong_states += 1
            verdict.problems.append(str(error))
        _hold_against(watcher.epochs, undisturbed.epochs, "the watcher", verdict)

    def _judge_files(self, scene: Scene, verdict: Verdict) -> None:
        try:
            # The scheduler sweeps what a killed process has left half-written.
            until(lambda: not self._orphans(scene), within_seconds=15, what="the end of orphan files")
        except AssertionError:
            orphans = self._orphans(scene)
            verdict.orphan_files += len(orphans)
            verdict.problems.append(f"orphan files: {orphans}")

    def _orphans(self, scene: Scene) -> list[str]:
        """Checkpoints of a run that needs none, and model files that belong to no version."""
        versions = self._all_versions()
        known = {f"{version['sha256']}.pickle" for version in versions}
        known |= {f"{version['snapshots']['sha256']}.snapshots" for version in versions if version["snapshots"]}
        checkpoints = [str(path) for path in (self.lab.data_dir / "checkpoints").glob(f"{scene.run_id}/*")]
        return checkpoints + [path.name for path in scene.models.iterdir() if path.name not in known]

    def _end_of(self, scene: Scene) -> dict[str, Any]:
        """The run when nothing more happens to it by itself, or when patience is over."""
        ended = ("completed", "failed", "stopped")
        with contextlib.suppress(AssertionError):
            until(lambda: scene.run()["status"] in ended, within_seconds=TIMEOUT_SECONDS)
        return scene.run()

    def _epochs(self, scene: Scene) -> list[dict[str, Any]]:
        return list(self.lab.call("GET", f"runs/{scene.run_id}/epochs")[1])

    def _versions(self, scene: Scene) -> list[dict[str, Any]]:
        return [version for version in self._all_versions() if version["name"] == scene.name]

    def _all_versions(self) -> list[dict[str, Any]]:
        try:
            return list(self.lab.call("GET", "versions?limit=200")[1]["items"])
        except urllib.error.URLError:
            return []

    def _clear(self, scene: Scene) -> None:
        """Delete run and version, which must free their files."""
        for version in self._versions(scene):
            self.lab.call("DELETE", f"versions/{version['number']}?forever=true")
        self.lab.call("DELETE", f"runs/{scene.run_id}")


def _comparable(epochs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The epochs without what no two runs share: the time they took."""
    return [{name: value for name, value in epoch.items() if name != "seconds"} for epoch in epochs]


def _hold_against(epochs: list[dict[str, Any]], expected: list[dict[str, Any]], whose: str, verdict: Verdict) -> None:
    numbers = [epoch["epoch"] for epoch in epochs]
    wanted = list(range(1, CONFIG["epochs"] + 1))
    if numbers != wanted:
        verdict.epochs_lost += len(set(wanted) - set(numbers))
        verdict.epochs_doubled += sum(count - 1 for count in Counter(numbers).values())
        verdict.problems.append(f"{whose} has the epochs {numbers}")
    elif _comparable(epochs) != expected:
        verdict.problems.append(f"{whose} has other numbers than an undisturbed run")
