"""A damaged or hostile archive is refused with a sentence before anything is written."""

import copy
import hashlib
import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage.archive import ArchiveReader, ArchiveWriter
from storage.errors import ArchiveError
from tests.storage.place import Place

Entries = dict[str, bytes]
FACTS: dict[str, Any] = {
    "program_version": "0.2.0",
    "made_at": "2026-11-30T00:00:00+00:00",
    "database": "sqlite",
    "migrations": {},
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An archive of two rows and one file."""
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        writer = ArchiveWriter(file)
        writer.add_rows("training.run", [b'{"id":1}\n', b'{"id":2}\n'])
        writer.add_file("models", "a.pickle", [b"many ", b"numbers"])
        writer.finish(**FACTS)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ArchiveError) as caught, ArchiveReader.open(path) as archive:
        archive.check()
    return str(caught.value)


def rewritten(path: Path, change: Callable[[Entries], object]) -> Path:
    """The archive with other entries."""
    with zipfile.ZipFile(path) as file:
        kinds = {info.filename: info.compress_type for info in file.infolist()}
        entries = {name: file.read(name) for name in file.namelist()}
    change(entries)
    with zipfile.ZipFile(path, "w") as file:
        for name, data in entries.items():
            file.writestr(name, data, compress_type=kinds.get(name, zipfile.ZIP_STORED))
    return path


def manifest(entries: Entries, **changes: Any) -> None:
    entries["manifest.json"] = json.dumps({**json.loads(entries["manifest.json"]), **changes}).encode()


def test_what_was_written_is_read(small: Path) -> None:
    with ArchiveReader.open(small) as archive:
        archive.check()
        assert list(archive.lines("training.run")) == [b'{"id":1}\n', b'{"id":2}\n']
        assert [b"".join(archive.chunks(file)) for file in archive.files] == [b"many numbers"]
        assert archive.manifest.rows["training.run"].count == 2


def test_it_begins_with_its_magic_and_version(small: Path) -> None:
    assert b"digitlab-backup 1\n" in small.read_bytes()[:80]


def test_every_flipped_bit_of_the_content_is_found(small: Path) -> None:
    whole = small.read_bytes()
    start = whole.index(b"many numbers")
    for place in range(start, start + 12):
        data = bytearray(whole)
        data[place] ^= 1
        small.write_bytes(data)
        assert refusal(small).startswith("the archive is damaged: files/models/a.pickle")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_short_is_refused(small: Path, share: float) -> None:
    data = small.read_bytes()
    small.write_bytes(data[: int(share * len(data))])
    assert "is another file, or damaged" in refusal(small)


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(b"no archive")
    assert "expected a backup of Digit Lab" in refusal(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.txt", "something")
    assert refusal(path) == "expected a backup of Digit Lab; got another ZIP file"
    assert refusal(tmp_path / "nowhere.zip").endswith("cannot be read: No such file or directory")


def test_a_newer_format_is_refused_in_words(small: Path) -> None:
    rewritten(small, lambda entries: entries.update(FORMAT=b"digitlab-backup 2\n"))
    assert refusal(small) == (
        "this backup has format 2, made by a newer version of Digit Lab; this version reads up to format 1: upgrade "
        "Digit Lab, then restore"
    )


@pytest.mark.parametrize(
    "name",
    ["../outside", "/etc/passwd", "files/models/../../outside", "files/models/.hidden", "a\\b", "files/models/x:y"],
)
def test_a_name_that_leads_elsewhere_is_refused(small: Path, name: str) -> None:
    rewritten(small, lambda entries: entries.update({name: b"x"}))
    assert "has a name that leads elsewhere" in refusal(small)


def test_a_name_that_leads_elsewhere_in_the_list_of_files_is_refused(small: Path) -> None:
    def change(entries: Entries) -> None:
        line = b'{"store": "models", "name": "../../outside", "size_bytes": 1, "sha256": ""}\n'
        entries["files.jsonl"] = line
        part = {"count": 1, "size_bytes": len(line), "sha256": hashlib.sha256(line).hexdigest()}
        manifest(entries, files=part)

    rewritten(small, change)
    assert "its list of files has" in refusal(small)


def test_a_link_is_refused(small: Path) -> None:
    with zipfile.ZipFile(small, "a") as file:
        info = zipfile.ZipInfo("files/models/link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(info, "/etc/passwd")
    assert "is a link or a folder; expected plain files" in refusal(small)


def test_an_entry_that_the_manifest_does_not_name_is_refused(small: Path) -> None:
    rewritten(small, lambda entries: entries.update({"files/models/more": b"x"}))
    assert "its entries are not those that its manifest names" in refusal(small)


def test_an_entry_that_is_there_twice_is_refused(small: Path) -> None:
    with zipfile.ZipFile(small, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("files/models/a.pickle", b"another")
    assert "is there twice" in refusal(small)


def test_an_entry_that_is_missing_is_refused(small: Path) -> None:
    rewritten(small, lambda entries: entries.pop("rows/training.run.jsonl"))
    assert "its entries are not those that its manifest names" in refusal(small)


def test_other_rows_than_the_manifest_names_are_refused(small: Path) -> None:
    rewritten(small, lambda entries: entries.update({"rows/training.run.jsonl": b'{"id":1}\n{"id":3}\n'}))
    assert refusal(small).startswith("the archive is damaged: rows/training.run.jsonl has another SHA-256")


def test_a_bomb_is_refused_before_it_is_expanded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("FORMAT", "digitlab-backup 1\n")
        file.writestr("rows/training.run.jsonl", bytes(64 * 1024 * 1024), compress_type=zipfile.ZIP_DEFLATED)
    assert "expands to 67,108,864 bytes from" in refusal(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("FORMAT", "digitlab-backup 1\n")
        file.writestr("files/models/a", bytes(1024), compress_type=zipfile.ZIP_DEFLATED)
    assert "compressed in a way that backups are not" in refusal(path)


def test_entries_that_overlap_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "overlapping.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("FORMAT", "digitlab-backup 1\n")
        file.writestr("files/models/0", bytes(100_000))
        # Names for the same bytes, as in a bomb that needs no compression.
        for number in range(1, 10):
            info = copy.copy(file.getinfo("files/models/0"))
            info.filename = f"files/models/{number}"
            file.filelist.append(info)
    assert refusal(path) == "the archive is damaged or hostile: its entries overlap"


def test_a_manifest_that_cannot_be_read_is_refused(small: Path) -> None:
    rewritten(small, lambda entries: entries.update({"manifest.json": b"{"}))
    assert refusal(small) == "the archive is damaged: its manifest cannot be read"


@pytest.mark.slow
def test_a_damaged_archive_leaves_a_bare_folder_bare(archive: Path, tmp_path: Path) -> None:
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as file:
        info = next(info for info in file.infolist() if info.filename.startswith("files/models/"))
    data[info.header_offset + 200] ^= 4
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(data)
    place = Place(tmp_path / "data")
    assert "the archive is damaged: files/models/" in place.refused("restore", str(damaged))
    assert place.files() == {}
    assert place.database().columns() == {}
    assert not list(place.path.glob("*/.restore-*"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"migrations": {"training": ["0001_initial", "0999_from_the_future"]}},
            "it names the migration training.0999",
        ),
        ({"migrations": {"training": ["0002_lists_that_stay_fast"]}}, "without "),
        ({"migrations": {}}, "it has rows of "),
    ],
)
def test_migrations_that_this_program_cannot_have_had_are_refused(
    archive: Path, tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    path = tmp_path / "changed.zip"
    path.write_bytes(archive.read_bytes())
    rewritten(path, lambda entries: manifest(entries, **change))
    place = Place(tmp_path / "data")
    assert sentence in place.refused("restore", str(path))
    assert place.database().columns() == {}


@pytest.mark.slow
def test_rows_that_contradict_each_other_restore_nothing(archive: Path, tmp_path: Path, postgres_url: str) -> None:
    def change(entries: Entries) -> None:
        lines = entries["rows/training.epoch.jsonl"].splitlines(keepends=True)
        first = json.loads(lines[0])
        lines[0] = json.dumps({**first, "run_id": 999_999}).encode() + b"\n"
        data = entries["rows/training.epoch.jsonl"] = b"".join(lines)
        parts = json.loads(entries["manifest.json"])["rows"]
        parts["training.epoch"] |= {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        manifest(entries, rows=parts)

    path = tmp_path / "changed.zip"
    path.write_bytes(archive.read_bytes())
    rewritten(path, change)
    for place in (Place(tmp_path / "sqlite"), Place(tmp_path / "postgres", postgres_url)):
        assert "nothing was restored; the database refused a row" in place.refused("restore", str(path))
        assert place.files() == {}
        assert place.database().columns() == {}
