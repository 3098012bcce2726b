"""The page of storage, and the confirmation before what may go is removed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from storage import pruning
from storage.usage import forget, runs_page, usage
from weblib.errors import CursorError
from weblib.templatetags.readable import file_size

RUNS_ON_A_PAGE = 50


@require_safe
@ensure_csrf_cookie
def storage(request: HttpRequest) -> HttpResponse:
    """What takes room, by kind and by run, and what may go."""
    found = usage()
    try:
        page = runs_page(found, cursor=request.GET.get("cursor"), limit=RUNS_ON_A_PAGE)
    except CursorError:
        return redirect("storage")
    can_go = [candidate for candidate in found.candidates if candidate.amount.count]
    context = {"usage": found, "page": page, "can_go": can_go, "is_first": "cursor" not in request.GET}
    return render(request, "storage/storage.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def storage_prune(request: HttpRequest) -> HttpResponse:
    """Confirm whether to remove what may go (GET), and do so (POST); what looks like a wrong setting stays."""
    if request.method != "POST":
        forget()
        can_go = [one for one in usage().candidates if one.amount.count and not one.refusal]
        freed = sum(candidate.amount.size_bytes for candidate in can_go)
        return render(request, "storage/prune.html", {"can_go": can_go, "bytes": freed})
    removed = [(rule, amount) for rule, amount in pruning.prune(by_itself=True) if amount.count]
    forget()
    for rule, amount in removed:
        messages.success(request, f"{rule.title}: {amount.count} removed, {file_size(amount.size_bytes)}.")
    if not removed:
        messages.success(request, "There was nothing to remove.")
    return redirect("storage")
