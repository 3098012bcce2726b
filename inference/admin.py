"""The admin's view of versions and aliases: to look, not to meddle."""

from django.contrib import admin
from django.http import HttpRequest

from inference.models import Alias, AliasMove, ModelVersion


class ReadOnly:
    """No adding, changing or deleting: pages and API do that, with their rules."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- Django's signature
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002
        """Never."""
        return False


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnly, admin.ModelAdmin):
    """Versions are immutable."""

    list_display = ("number", "name", "source", "dataset", "size_bytes", "created_at")
    list_filter = ("source", "dataset")
    search_fields = ("name", "notes", "sha256")
    exclude = ("test_predictions",)


@admin.register(Alias)
class AliasAdmin(ReadOnly, admin.ModelAdmin):
    """Aliases move through the API and the version's page."""

    list_display = ("name", "version", "moved_at", "moved_by")


@admin.register(AliasMove)
class AliasMoveAdmin(ReadOnly, admin.ModelAdmin):
    """The history of aliases."""

    list_display = ("at", "alias", "from_number", "to_number", "by")
    list_filter = ("alias",)
