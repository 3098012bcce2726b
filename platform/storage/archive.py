"""The format of a backup: one ZIP file, written as a stream and read by name.

    FORMAT                  "digitlab-backup 1", first and uncompressed: the magic and the version
    rows/training.run.jsonl one line of JSON per row (`storage.rows`), one entry per model
    files/models/<name>     the files that rows name, uncompressed, by store
    files.jsonl             one line per file: store, name, size, SHA-256
    manifest.json           the program's version, the migrations applied, and count, size and SHA-256 of each part

An entry that the manifest does not name, a link, a path that leaves its folder, an entry that is larger than it says,
and a hash that does not match are refused before anything is written.
"""

import contextlib
import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from storage.errors import ArchiveError

FORMAT: Final = "digitlab-backup"
FORMAT_VERSION: Final = 1
CHUNK_BYTES: Final = 1024 * 1024
# A name in a store: at most two folders, no dot in front, nothing that leads elsewhere.
SAFE_NAME: Final = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,150}/){0,2}[A-Za-z0-9_][A-Za-z0-9_.-]{0,150}")
_LABEL: Final = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
_MANIFEST: Final = "manifest.json"
_FILES: Final = "files.jsonl"
_MAX_MANIFEST_BYTES: Final = 8 * 1024 * 1024
_MAX_LINE_BYTES: Final = 128 * 1024 * 1024
# Rows shrink to a tenth, rarely to a fiftieth; what expands further is refused, unless it is small.
_MAX_RATIO: Final = 300
_SMALL_BYTES: Final = 16 * 1024 * 1024
_MAX_ENTRIES: Final = 5_000_000

Progress = Callable[[str, int, int], None]
"""Called with what is done, how much of it, and of how much."""


