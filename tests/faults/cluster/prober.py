"""Uses a web process all the time while things happen elsewhere, and notes how long each answer took."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from tests.faults.cluster.client import Answer, Client
from weblib.outages import DATABASE_UNAVAILABLE

LONGEST_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.5
DRAWING: Final = {"pixels": [0] * 400 + [255] * 384, "versions": [1]}


@dataclass(slots=True)
class Waits:
    """The answers of one kind of request."""

    count: int = 0
    refused: int = 0  # 503, in plain words
    longest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def take(self, answer: Answer) -> None:
        """Note one answer."""
        self.count += 1
        self.longest = max(self.longest, answer.seconds)
        if is_plain_refusal(answer):
            self.refused += 1
        elif answer.status == 0 or answer.status >= 500:
            self.wrong.append(str(answer))


class Prober:
    """Between entering and leaving: a run's page, its tags, its stop, and predictions, each in a thread of its own.

    Args:
        client: of the web process; logged in.
        run_id: of a run that is stopped, so that a stop changes nothing.
    """

    def __init__(self, client: Client, run_id: int) -> None:
        self.waits: dict[str, Waits] = {}
        self._ended = threading.Event()
        requests: dict[str, Callable[[], Answer]] = {
            "page": lambda: client.page(f"/runs/{run_id}/"),
            "tags": lambda: client.api("PATCH", f"runs/{run_id}", {"tags": ["probed"]}),
            "stop": lambda: client.api("POST", f"runs/{run_id}/stop"),
            "prediction": lambda: client.api("POST", "predict", DRAWING),
        }
        self._threads = []
        for name, send in requests.items():
            self.waits[name] = Waits()
            self._threads.append(threading.Thread(target=self._probe, args=(send, self.waits[name]), daemon=True))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(60)

    @property
    def longest_seconds(self) -> float:
        """The longest wait of all."""
        return max(waits.longest for waits in self.waits.values())

    def problems(self) -> list[str]:
        """What was not answered, or not in time, or with an error that is not a refusal in plain words."""
        found = []
        for name, waits in self.waits.items():
            if waits.longest > LONGEST_SECONDS:
                found.append(f"{name}: answered after {waits.longest:.1f} s")
            if not waits.count:
                found.append(f"{name}: never answered")
            found += [f"{name}: {wrong}" for wrong in waits.wrong[:3]]
        return found

    def _probe(self, send: Callable[[], Answer], waits: Waits) -> None:
        while not self._ended.wait(PAUSE_SECONDS):
            waits.take(send())


def is_plain_refusal(answer: Answer) -> bool:
    """Whether it is the 503 of a database that is away, as a page or from the API."""
    message = DATABASE_UNAVAILABLE.message[1:]
    return answer.status == 503 and message in answer.text
