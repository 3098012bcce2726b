"""A backup restores on a bare folder, on either database, with every row and every file."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.storage.place import Place, rows_in
from tests.upgrade import tables
from tests.upgrade.tables import Table
from weblib.folder_lock import held

pytestmark = pytest.mark.slow
# Sessions stay behind; SQLite numbers the rows of django_migrations as they are applied anew.
LEFT_OUT = {"django_session", "django_migrations"}


def test_sqlite_to_sqlite_keeps_every_value_of_every_column(full_place: Place, archive: Path, tmp_path: Path) -> None:
    restored = Place(tmp_path / "data")
    said = restored.manage("restore", str(archive))
    assert "rows and" in said
    assert "restored from the backup of" in said
    before = {name: table for name, table in tables.read_all(full_place.database()).items() if name not in LEFT_OUT}
    assert tables.differences(before, restored.database()) == []
    assert restored.files() == full_place.files()
    assert restored.manage("verify").startswith("All is well")


def test_to_postgresql_and_back_keeps_every_value_of_every_column(
    full_place: Place, archive: Path, tmp_path: Path, postgres_url: str
) -> None:
    there, back = Place(tmp_path / "there", postgres_url), Place(tmp_path / "back")
    there.manage("restore", str(archive))
    assert there.files() == full_place.files()
    assert there.manage("verify").startswith("All is well")
    there.manage("backup", str(tmp_path / "second.zip"))
    back.manage("restore", str(tmp_path / "second.zip"))
    assert back.files() == full_place.files()
    assert rows_in(tmp_path / "second.zip") == rows_in(archive)
    was, now = tables.read_all(full_place.database()), tables.read_all(back.database())
    assert {name: plain(was[name]) for name in was.keys() - LEFT_OUT} == {
        name: plain(now[name]) for name in was.keys() - LEFT_OUT
    }


def test_new_rows_get_keys_that_are_free_after_a_restore_on_postgresql(
    archive: Path, tmp_path: Path, postgres_url: str
) -> None:
    place = Place(tmp_path / "data", postgres_url)
    place.manage("restore", str(archive))
    before = {row["id"] for row in rows_in(archive)["training.run"]}
    place.manage("create_token", rows_in(archive)["auth.user"][0]["username"])
    answer = place.run("manage.py", "shell", "-c", NEW_RUN)
    assert int(answer.stdout.split()[-1]) == max(before) + 1, answer.stderr


NEW_RUN = """
from training.models import Run
print(Run.objects.create(config={}, max_epochs=1).pk)
"""


def test_an_archive_of_an_older_schema_is_restored_and_migrated(
    old_place: Place, full_place: Place, tmp_path: Path, postgres_url: str
) -> None:
    target = tmp_path / "old.zip"
    answer = old_place.run("-m", "tests.storage.old_archive", str(target))
    assert answer.returncode == 0, answer.stderr
    assert "inference.correction" in rows_in(target)  # a model that is another one today
    for place in (Place(tmp_path / "sqlite"), Place(tmp_path / "postgres", postgres_url)):
        place.manage("restore", str(target))
        assert "No changes" in place.manage("makemigrations", "--check", "--dry-run")
        assert place.manage("verify").startswith("All is well")
        place.manage("backup", str(place.path / "new.zip"))
        full_place.manage("backup", "--force", str(tmp_path / "full.zip"))
        was, now = rows_in(tmp_path / "full.zip"), rows_in(place.path / "new.zip")
        for label in was.keys() - {"contenttypes.contenttype", "auth.permission"}:
            assert now[label] == was[label], label


def test_a_backup_of_a_database_that_is_not_migrated_is_refused(old_place: Place, tmp_path: Path) -> None:
    place = old_place.copy(tmp_path / "data")
    assert "python manage.py migrate, then back up" in place.refused("backup", str(tmp_path / "a.zip"))
    assert not (tmp_path / "a.zip").exists()


def test_an_archive_that_exists_is_overwritten_on_request_only(full_place: Place, tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    target.write_text("mine")
    assert "exists: choose another name, or overwrite it with --force" in full_place.refused("backup", str(target))
    assert target.read_text() == "mine"
    full_place.manage("backup", "--force", str(target))
    assert full_place.manage("verify", str(target)).startswith("All is well")
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_database_with_rows_is_replaced_on_request_only(full_place: Place, archive: Path, tmp_path: Path) -> None:
    place = full_place.copy(tmp_path / "data")
    before = tables.read_all(place.database())
    said = place.refused("restore", str(archive))
    assert "the database has rows (" in said
    assert "replace all with --replace" in said
    assert tables.differences(before, place.database()) == []
    place.manage("shell", "-c", "from training.models import Run; Run.objects.all().delete()")
    place.manage("restore", "--replace", "--no-input", str(archive))
    kept = {name: table for name, table in before.items() if name not in LEFT_OUT}
    assert tables.differences(kept, place.database()) == []


def test_a_replacement_without_a_word_of_confirmation_changes_nothing(
    full_place: Place, archive: Path, tmp_path: Path
) -> None:
    place = full_place.copy(tmp_path / "data")
    before = tables.read_all(place.database())
    answer = place.run("manage.py", "restore", "--replace", str(archive))  # its input is at its end
    assert answer.returncode == 1
    assert "nothing was changed" in answer.stderr
    assert tables.differences(before, place.database()) == []


def test_a_store_with_other_files_is_refused(archive: Path, tmp_path: Path) -> None:
    place = Place(tmp_path / "data")
    (place.path / "models").mkdir(parents=True)
    (place.path / "models" / "mine.pickle").write_text("a network")
    assert "the store has 1 other files (models/mine.pickle …)" in place.refused("restore", str(archive))
    assert [path.name for path in (place.path / "models").iterdir()] == ["mine.pickle"]


def test_a_restore_after_one_that_was_killed_takes_the_files_that_are_there(archive: Path, tmp_path: Path) -> None:
    first, second = Place(tmp_path / "first"), Place(tmp_path / "second")
    first.manage("restore", str(archive))
    second.path.mkdir()
    (first.path / "models").rename(second.path / "models")
    second.manage("restore", str(archive))
    assert second.manage("verify").startswith("All is well")


def test_files_that_cannot_be_moved_leave_rows_and_files_as_they_were(
    full_place: Place, archive: Path, tmp_path: Path
) -> None:
    place = full_place.copy(tmp_path / "data")
    name = next(name for name in place.files() if name.startswith("checkpoints/"))
    folder = (place.path / name).parent
    shutil.rmtree(folder)
    folder.write_text("in the way")
    artifact = next(path for path in (place.path / "models").glob("*.pickle"))
    artifact.write_text("another file of that name")
    before, files = tables.read_all(place.database()), place.files()
    assert "nothing was restored: " in place.refused("restore", "--replace", "--no-input", str(archive))
    assert tables.differences(before, place.database()) == []
    assert place.files() == files
    assert not list(place.path.glob("*/.restore-*"))


def test_a_lab_that_runs_is_not_restored_into(archive: Path, tmp_path: Path) -> None:
    place = Place(tmp_path / "data")
    place.path.mkdir()
    with held(place.path):
        assert f"a lab runs in {place.path} already: stop it first" in place.refused("restore", str(archive))
    assert place.database().columns() == {}


def test_sessions_do_not_travel_and_accounts_and_tokens_do(full_place: Place, archive: Path) -> None:
    found = rows_in(archive)
    assert len(tables.read_all(full_place.database())["django_session"].rows) > 0
    assert "sessions.session" not in found
    assert found["auth.user"][0]["password"]
    assert found["digitlab.apitoken"][0]["fingerprint"]


def plain(table: Table) -> list[str]:
    """The rows with JSON as what it means: PostgreSQL orders the keys of an object."""
    return sorted(repr([meaning(value) for value in row]) for row in table.rows)


def meaning(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        return json.dumps(json.loads(value), sort_keys=True)
    return value
