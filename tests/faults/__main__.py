"""`make faults`: story after story, and a table of what was lost (nothing, if all is well).

    python -m tests.faults --count 100 --seed 1 [--postgres] [--redis 7.0] [--kind NAME] [--no-cluster]
    python -m tests.faults --cluster [--story NAME] [--runs 20]

The first runs the stories of the cluster too, where network namespaces are allowed; the second runs only those.
Each story's moments come from a seed of its own, which is printed when it goes wrong: `--kind` and `--seed` repeat it.
"""

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests import (
    environment,  # noqa: F401 -- before settings are read
    postgres,
    redis_servers,
)
from tests.faults import figures
from tests.faults.cluster import outside
from tests.faults.cluster.stories import STORIES
from tests.faults.kinds import KINDS, ON_POSTGRES
from tests.faults.scene import QUICK
from tests.faults.story import Stories, Verdict
from tests.lab import Lab, store_small_pen_strokes

COLUMNS = ("faults", "survived", "epochs lost", "doubled", "wrong states", "double versions", "orphan files")


def main() -> int:
    """The exit status: 0 when every story was survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--count", type=int, default=100, help="at least this many faults (default: 100)")
    parser.add_argument("--seed", type=int, default=1, help="of the first story; each has the next number")
    parser.add_argument(
        "--kind", action="append", choices=[*KINDS, *ON_POSTGRES], help="only this kind; may be given several times"
    )
    parser.add_argument("--postgres", action="store_true", help="on a throw-away PostgreSQL instead of SQLite")
    parser.add_argument("--redis", choices=[*redis_servers.servers()], help="the version of Redis (default: the lab's)")
    parser.add_argument("--cluster", action=argparse.BooleanOptionalAction, help="only what happens between hosts")
    parser.add_argument("--story", action="append", choices=[*STORIES], help="of the cluster; several times if need be")
    parser.add_argument("--runs", type=int, default=outside.RUNS, help="in each story of the cluster (default: 20)")
    options = parser.parse_args()
    # So that folders are removed when another process ends this one.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if options.cluster or options.story:
        return outside.tell(options.story or (), runs=options.runs)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitlab.settings")
    kinds = options.kind or [*KINDS, *(ON_POSTGRES if options.postgres else ())]
    verdicts: list[Verdict] = []
    with _lab(on_postgres=options.postgres, redis=options.redis) as (lab, postgres_folder):
        stories = Stories(lab, postgres_folder=postgres_folder)
        while sum(verdict.faults for verdict in verdicts) < options.count:
            kind, began = kinds[len(verdicts) % len(kinds)], time.monotonic()
            verdict = stories.tell(kind, options.seed + len(verdicts))
            verdicts.append(verdict)
            _say(f"{verdict.seed:5} {kind.replace('_', ' '):56} {time.monotonic() - began:5.1f} s")
            for problem in verdict.problems:
                _say(f"      LOST: {problem}")
    _say(_table(verdicts, kinds))
    if not options.kind and all(verdict.is_survived for verdict in verdicts):
        with _lab(on_postgres=options.postgres, redis=options.redis, is_quick=False) as (lab, _):
            _say("\nWith the usual settings:\n" + "\n".join(f"- {line}" for line in figures.report(lab)))
    between_hosts = 0
    if not options.kind and options.cluster is None:
        _say("")
        between_hosts = outside.tell(runs=options.runs)
    return between_hosts if all(verdict.is_survived for verdict in verdicts) else 1


@contextlib.contextmanager
def _lab(*, on_postgres: bool, redis: str | None, is_quick: bool = True) -> Iterator[tuple[Lab, Path | None]]:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="digitlab-faults-")))
        database, server = {}, None
        if on_postgres:
            server = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="digitlab-postgres-")))
            database = {"DATABASE_URL": stack.enter_context(postgres.server(server))}
        server_path = {"PATH": redis_servers.path_with(redis, folder / "bin")} if redis else {}
        lab = Lab(folder / "data", **{**(QUICK if is_quick else {}), **database, **server_path})
        store_small_pen_strokes(lab.data_dir / "datasets")
        lab.start()
        stack.callback(lab.stop, signal.SIGTERM)
        yield lab, server


def _table(verdicts: list[Verdict], kinds: list[str]) -> str:
    lines = [f"\n| what happens | stories | {' | '.join(COLUMNS)} |", f"| --- |{' ---: |' * (len(COLUMNS) + 1)}"]
    for title, chosen in [(kind, [verdict for verdict in verdicts if verdict.kind == kind]) for kind in kinds] + [
        ("all", verdicts)
    ]:
        numbers = [
            len(chosen),
            sum(one.faults for one in chosen),
            sum(one.is_survived for one in chosen),
            sum(one.epochs_lost for one in chosen),
            sum(one.epochs_doubled for one in chosen),
            sum(one.wrong_states for one in chosen),
            sum(one.double_versions for one in chosen),
            sum(one.orphan_files for one in chosen),
        ]
        lines.append(f"| {title.replace('_', ' ')} | {' | '.join(map(str, numbers))} |")
    return "\n".join(lines)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
