"""The trash of runs on pages: throwing a run away, restoring it, deleting it for good."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from training.errors import RunStateError
from training.models import Run
from training.runs import selectors, trash_selectors, trash_services
from weblib import labels
from weblib.actor import actor
from weblib.templatetags.readable import file_size, percent
from weblib.trash.pages import TrashLine, facts, freed_words, tell_emptied

NOTHING_FREED = "No file went with it."


@require_safe
@ensure_csrf_cookie
def trash(request: HttpRequest) -> HttpResponse:
    """The runs in the trash, and what they take of the disk."""
    context = {
        "kind": "run",
        "lines": [_line(run) for run in trash_selectors.trashed_runs()],
        "bytes": trash_selectors.trash_bytes(),
    }
    return render(request, "weblib/trash/trash.html", context)


@require_POST
def run_trash(request: HttpRequest, run_id: int) -> HttpResponse:
    """Throw a run away; it can be restored."""
    try:
        title = selectors.get_run(run_id).title
        trash_services.trash_run(run_id, by=actor(request))
    except Run.DoesNotExist:
        raise Http404(f"there is no run {run_id}") from None
    except RunStateError as error:
        messages.error(request, labels.sentence(error))
        return redirect("run", run_id)
    messages.success(request, f"{title} is in the trash.")
    return redirect("run_trash_list")


@require_POST
def run_restore(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take a run out of the trash."""
    try:
        trash_services.restore_run(run_id)
    except Run.DoesNotExist:
        raise Http404(f"there is no run {run_id}") from None
    messages.success(request, f"{selectors.get_run(run_id).title} is back.")
    return redirect("run", run_id)


@require_http_methods(["GET", "HEAD", "POST"])
def run_delete(request: HttpRequest, run_id: int) -> HttpResponse:
    """Confirm whether to delete a run for good (GET), and do so (POST)."""
    try:
        run = trash_selectors.trashed_run(run_id) or selectors.get_run(run_id)
        if request.method != "POST":
            return render(request, "training/runs/delete.html", {"run": run})
        freed = trash_services.delete_forever(run_id)
    except Run.DoesNotExist:
        raise Http404(f"there is no run {run_id}") from None
    except RunStateError as error:
        messages.error(request, labels.sentence(error))
        return redirect("run", run_id)
    messages.success(request, f"{run.title} is deleted. {freed_words(freed, nothing=NOTHING_FREED)}")
    return redirect("run_trash_list" if run.trashed_at else "runs")


@require_http_methods(["GET", "HEAD", "POST"])
def trash_empty(request: HttpRequest) -> HttpResponse:
    """Confirm whether to empty the trash of runs (GET), and do so (POST)."""
    if request.method != "POST":
        context = {
            "kind": "run",
            "parts": "epochs, logs and checkpoints",
            "count": trash_selectors.trash_count(),
            "bytes": trash_selectors.trash_bytes(),
            "back": reverse("run_trash_list"),
        }
        return render(request, "weblib/trash/empty.html", context)
    tell_emptied(request, trash_services.empty_trash(), noun="run", nothing_freed=NOTHING_FREED)
    return redirect("run_trash_list")


def _line(run: Run) -> TrashLine:
    accuracy = "" if run.test_accuracy is None else percent(run.test_accuracy)
    return TrashLine(
        title=f"Run {run.pk}",
        name=run.name,
        facts=facts((run.get_status_display(), accuracy, file_size(trash_selectors.bytes_of(run.pk)))),
        trashed_at=run.trashed_at,
        trashed_by=run.trashed_by,
        restore=reverse("run_restore", args=[run.pk]),
        delete=reverse("run_delete", args=[run.pk]),
    )
