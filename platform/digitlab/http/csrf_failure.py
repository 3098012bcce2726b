"""The page for a form that failed Django's check against forged requests."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What to do: send the form again, or name the site's address in the settings."""
    is_foreign = reason.startswith(("Origin checking failed", "Referer checking failed"))
    return render(request, "403_csrf.html", {"reason": reason, "is_foreign": is_foreign}, status=403)
