"""What a training process does to itself at a chosen moment: it freezes, or hangs.

A trap is set on a host by a file; the first training there that comes to the moment takes the file away.
"""

from pathlib import Path
from typing import Final, Literal

Kind = Literal["freeze", "hang"]

# Imported by every process when it starts; counts in those that train.
SITE: Final = """
import os, sys

if "worker" in sys.orig_argv:
    from celery.signals import worker_process_init

    def set_traps(**_kwargs):
        import signal, socket, time
        from pathlib import Path

        from nnlib.epoch_loop import EpochLoop
        from training.worker import leases

        folder = Path(os.environ["TEST_TRAPS"])
        write, finish = leases.write, EpochLoop._finish_epoch

        def is_sprung(kind):
            trap = folder / f"{kind}-{socket.gethostname()}"
            try:
                trap.rename(folder / f"sprung-{trap.name}")
            except FileNotFoundError:
                return False
            return True

        def write_and_freeze(lease, **fields):
            write(lease, **fields)
            if fields.get("last_epoch") == 3 and is_sprung("freeze"):
                (folder / "frozen-run").write_text(str(lease.run_id))
                os.kill(os.getpid(), signal.SIGSTOP)

        def finish_or_hang(loop):
            if loop._progress.epoch == 2 and is_sprung("hang"):
                time.sleep(3600)
            return finish(loop)

        leases.write, EpochLoop._finish_epoch = write_and_freeze, finish_or_hang

    worker_process_init.connect(set_traps, weak=False)
"""


class Traps:
    """The folder of the traps, which every host sees."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "site").mkdir(parents=True)
        (folder / "site" / "sitecustomize.py").write_text(SITE)

    @property
    def site(self) -> Path:
        """A folder for PYTHONPATH."""
        return self._folder / "site"

    @property
    def environment(self) -> dict[str, str]:
        """What processes find the folder by."""
        return {"TEST_TRAPS": str(self._folder)}

    def set(self, kind: Kind, host: str) -> None:
        """Set a trap: "freeze" inside the transaction of epoch 3, or "hang" at the end of it."""
        (self._folder / "frozen-run").unlink(missing_ok=True)
        (self._folder / f"sprung-{kind}-{host}").unlink(missing_ok=True)
        (self._folder / f"{kind}-{host}").touch()

    def is_sprung(self, kind: Kind, host: str) -> bool:
        """Whether a training came to it."""
        return (self._folder / f"sprung-{kind}-{host}").exists()

    @property
    def frozen_run(self) -> int:
        """The run whose process was frozen; 0 while there is none."""
        try:
            return int((self._folder / "frozen-run").read_text() or 0)
        except FileNotFoundError:
            return 0