def no_progress(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""


class Part(BaseModel):
    """An entry of the archive: how many rows or files, how many bytes, and their SHA-256."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: int
    size_bytes: int
    sha256: str


class Manifest(BaseModel):
    """What an archive says of itself."""

    model_config = ConfigDict(frozen=True)

    format: str
    format_version: int
    program_version: str
    made_at: str
    database: str
    # The names of the migrations that had been applied, by application.
    migrations: dict[str, list[str]]
    rows: dict[str, Part]
    # Of the list of files; the bytes of the files themselves are `file_bytes`.
    files: Part
    file_bytes: int
    # What was missing or damaged when the backup was made, a sentence each.
    problems: list[str] = []


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file in an archive."""

    store: str
    name: str
    size_bytes: int
    sha256: str

    @property
    def entry(self) -> str:
        """Its name in the ZIP file."""
        return f"files/{self.store}/{self.name}"


@dataclass(slots=True)
class ArchiveWriter:
    """Writes an archive to an open file, entry by entry; nothing is kept in memory but names and hashes."""

    file: IO[bytes]
    rows: dict[str, Part] = field(default_factory=dict)
    files: list[ArchivedFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _zip: zipfile.ZipFile = field(init=False)

    def __post_init__(self) -> None:
        self._zip = zipfile.ZipFile(self.file, "w", allowZip64=True)
        self._entry("FORMAT", [f"{FORMAT} {FORMAT_VERSION}\n".encode()], compress=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # where the archive is not finished, the file is thrown away
            self._zip.close()

    def add_rows(self, label: str, lines: Iterable[bytes]) -> Part:
        """Write the rows of a model."""
        self.rows[label] = self._entry(f"rows/{label}.jsonl", lines, compress=True)
        return self.rows[label]

    def add_file(self, store: str, name: str, chunks: Iterable[bytes]) -> ArchivedFile:
        """Write a file of a store."""
        part = self._entry(f"files/{store}/{name}", chunks, compress=False)
        self.files.append(ArchivedFile(store, name, part.size_bytes, part.sha256))
        return self.files[-1]

    def finish(self, **facts: Any) -> Manifest:
        """Write the list of files and the manifest; `facts` are its other fields."""
        lines = (json.dumps(asdict(file)).encode() + b"\n" for file in self.files)
        manifest = Manifest(
            format=FORMAT,
            format_version=FORMAT_VERSION,
            rows=self.rows,
            files=self._entry(_FILES, lines, compress=True),
            file_bytes=sum(file.size_bytes for file in self.files),
            problems=self.problems,
            **facts,
        )
        self._entry(_MANIFEST, [manifest.model_dump_json(indent=1).encode()], compress=True)
        self._zip.close()
        return manifest

    def _entry(self, name: str, chunks: Iterable[bytes], *, compress: bool) -> Part:
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFREG | 0o600) << 16
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        count, size, digest = 0, 0, hashlib.sha256()
        with self._zip.open(info, "w", force_zip64=True) as entry:
            for chunk in chunks:
                entry.write(chunk)
                digest.update(chunk)
                count, size = count + 1, size + len(chunk)
        return Part(count=count, size_bytes=size, sha256=digest.hexdigest())


class ArchiveReader:
    """An archive whose structure was checked; `check` compares the content with the hashes.

    Args:
        file: The opened ZIP file.
        size_bytes: Of the whole file.

    Raises:
        ArchiveError: it is no backup, or of a newer program, or its entries are not those that the manifest names.
    """

    def __init__(self, file: zipfile.ZipFile, size_bytes: int) -> None:
        self._zip = file
        self._entries = _checked_entries(file, size_bytes)
        self._check_magic()
        self.manifest = self._manifest()
        self.files = list(self._listed_files())
        expected = {f"rows/{label}.jsonl" for label in self.manifest.rows} | {one.entry for one in self.files}
        expected |= {"FORMAT", _MANIFEST, _FILES}
        if not all(_LABEL.fullmatch(label) for label in self.manifest.rows) or expected != self._entries.keys():
            raise ArchiveError("the archive is damaged: its entries are not those that its manifest names")

    @classmethod
    @contextlib.contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """The archive in a file.

        Raises:
            ArchiveError: as the class; or the file cannot be read.
        """
        try:
            with zipfile.ZipFile(path) as file:
                yield cls(file, path.stat().st_size)
        except zipfile.BadZipFile as error:
            raise ArchiveError(
                f"expected a backup of Digit Lab; {path} is another file, or damaged ({error})"
            ) from error
        except OSError as error:
            if error.filename is None or Path(error.filename) != path:
                raise
            raise ArchiveError(f"{path} cannot be read: {error.strerror}") from error

    def check(self, progress: Progress = no_progress) -> None:
        """Compare every entry with its size and hash; nothing is written.

        Raises:
            ArchiveError: one does not match; the message names it.
        """
        for label in self.manifest.rows:
            for _ in self.lines(label):
                pass
        total, done = self.manifest.file_bytes, 0
        for file in self.files:
            for chunk in self.chunks(file):
                done += len(chunk)
                progress("checking", done, total)

    def lines(self, label: str) -> Iterator[bytes]:
        """The rows of a model.

        Raises:
            ArchiveError: after the last, if they are not those that the manifest names.
        """
        return self._lines(f"rows/{label}.jsonl", self.manifest.rows[label])

    def chunks(self, file: ArchivedFile) -> Iterator[bytes]:
        """The bytes of a file.

        Raises:
            ArchiveError: after the last, if they are not those that the list of files names.
        """
        digest, left = hashlib.sha256(), file.size_bytes
        with _damage_named(file.entry), self._zip.open(self._entries[file.entry]) as entry:
            while chunk := entry.read(CHUNK_BYTES):
                digest.update(chunk)
                left -= len(chunk)
                if left < 0:
                    break
                yield chunk
        if left or digest.hexdigest() != file.sha256:
            raise ArchiveError(f"the archive is damaged: {file.entry} has another SHA-256 or size than its list says")

    def _lines(self, name: str, part: Part) -> Iterator[bytes]:
        count, size, digest = 0, 0, hashlib.sha256()
        with _damage_named(name), self._zip.open(self._entries[name]) as entry:
            while line := entry.readline(_MAX_LINE_BYTES):
                digest.update(line)
                count, size = count + 1, size + len(line)
                if size > part.size_bytes or not line.endswith(b"\n"):
                    break
                yield line
        if (count, size, digest.hexdigest()) != (part.count, part.size_bytes, part.sha256):
            raise ArchiveError(f"the archive is damaged: {name} has another SHA-256 or size than its manifest says")

    def _check_magic(self) -> None:
        text = self._small("FORMAT").decode("ascii", "replace").split()
        if len(text) != 2 or text[0] != FORMAT or not text[1].isdigit():
            raise ArchiveError("expected a backup of Digit Lab; got another ZIP file")
        if int(text[1]) > FORMAT_VERSION:
            raise ArchiveError(
                f"this backup has format {text[1][:20]}, made by a newer version of Digit Lab; this version reads up "
                f"to format {FORMAT_VERSION}: upgrade Digit Lab, then restore"
            )

    def _manifest(self) -> Manifest:
        try:
            return Manifest.model_validate_json(self._small(_MANIFEST))
        except ValidationError as error:
            raise ArchiveError("the archive is damaged: its manifest cannot be read") from error

    def _listed_files(self) -> Iterator[ArchivedFile]:
        for line in self._lines(_FILES, self.manifest.files):
            try:
                file = ArchivedFile(**json.loads(line))
                is_plain = SAFE_NAME.fullmatch(file.entry.removeprefix("files/")) is not None
            except (TypeError, ValueError):
                is_plain = False
            if not is_plain or type(file.size_bytes) is not int:
                raise ArchiveError(f"the archive is damaged or hostile: its list of files has {line[:80]!r}")
            yield file

    def _small(self, name: str) -> bytes:
        if name not in self._entries:
            raise ArchiveError("expected a backup of Digit Lab; got another ZIP file")
        if self._entries[name].file_size > _MAX_MANIFEST_BYTES:
            raise ArchiveError(f"the archive is damaged or hostile: {name} says that it is larger than 8 MB")
        with _damage_named(name), self._zip.open(self._entries[name]) as entry:
            return entry.read(_MAX_MANIFEST_BYTES)


def _checked_entries(file: zipfile.ZipFile, size_bytes: int) -> dict[str, zipfile.ZipInfo]:
    """The entries by name, after what the directory of the ZIP file says of them was found to be plain."""
    infos = file.infolist()
    if len(infos) > _MAX_ENTRIES:
        raise ArchiveError(f"expected at most {_MAX_ENTRIES:,} entries; got {len(infos):,}")
    if sum(info.compress_size for info in infos) > size_bytes:
        raise ArchiveError("the archive is damaged or hostile: its entries overlap")
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        problem = _problem_of(info)
        if not problem and info.filename in entries:
            problem = "is there twice"
        if problem:
            raise ArchiveError(f"the archive is damaged or hostile: the entry {info.filename[:100]!r} {problem}")
        entries[info.filename] = info
    return entries


def _problem_of(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    allowed = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    if info.filename.startswith("files/"):
        allowed = {zipfile.ZIP_STORED}
    if not SAFE_NAME.fullmatch(info.filename.removeprefix("files/")):
        return "has a name that leads elsewhere"
    if info.is_dir() or kind not in {0, stat.S_IFREG}:
        return "is a link or a folder; expected plain files"
    if info.flag_bits & 0x1 or info.compress_type not in allowed:
        return "is encrypted or compressed in a way that backups are not"
    if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
        return "has two sizes"
    if info.file_size > _SMALL_BYTES and info.file_size > _MAX_RATIO * max(1, info.compress_size):
        return f"expands to {info.file_size:,} bytes from {info.compress_size:,}"
    return ""


@contextlib.contextmanager
def _damage_named(name: str) -> Iterator[None]:
    try:
        yield
    except ArchiveError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise ArchiveError(f"the archive is damaged: {name} cannot be read ({error})") from error
