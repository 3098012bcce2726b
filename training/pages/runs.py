"""Pages of runs: the list, the form, the live page and its buttons."""

from dataclasses import replace
from functools import partial
from typing import Any, Final, get_args

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import datasets
from training.configuration.presets import PRESETS
from training.configuration.run_config import DatasetKey, Engine, Loss, Optimizer
from training.errors import RunStateError, StateNotStoredError
from training.lessons.catalogue import lesson_of
from training.models import Run
from training.pages import snapshots
from training.pages.forms import RunForm, preset_values, starting_values
from training.runs import publishing, selectors, services, trash_selectors
from training.runs.snapshot_rows import can_have_parameters
from training.states import Status
from weblib import labels
from weblib.description import save_description
from weblib.errors import CursorError, LabError, RateExceededError
from weblib.lists.orders import COMMON_TITLES
from weblib.lists.query import ListQuery
from weblib.rate_limits import count_one
from weblib.whole_numbers import whole_number

PAGE_SIZE = 25
# A page carries this many epochs itself; a longer history comes over the live stream.
EPOCHS_IN_PAGE = 1000
EPOCHS_WITHOUT_SCRIPT = 50
SORT_TITLES: Final = {**COMMON_TITLES, "status": "State"}


@require_safe
@ensure_csrf_cookie
def run_list(request: HttpRequest) -> HttpResponse:
    """The runs that fit the filters in the address; `?cursor=` goes on to the next page."""
    choices = {"status": Status.values, "dataset": get_args(DatasetKey), "loss": get_args(Loss)}
    choices |= {"optimizer": get_args(Optimizer), "engine": get_args(Engine)}
    query = ListQuery.read(request.GET, choices=choices, sorts=selectors.SORTS)
    losses = selectors.losses_of(**query.filters) if query.is_by_error else []
    requested, query = query, query.by_accuracy() if len(losses) > 1 else query
    try:
        page = selectors.runs_page(**query.selection, cursor=query.cursor, limit=PAGE_SIZE)
    except CursorError:
        query = replace(query, cursor=None)
        page = selectors.runs_page(**query.selection, limit=PAGE_SIZE)
    counts = selectors.count_by_status(**{**query.filters, "status": None})
    states = [("", "All", sum(counts.values())), *((s.value, s.label, counts[s.value]) for s in Status)]
    status = query.choices.get("status", "")
    context = {
        "page": page,
        "rows": list(zip(page.rows, selectors.runs_json(page.rows), strict=True)),
        "query": query,
        "status": status,
        "filters": [(value, label, count, query.address_with("status", value)) for value, label, count in states],
        "older": query.address(cursor=page.next_cursor) if page.next_cursor else "",
        "datasets": [(key, labels.choice_title(key)) for key in get_args(DatasetKey)],
        "losses": [(loss, labels.choice_title(loss)) for loss in get_args(Loss)],
        "optimizers": [(key, labels.choice_title(key)) for key in get_args(Optimizer)],
        "engines": [(key, labels.choice_title(key)) for key in get_args(Engine)],
        "by_error": requested.by_error_of(losses),
        "sorts": SORT_TITLES,
        "known_tags": selectors.known_tags(),
        "page_size": PAGE_SIZE,
    }
    return render(request, "training/runs/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@ensure_csrf_cookie
def run_new(request: HttpRequest) -> HttpResponse:
    """The form of a run, filled by the address or by what was sent; a right one becomes a run."""
    sentence = ""
    if request.method == "POST":
        form = RunForm(request.POST)
        if form.is_valid():
            try:
                count_one("submissions", request.user)
                run = services.submit_run(form.config, name=form.cleaned_data["name"], tags=form.cleaned_data["tags"])
            except services.FieldRefusedError as error:
                form.add_error(error.field, labels.sentence(error))
            except RateExceededError as error:
                form.add_error(None, labels.sentence(error))
            else:
                return redirect("run", run.pk)
    else:
        values, sentence = starting_values(request.GET.dict())
        form = RunForm(initial=values)
    context = {
        "form": form,
        "sentence": sentence,
        "datasets": datasets.availability(),
        "presets": PRESETS.values(),
        "preset": request.GET.get("preset", ""),
        "known_tags": selectors.known_tags(),
        "preset_values": {key: preset_values(key) for key in PRESETS},
    }
    return render(request, "training/runs/new.html", context, status=422 if form.errors else 200)


@require_safe
@ensure_csrf_cookie
def run_page(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run, live; where it is, if in the trash."""
    trashed = trash_selectors.trashed_run(run_id)
    if trashed is not None:
        context = {
            "row": trashed,
            "title": f"Run {run_id}",
            "meaning": "No list shows it and no worker takes it until it is restored.",
            "restore": reverse("run_restore", args=[run_id]),
            "trash": reverse("run_trash_list"),
        }
        return render(request, "weblib/trash/trashed.html", context, status=404)
    run = _run_or_404(run_id)
    epochs = selectors.epochs_after(run_id) if run.last_epoch <= EPOCHS_IN_PAGE else []
    shown = epochs or selectors.epochs_after(run_id, run.last_epoch - EPOCHS_WITHOUT_SCRIPT)
    state: dict[str, Any] = {
        "run": selectors.run_json(run),
        "epochs": epochs,
        "events": selectors.events_of(run_id),
    }
    context = {
        "run": run,
        "run_key": str(run.pk),
        "is_problem": any(one["level"] == "problem" for one in state["run"]["findings"]),
        "state": state,
        "latest_epochs": shown[: -EPOCHS_WITHOUT_SCRIPT - 1 : -1],
        "has_validation": run.configuration.validation_share > 0,
        "loss": labels.loss_title(run.configuration.loss),
        "configuration": labels.configuration_rows(run.config),
        "lesson": lesson_of([tag.word for tag in run.tags.all()]),
        "published": selectors.published_states(run_id),
        "stored_epochs": selectors.stored_epochs(run),
        "can_publish_epochs": can_have_parameters(run.configuration.parameter_count),
        **snapshots.shown_of(run),
    }
    return render(request, "training/runs/run.html", context)


@require_POST
def run_describe(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give the run another name, other notes or other tags, whichever is sent."""
    _run_or_404(run_id)
    save_description(request, partial(services.describe_run, run_id))
    return redirect("run", run_id)


@require_POST
def run_stop(request: HttpRequest, run_id: int) -> HttpResponse:
    """Request a stop of the run."""
    return _acted(request, run_id, services.request_stop)


@require_POST
def run_resume(request: HttpRequest, run_id: int) -> HttpResponse:
    """Queue the run again."""
    return _acted(request, run_id, services.resume_run)


@require_POST
def run_publish(request: HttpRequest, run_id: int) -> HttpResponse:
    """Publish what the run was after the epoch that is sent, or its newest state, as a version."""
    run = _run_or_404(run_id)
    text = request.POST.get("epoch", "")
    epoch = whole_number(text) if text else None
    try:
        if text and epoch is None:
            raise StateNotStoredError(f"expected the number of an epoch; got {text[:20]!r}")
        version = publishing.publish_state(run.pk, epoch=epoch)
    except LabError as error:
        messages.error(request, labels.sentence(error))
        return redirect("run", run_id)
    messages.success(request, f"{run.title} is published as version {version.number}, as it was at this point.")
    return redirect("version", version.number)


def _acted(request: HttpRequest, run_id: int, act: Any) -> HttpResponse:
    _run_or_404(run_id)
    try:
        act(run_id)
    except RunStateError as error:
        messages.error(request, labels.sentence(error))
    return redirect("run", run_id)


def _run_or_404(run_id: int) -> Run:
    try:
        return selectors.get_run(run_id)
    except Run.DoesNotExist:
        raise Http404(f"there is no run {run_id}") from None
