"""The first account of a lab, created through the link that `manage.py up` prints; the link is valid once.

The link is signed with the lab's secret, and serves no longer than there is no account. The account may do everything,
in the admin too.
"""

from typing import Any, Final

from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import UserCreationForm
from django.core import signing
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

VALID_SECONDS: Final = 24 * 3600
_SALT: Final = "digitlab.first-account"


def first_account_path() -> str:
    """The path of the link; empty where there is an account already."""
    if get_user_model().objects.exists():
        return ""
    return reverse("first_account", args=[signing.dumps("first account", salt=_SALT)])


@login_not_required
@never_cache
@sensitive_post_parameters()
def first_account(request: HttpRequest, token: str) -> HttpResponse:
    """Create the first account, and log it in; 404 for a link that is wrong, too old or used."""
    try:
        signing.loads(token, salt=_SALT, max_age=VALID_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    if get_user_model().objects.exists():
        raise Http404
    form: Any = UserCreationForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "first_account.html", {"form": form}, status=200 if request.method != "POST" else 422)
    user = _create(form)
    if user is None:
        raise Http404
    login(request, user)
    return redirect("draw")


def _create(form: Any) -> Any:
    """The account; None where another was made meanwhile."""
    with transaction.atomic():
        if connection.vendor == "postgresql":  # SQLite has one writer
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE auth_user IN SHARE ROW EXCLUSIVE MODE")
        if get_user_model().objects.exists():
            return None
        user = form.save(commit=False)
        user.is_staff = user.is_superuser = True
        user.save()
    return user
