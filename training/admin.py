"""The admin's view of runs: to look, not to meddle."""

from django.contrib import admin
from django.http import HttpRequest

from training.models import Run, RunEvent


class EventInline(admin.TabularInline):
    """The log of a run."""

    model = RunEvent
    extra = 0
    readonly_fields = ("at", "status", "text")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:  # noqa: ARG002 -- Django's signature
        """The log writes itself."""
        return False


@admin.register(Run)
class RunAdmin(admin.ModelAdmin):
    """Runs change through their pages, where the rules are."""

    list_display = ("id", "name", "status", "last_epoch", "max_epochs", "worker", "created_at")
    list_filter = ("status",)
    search_fields = ("name",)
    list_select_related = ("version",)
    inlines = (EventInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Runs are submitted, not added."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:  # noqa: ARG002
        """Never: a status changes through the table of transitions."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:  # noqa: ARG002
        """Deleting frees the disk too: the run's page does it."""
        return False
