"""What may go by the settings, and what is certainly garbage: how much it is, and its removal."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from django.db.models.functions import Now

from storage import registry
from storage.files import remove_abandoned_folders
from storage.registry import Amount, Rule
from storage.verification import files_without_row


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may go: of which rule, how much, and why the scheduler leaves it ("" if it does not)."""

    rule: Rule
    amount: Amount
    refusal: str


def candidates() -> list[Candidate]:
    """What would go now; nothing is changed."""
    return [Candidate(rule, rule.find(), rule.refusal()) for rule in _rules()]


def prune(*, by_itself: bool = False) -> list[tuple[Rule, Amount]]:
    """Remove what may go; what went, by rule.

    Args:
        by_itself: Whether the scheduler or a page calls, which leave what looks like a wrong setting.
    """
    removed = [(rule, rule.remove()) for rule in _rules() if not (by_itself and rule.refusal())]
    for store in registry.stores().values():
        remove_abandoned_folders(store)
    return removed


def _rules() -> Iterator[Rule]:
    yield Rule("sessions", "Sessions that have expired", _expired_sessions, _remove_expired_sessions)
    title = "Files without a row, older than a day"
    yield Rule("orphans", title, _orphans, _remove_orphans, _refusal_of_orphans)
    for application in registry.applications():
        yield from application.rules()


def _expired() -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=Now())


def _expired_sessions() -> Amount:
    return Amount(_expired().count())


def _remove_expired_sessions() -> Amount:
    return Amount(_expired().delete()[0])


def _removable() -> list[tuple[str, str]]:
    """Files without a row in stores where this is the place to remove them."""
    removable = {key for key, store in registry.stores().items() if store.remove_unused is not None}
    return [(key, name) for key, name in files_without_row() if key in removable]


def _orphans() -> Amount:
    found = _removable()
    return Amount(len(found), sum(registry.stores()[key].storage().size(name) for key, name in found))


def _remove_orphans() -> Amount:
    count = size = 0
    for key, name in _removable():
        store = registry.stores()[key]
        size_bytes = store.storage().size(name)
        if store.remove_unused is not None and store.remove_unused(name):
            count, size = count + 1, size + size_bytes
    return Amount(count, size)


def _refusal_of_orphans() -> str:
    """A store of which most files have no row may belong to another database: `DATABASE_URL` may be wrong."""
    count = len(_removable())
    if not count:
        return ""
    keys = {key for key, store in registry.stores().items() if store.remove_unused is not None}
    named = {(one.store, one.name) for one in registry.references(DEFAULT_DB_ALIAS) if one.store in keys}
    if count <= len(named):
        return ""
    return (
        f"{count:,} files have no row and {len(named):,} have one: if the database is the right one, remove them with "
        "manage.py prune"
    )
