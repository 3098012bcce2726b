"""Writes of aliases: each is one step of a history, under the alias's lock.

Locks are taken in one order everywhere: the counter of versions, versions, aliases.
"""

from django.db import transaction

from inference.errors import RegistryStateError, VersionNotFoundError
from inference.models import CHAMPION, Alias, AliasMove, ModelVersion
from inference.registry.alias_selectors import move_to_take_back
from inference.registry.selectors import get_version
from weblib.actor import LOCAL


def move_alias(name: str, number: int, *, by: str = LOCAL) -> Alias:
    """Point alias `name` at version `number`; the alias is created if it does not exist.

    Raises:
        VersionNotFoundError: there is no such version.
        django.core.exceptions.ValidationError: `name` is not a name that an alias may have.
    """
    with transaction.atomic():
        version = _locked_version(number)
        Alias(name=name, version=version).full_clean(validate_unique=False, validate_constraints=False)
        known = {"version": version, "moved_by": by[:300]}
        alias, created = Alias.objects.select_for_update().get_or_create(name=name, defaults=known)
        _point(alias, version, by=by, before=None if created else _number_of(alias))
    return alias


def roll_back_alias(name: str, *, by: str = LOCAL) -> Alias:
    """Point alias `name` at the version before its last move; called again, the move before that is rolled back.

    Raises:
        VersionNotFoundError: there is no such alias, or what it meant before is gone.
        RegistryStateError: it was never moved.
    """
    with transaction.atomic():
        move = move_to_take_back(name)
        if move is None or move.from_number is None:
            _locked_alias(name)
            raise RegistryStateError(f"{name} was never moved: there is nothing to roll back to")
        version = _locked_version(move.from_number)
        alias = _locked_alias(name)
        if move_to_take_back(name) != move:
            raise RegistryStateError(f"{name} was moved by another request: reload and retry")
        _point(alias, version, by=by, before=_number_of(alias), undoes=move)
    return alias


def delete_alias(name: str, *, by: str = LOCAL) -> None:
    """Delete alias `name`; its history stays.

    Raises:
        VersionNotFoundError: there is no such alias.
        RegistryStateError: it is the champion, which the canvas uses.
    """
    if name == CHAMPION:
        raise RegistryStateError(f"the {CHAMPION} is what the canvas uses: move it instead")
    with transaction.atomic():
        alias = _locked_alias(name)
        AliasMove.objects.create(alias=name, from_number=_number_of(alias), to_number=None, by=by[:300])
        alias.delete()


def _point(
    alias: Alias, version: ModelVersion, *, by: str, before: int | None, undoes: AliasMove | None = None
) -> None:
    """Write where a locked alias points, and the line of its history; nothing when it points there already."""
    if before == version.number:
        return
    alias.version, alias.moved_by = version, by[:300]
    alias.save(update_fields=["version", "moved_at", "moved_by"])
    AliasMove.objects.create(alias=alias.name, from_number=before, to_number=version.number, by=by[:300], undoes=undoes)


def _locked_version(number: int) -> ModelVersion:
    """The version, which cannot go into the trash until the transaction ends."""
    version = get_version(number)
    locked = ModelVersion.objects.select_for_update().filter(pk=version.pk).first()
    if locked is None:
        raise VersionNotFoundError(f"version {number} is in the trash")
    return locked


def _locked_alias(name: str) -> Alias:
    alias = Alias.objects.select_for_update().filter(name=name).first() if name.isprintable() else None
    if alias is None:
        raise VersionNotFoundError(f"there is no alias {name[:60]!r}")
    return alias


def _number_of(alias: Alias) -> int:
    return ModelVersion.everything.values_list("number", flat=True).get(pk=alias.version_id)
