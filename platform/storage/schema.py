"""The migrations of a database, and the schema as it was after the migrations that an archive names."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps.registry import Apps
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from storage.errors import ArchiveError

Migrations = dict[str, list[str]]


def applied(using: str) -> Migrations:
    """The names of the migrations that were applied to a database, by application."""
    found: Migrations = {}
    for app, name in sorted(MigrationRecorder(connections[using]).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def is_current(using: str) -> bool:
    """Whether a database has every migration of this program."""
    executor = MigrationExecutor(connections[using])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


@dataclass(frozen=True, slots=True)
class RecordedSchema:
    """The schema after exactly these migrations.

    Attributes:
        leaves: Those after which no other of the same application was applied.
        apps: The models of that time.
    """

    leaves: list[tuple[str, str]]
    apps: Apps


def recorded_schema(migrations: Migrations, using: str) -> RecordedSchema:
    """The schema of an archive that names these migrations.

    Raises:
        ArchiveError: this program does not have one of them, or they are not a schema that there was.
    """
    loader = MigrationExecutor(connections[using]).loader
    names = {(app, name) for app, found in migrations.items() for name in found}
    if unknown := sorted(names - loader.graph.nodes.keys()):
        raise ArchiveError(
            f"this backup was made by a newer version of Digit Lab (it names the migration {_title(unknown[0])}): "
            "upgrade Digit Lab, then restore"
        )
    for node in sorted(names):
        if missing := [parent for parent in loader.graph.forwards_plan(node) if parent not in names]:
            raise ArchiveError(
                f"the archive is damaged: it names the migration {_title(node)} without {_title(missing[0])} before it"
            )
    leaves = sorted(node for node in names if not _children(loader.graph.node_map[node].children, node[0]) & names)
    return RecordedSchema(leaves, loader.project_state(leaves).apps)


def migrate(using: str, targets: Iterable[tuple[str, str]] | None = None) -> None:
    """Apply every migration up to `targets`, or all; in the transaction of the caller, if there is one."""
    executor = MigrationExecutor(connections[using])
    executor.migrate(executor.loader.graph.leaf_nodes() if targets is None else list(targets))


def _children(nodes: Iterable[object], app: str) -> set[tuple[str, str]]:
    keys = {node.key for node in nodes}  # type: ignore[attr-defined]
    return {key for key in keys if key[0] == app}


def _title(node: tuple[str, str]) -> str:
    return f"{node[0]}.{node[1]}"[:120]
