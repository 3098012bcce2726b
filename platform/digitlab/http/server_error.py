"""The answer to a request that met an unexpected error: 503 where the database is unavailable, 500 otherwise."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import server_error as internal_error

from weblib.errors import (
    DATABASE_UNAVAILABLE_CODE,
    DATABASE_UNAVAILABLE_MESSAGE,
    error_body,
    is_database_unavailable,
)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it inside the `except` clause of the error, whether a view or a middleware raised it."""
    if not is_database_unavailable(sys.exception()):
        return internal_error(request)
    if request.path_info.startswith("/api/"):
        return JsonResponse(error_body(DATABASE_UNAVAILABLE_MESSAGE, DATABASE_UNAVAILABLE_CODE), status=503)
    # Without the request: the log-in and the notices of a page are read from the database.
    return render(None, "503.html", {"detail": DATABASE_UNAVAILABLE_MESSAGE}, status=503)
