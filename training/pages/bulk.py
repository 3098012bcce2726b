"""Stop several runs or put them into the trash: a question that names them (GET), and one answer for all (POST)."""

from typing import Any, cast, get_args
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from inference.registry.selectors import MIN_COMPARED
from training.runs.bulk import BulkAction, act, sorted_out
from training.runs.selectors import compared_as
from weblib.actor import actor
from weblib.lists.bulk import add_messages
from weblib.whole_numbers import whole_number

PAST = {"stop": "stopping", "trash": "in the trash"}
VERBS = {"stop": "stop", "trash": "move to the trash"}


@require_http_methods(["GET", "HEAD", "POST"])
def run_bulk(request: HttpRequest) -> HttpResponse:
    """Confirm whether to stop the runs `?run=…&run=…` or move them to the trash (GET), and do so (POST); or compare."""
    sent = request.POST if request.method == "POST" else request.GET
    if sent.get("action") == "compare":
        return _compare(request, _run_ids(sent), _back(sent))
    action, run_ids, back = _action(sent), _run_ids(sent), _back(sent)
    if not run_ids:
        messages.info(request, f"No run is selected: select those to {VERBS[action]}.")
        return redirect(back)
    if request.method == "POST":
        add_messages(request, act(action, run_ids, by=actor(request)), past=PAST[action], noun="run")
        return redirect(back)
    able, left = sorted_out(action, run_ids)
    context: dict[str, Any] = {
        "action": action,
        "runs": able,
        "left": left,
        "back": back,
        "query": sent.get("back", ""),
    }
    return render(request, "training/runs/bulk.html", context)


def _compare(request: HttpRequest, run_ids: list[int], back: str) -> HttpResponse:
    """Lead to the comparison of the runs: by their versions, or by their curves where they have none."""
    numbers, runs, missing = compared_as(run_ids)
    if len(numbers) + len(runs) < MIN_COMPARED:
        messages.info(request, "Expected two runs at least to compare; select more.")
        return redirect(back)
    if missing:
        messages.warning(request, f"Left out, because not there any more: {', '.join(f'run {pk}' for pk in missing)}.")
    query = {name: ",".join(map(str, found)) for name, found in (("numbers", numbers), ("runs", runs)) if found}
    return redirect(f"{reverse('compare')}?{urlencode(query, safe=',')}")


def _action(sent: QueryDict) -> BulkAction:
    action = sent.get("action", "")
    if action not in get_args(BulkAction):
        raise Http404("runs can be stopped or moved to the trash")
    return cast("BulkAction", action)


def _run_ids(sent: QueryDict) -> list[int]:
    return [number for text in sent.getlist("run") if (number := whole_number(text)) is not None]


def _back(sent: QueryDict) -> str:
    """The list as it was filtered; never another site."""
    query = sent.get("back", "")
    return reverse("runs") + (query if query.startswith("?") and query != "?" else "")
