"""Middleware of Django: pages need a login in `login` mode, and errors under `/api/` are JSON."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from weblib.errors import code_of, error_body

_DETAILS: Final = {
    HTTPStatus.FORBIDDEN: "this request is not allowed here",
    HTTPStatus.NOT_FOUND: "there is nothing at this address",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal error; see the server log",
}


class ErrorsOfTheApiAreJson(MiddlewareMixin):
    """Turns error pages under `/api/` into `{"detail": …, "code": …}`.

    Unknown addresses and methods never reach the API's own handlers.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Replace an error's page by its reason, headers kept."""
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        if request.path.startswith("/api/") and response.status_code >= 400 and not is_json:
            return _in_json(request, response)
        return response


def _in_json(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    detail = _DETAILS.get(HTTPStatus(response.status_code), response.reason_phrase)
    if "Allow" in response.headers:
        detail = f"expected {response.headers['Allow'].replace(', ', ' or ')}; got {request.method}"
    body = json.dumps(error_body(detail, code_of(response.status_code)))
    answer = HttpResponse(body, status=response.status_code, headers=dict(response.items()))
    answer["Content-Type"] = "application/json"
    answer.cookies = response.cookies
    return answer


class PagesNeedLogin(LoginRequiredMiddleware):
    """Redirects to the login page; the API answers 401 itself."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Let calls of the API pass: it authenticates them itself."""
        if request.path.startswith("/api/"):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)
