"""What applications register at start-up: which files their rows name, what may go, and what takes room.

An application that stores something new registers it here, and backup, restore, `verify`, `prune` and the page of
storage include it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.core.files.storage import Storage


@dataclass(frozen=True, slots=True)
class Store:
    """A place of files.

    Attributes:
        key: The name of its folder in an archive; it stays the same for ever.
        title: What a file of it is called: "model file".
        storage: Django's storage of it, by the settings of this moment.
        are_replaced: Whether files are removed while their row exists, as checkpoints are: a backup keeps them by hard
            links until they are copied.
        remove_unused: Removes a file unless a row names it by now, safe while others write; answers whether it did.
            None where nothing but its application removes files.
    """

    key: str
    title: str
    storage: Callable[[], Storage]
    are_replaced: bool = False
    remove_unused: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class FileReference:
    """A file that a row names.

    Attributes:
        store: The key of its store.
        name: In the store.
        owner: The row, for people: "version 3".
        size_bytes: What the row says; None where it does not.
        sha256: What the row says; "" where it does not.
        is_optional: Whether the file may be absent.
        check: What is wrong with its content, for people; "" if nothing is.
    """

    store: str
    name: str
    owner: str
    size_bytes: int | None = None
    sha256: str = ""
    is_optional: bool = False
    check: Callable[[bytes], str] | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """How many things, and how many bytes of files they take; 0 bytes for rows."""

    count: int
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that may go.

    Attributes:
        key: Stable name, for programs.
        title: What goes, for people: "checkpoints of runs that ended more than 30 days ago".
        find: How much would go now; changes nothing.
        remove: Removes it; answers how much went.
        refusal: Why only the command line may remove it; "" if the scheduler and the page may, too.
    """

    key: str
    title: str
    find: Callable[[], Amount]
    remove: Callable[[], Amount]
    refusal: Callable[[], str] = lambda: ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of data takes; `is_in_database` where the size is part of the database's."""

    key: str
    title: str
    amount: Amount
    is_in_database: bool = False


def _nothing(*_arguments: object) -> Iterator[object]:
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What one application registers.

    Attributes:
        stores: Its places of files.
        references: The files that its rows name, read over the connection of that alias; each at once after its row.
        restored: Called after its rows were restored, in the same transaction: makes states true again.
        rules: What may go by the settings of this moment.
        kinds: What takes room.
        runs: The bytes that each run takes, by its id; only one application has runs.
    """

    stores: tuple[Store, ...] = ()
    references: Callable[[str], Iterable[FileReference]] = _nothing  # type: ignore[assignment]
    restored: Callable[[], None] = lambda: None
    rules: Callable[[], Iterable[Rule]] = _nothing  # type: ignore[assignment]
    kinds: Callable[[], Iterable[Kind]] = _nothing  # type: ignore[assignment]
    runs: Callable[[], dict[int, int]] = dict


_applications: dict[str, Application] = {}


def register(name: str, application: Application) -> None:
    """Take `application` into account from now on; a second registration of the same name replaces the first."""
    _applications[name] = application


def applications() -> list[Application]:
    """What was registered."""
    return list(_applications.values())


def stores() -> dict[str, Store]:
    """Every store by its key."""
    return {store.key: store for application in applications() for store in application.stores}


def references(using: str) -> Iterator[FileReference]:
    """Every file that a row names; one that several rows name comes once for each."""
    # Those whose files are soon replaced come first: a backup has to keep them at once.
    for application in sorted(applications(), key=lambda one: not any(store.are_replaced for store in one.stores)):
        yield from application.references(using)
