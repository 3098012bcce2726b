"""The trash on pages: throwing a version away, restoring it, deleting it for good."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inference.errors import VersionInUseError, VersionNotFoundError
from inference.registry import selectors, trash_selectors, trash_services
from weblib import labels
from weblib.actor import actor
from weblib.templatetags.readable import file_size


@require_safe
@ensure_csrf_cookie
def trash(request: HttpRequest) -> HttpResponse:
    """What was thrown away, and what it takes of the disk."""
    context = {"versions": trash_selectors.trashed_versions(), "bytes": trash_selectors.trash_bytes()}
    return render(request, "inference/registry/trash.html", context)


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
    messages.success(request, f"Version {number} is deleted. {_freed(freed)}")
    return redirect("trash" if version.trashed_at else "versions")


@require_http_methods(["GET", "HEAD", "POST"])
def trash_empty(request: HttpRequest) -> HttpResponse:
    """Confirm whether to empty the trash (GET), and do so (POST)."""
    if request.method != "POST":
        context = {"count": len(trash_selectors.trashed_numbers()), "bytes": trash_selectors.trash_bytes()}
        return render(request, "inference/registry/trash_empty.html", context)
    emptied = trash_services.empty_trash()
    count = len(emptied.numbers)
    words = f"{count} version{'' if count == 1 else 's'} deleted. {_freed(emptied.freed_bytes)}"
    messages.success(request, words if count else "There was nothing to delete.")
    for reason in emptied.kept:
        messages.warning(request, f"{reason[:1].upper()}{reason[1:]}.")
    return redirect("trash")


def _freed(count: int) -> str:
    return f"{file_size(count)} of the disk are free again." if count else "Its file stays: others have the same."
