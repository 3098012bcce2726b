"""Child processes of the supervisor: started in sessions of their own, restarted when they die, never orphaned."""

import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from digitlab.processes.parent_death import die_with_parent

DEATHS_AT_MOST = 5
WITHIN_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 8.0
LOG_BYTES = 5_000_000


class SupervisedProcess:
    """One process of the lab and its log file; one that is not `lasting` may end by itself.

    One that is `nice` lets the others go first on a busy machine.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        lasting: bool = True,
        nice: int = 0,
    ) -> None:
        self.name, self._lasting, self._nice = name, lasting, nice
        self._command, self._environment, self.log = list(command), dict(environment), log
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths: deque[float] = deque(maxlen=DEATHS_AT_MOST)
        self._start_at = 0.0

    @property
    def pid(self) -> int | None:
        """The process id, while it lives."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start the process; its output goes to its log file, which is begun anew when it has grown large."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        mode = "wb" if self.log.exists() and self.log.stat().st_size > LOG_BYTES else "ab"
        with self.log.open(mode) as output:
            self._process = self._spawn(output)

    def restart_if_dead(self) -> str:
        """See to it that the process lives; answers a sentence when it had died, else nothing.

        Raises:
            ChildProcessError: it has died too often; the message says how.
        """
        if self._process is None:
            if time.monotonic() >= self._start_at:
                self.start()
            return ""
        code = self._process.poll()
        if code is None or not self._lasting:
            return ""
        self.kill_group()
        self._process = None
        now = time.monotonic()
        self._deaths.append(now)
        recent = [death for death in self._deaths if now - death < WITHIN_SECONDS]
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        if len(recent) >= DEATHS_AT_MOST:
            raise ChildProcessError(
                f"{self.name} died {len(recent)} times within a minute ({how}).\n{self.last_words()}"
            )
        pause = min(LONGEST_PAUSE_SECONDS, 0.25 * 2 ** len(recent))
        self._start_at = now + pause
        return f"{self.name} died ({how}); it is started again. Its log: {self.log}"

    def stop(self, *, grace_seconds: float, number: int = signal.SIGTERM) -> None:
        """Send the process a signal, wait, then kill its whole group."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(grace_seconds)
        self.kill_group()
        process.wait()
        self._process = None

    def kill_group(self) -> None:
        """End whatever is left of the process's own session."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def last_words(self, *, lines: int = 15) -> str:
        """The end of its log."""
        try:
            text = self.log.read_text(errors="replace")
        except OSError:
            return ""
        return "\n".join(f"  {line}" for line in text.splitlines()[-lines:])

    def _spawn(self, output: IO[bytes]) -> "subprocess.Popen[bytes]":
        supervisor = os.getpid()

        def prepare() -> None:
            die_with_parent(signal.SIGTERM)
            if os.getppid() != supervisor:  # it was killed before the kernel knew
                os._exit(1)
            os.nice(self._nice)

        return subprocess.Popen(  # noqa: S603 -- commands are ours
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509 -- the supervisor has one thread
        )
