"""The admin's view of API tokens: to see and to withdraw."""

from django.contrib import admin
from django.http import HttpRequest

from digitlab.models import ApiToken


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Tokens are made on the command line: only there are they shown."""

    list_display = ("name", "user", "created_at")
    readonly_fields = ("name", "user", "created_at", "fingerprint")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- Django's signature
        """Never: tokens are created on the command line."""
        return False
