"""Tag several versions or put them into the trash: a question that names them (GET), and one answer for all (POST)."""

from typing import cast, get_args

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from pydantic_core import PydanticCustomError

from inference.registry import bulk, selectors
from inference.registry.bulk import BulkAction
from weblib.actor import actor
from weblib.lists.bulk import add_messages
from weblib.tags import tags_in
from weblib.whole_numbers import numbers_said


@require_http_methods(["GET", "HEAD", "POST"])
def version_bulk(request: HttpRequest) -> HttpResponse:
    """Show the field of tags, or the question, for the versions `?numbers=…&numbers=…` (GET), and do so (POST)."""
    sent = request.POST if request.method == "POST" else request.GET
    action, numbers, query = sent.get("action", ""), numbers_said(sent.getlist("numbers")), sent.get("back", "")
    if action not in get_args(BulkAction):
        raise Http404("versions can be tagged or moved to the trash")
    # The list as it was filtered; never another site.
    back = reverse("versions") + (query if query.startswith("?") and query != "?" else "")
    if not numbers:
        messages.info(
            request, f"No version is selected: select those to {'tag' if action == 'tag' else 'move to the trash'}."
        )
        return redirect(back)
    problem = ""
    if request.method == "POST":
        if action == "trash":
            add_messages(request, bulk.trash(numbers, by=actor(request)), past="in the trash", noun="version")
            return redirect(back)
        try:
            words = tags_in(sent.get("tags", ""))
        except PydanticCustomError as error:
            problem = f"Tags {error.message()}."
        else:
            if words:
                add_messages(request, bulk.tag(numbers, words), past=f"tagged {', '.join(words)}", noun="version")
                return redirect(back)
            problem = "Expected one tag at least; got none."
    able, left = bulk.sorted_out(cast("BulkAction", action), numbers)
    context = {
        "action": action,
        "versions": able,
        "left": left,
        "back": back,
        "query": query,
        "problem": problem,
        "typed": sent.get("tags", ""),
        "known_tags": selectors.known_tags(),
    }
    return render(request, "inference/versions/bulk.html", context, status=422 if problem else 200)
