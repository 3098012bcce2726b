"""The trash on pages: throwing a version away, restoring it, deleting it for good."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inference.errors import VersionInUseError, VersionNotFoundError
from inference.models import ModelVersion
from inference.registry import selectors, trash_selectors, trash_services
from weblib import labels
from weblib.actor import actor
from weblib.templatetags.readable import file_size, percent
from weblib.trash.pages import TrashLine, facts, freed_words, tell_emptied

SHARED = "Its file stays: others have the same."


@require_safe
@ensure_csrf_cookie
def trash(request: HttpRequest) -> HttpResponse:
    """What was thrown away, and what it takes of the disk."""
    context = {
        "kind": "version",
        "lines": [_line(version) for version in trash_selectors.trashed_versions()],
        "bytes": trash_selectors.trash_bytes(),
    }
    return render(request, "weblib/trash/trash.html", context)


@require_POST
def version_trash(request: HttpRequest, number: int) -> HttpResponse:
    """Throw a version away; it can be restored."""
    try:
        trash_services.trash_version(number, by=actor(request))
    except VersionNotFoundError as error:
        raise Http404(str(error)) from None
    except VersionInUseError as error:
        messages.error(request, labels.sentence(error))
        return redirect("version", number)
    messages.success(request, f"Version {number} is in the trash.")
    return redirect("trash")


@require_POST
def version_restore(request: HttpRequest, number: int) -> HttpResponse:
    """Take a version out of the trash."""
    try:
        trash_services.restore_version(number)
    except VersionNotFoundError as error:
        raise Http404(str(error)) from None
    messages.success(request, f"Version {number} is back.")
    return redirect("version", number)


@require_http_methods(["GET", "HEAD", "POST"])
def version_delete(request: HttpRequest, number: int) -> HttpResponse:
    """Confirm whether to delete a version for good (GET), and do so (POST)."""
    try:
        version = trash_selectors.trashed_version(number) or selectors.get_version(number)
        if request.method != "POST":
            trash_services.check_free(version)
            return render(request, "inference/versions/delete.html", {"version": version})
        freed = trash_services.delete_forever(number)
    except VersionNotFoundError as error:
        raise Http404(str(error)) from None
    except VersionInUseError as error:
        messages.error(request, labels.sentence(error))
        return redirect("version", number)
    messages.success(request, f"Version {number} is deleted. {freed_words(freed, nothing=SHARED)}")
    return redirect("trash" if version.trashed_at else "versions")


@require_http_methods(["GET", "HEAD", "POST"])
def trash_empty(request: HttpRequest) -> HttpResponse:
    """Confirm whether to empty the trash (GET), and do so (POST)."""
    if request.method != "POST":
        context = {
            "kind": "version",
            "parts": "networks and numbers",
            "count": len(trash_selectors.trashed_numbers()),
            "bytes": trash_selectors.trash_bytes(),
            "back": reverse("trash"),
        }
        return render(request, "weblib/trash/empty.html", context)
    tell_emptied(request, trash_services.empty_trash(), noun="version", nothing_freed=SHARED)
    return redirect("trash")


def _line(version: ModelVersion) -> TrashLine:
    accuracy = "" if version.test_accuracy is None else percent(version.test_accuracy)
    return TrashLine(
        title=f"Version {version.number}",
        name=version.name,
        facts=facts((accuracy, file_size(version.size_bytes))),
        trashed_at=version.trashed_at,
        trashed_by=version.trashed_by,
        restore=reverse("version_restore", args=[version.number]),
        delete=reverse("version_delete", args=[version.number]),
    )
