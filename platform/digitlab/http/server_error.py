"""The answer to a request that met an unexpected error: 503 or 507 in an outage, 500 otherwise."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import server_error as internal_error

from weblib.errors import error_body
from weblib.outages import outage_of


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it inside the `except` clause of the error, whether a view or a middleware raised it."""
    outage = outage_of(sys.exception())
    if outage is None:
        return internal_error(request)
    if request.path_info.startswith("/api/"):
        return JsonResponse(error_body(outage.message, outage.code), status=outage.status)
    # Without the request: the log-in and the notices of a page are read from the database.
    return render(None, "outage.html", {"outage": outage}, status=outage.status)
