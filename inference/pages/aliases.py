"""The page of aliases: what each means, who moved it when, and the buttons that move it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from inference.errors import RegistryStateError, VersionNotFoundError
from inference.models import CHAMPION, Alias
from inference.pages.forms import AliasForm
from inference.registry import alias_selectors, alias_services
from weblib import labels
from weblib.actor import actor
from weblib.whole_numbers import whole_number

MOVES_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def aliases(request: HttpRequest) -> HttpResponse:
    """Every alias and the history of all (`?name=best`: of one); a form that makes or moves one."""
    form = AliasForm(request.POST or None, initial={key: request.GET.get(key, "") for key in ("name", "version")})
    if request.method == "POST" and form.is_valid():
        name, number = form.cleaned_data["name"], form.cleaned_data["version"]
        try:
            alias_services.move_alias(name, number, by=actor(request))
        except VersionNotFoundError as error:
            form.add_error("version", labels.sentence(error))
        else:
            messages.success(request, f"{name} means version {number} now.")
            return redirect("aliases")
    known = alias_selectors.aliases()
    shown = request.GET.get("name", "")
    before = whole_number(request.GET.get("before", "")) or None
    page = alias_selectors.alias_moves(shown or None, cursor=None if before is None else str(before), limit=MOVES_SHOWN)
    context = {
        "form": form,
        "aliases": [(alias, _goes_back_to(alias)) for alias in known],
        "champion": CHAMPION,
        "shown": shown,
        "moves": page.rows,
        "older": page.next_cursor,
    }
    return render(request, "inference/registry/aliases.html", context, status=422 if form.errors else 200)


@require_POST
def alias_rollback(request: HttpRequest, name: str) -> HttpResponse:
    """Take the last move of an alias back."""
    try:
        alias = alias_services.roll_back_alias(name, by=actor(request))
    except (RegistryStateError, VersionNotFoundError) as error:
        messages.error(request, labels.sentence(error))
    else:
        messages.success(request, f"{name} means version {alias.version.number} again.")
    return redirect("aliases")


@require_http_methods(["GET", "HEAD", "POST"])
def alias_delete(request: HttpRequest, name: str) -> HttpResponse:
    """Confirm whether to delete an alias (GET), and do so (POST)."""
    alias = next((alias for alias in alias_selectors.aliases() if alias.name == name), None)
    if alias is None:
        raise Http404(f"there is no alias {name}")
    if request.method != "POST":
        return render(request, "inference/registry/alias_delete.html", {"alias": alias})
    try:
        alias_services.delete_alias(name, by=actor(request))
    except (RegistryStateError, VersionNotFoundError) as error:
        messages.error(request, labels.sentence(error))
    else:
        messages.success(request, f"{name} is deleted; its history stays.")
    return redirect("aliases")


def _goes_back_to(alias: Alias) -> int | None:
    move = alias_selectors.move_to_take_back(alias.name)
    return move.from_number if move else None
