"""Middleware of Django: pages need a login in `login` mode, and errors under `/api/` are JSON."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.deprecation import MiddlewareMixin

from weblib import log_context
from weblib.errors import code_of, error_body

_DETAILS: Final = {
    HTTPStatus.FORBIDDEN: "this request is not allowed here",
    HTTPStatus.NOT_FOUND: "there is nothing at this address",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal error; see the server log",
}


class LogContext(MiddlewareMixin):
    """Lines of the log that belong to a request name its account, and the run in its address."""

    def process_request(self, request: HttpRequest) -> None:
        """Begin with the request; its account is known later."""
        log_context.begin_request(request, None)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        """Note the run."""
        run_id = str(kwargs.get("run_id", ""))
        log_context.begin_request(request, int(run_id) if run_id.isdecimal() else None)


class ErrorsOfTheApiAreJson(MiddlewareMixin):
    """Turns error pages under `/api/` into `{"detail": …, "code": …}`.

    Unknown addresses and methods never reach the API's own handlers.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Replace an error's page by its reason, headers kept."""
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        if request.path_info.startswith("/api/") and response.status_code >= 400 and not is_json:
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
    """Redirects to the login page; the API answers 401 itself.

    The login leads back to the page; for a form that was sent, to the page with the form, since the address of the form
    may answer no GET.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Let calls of the API pass: it authenticates them itself.

        A view without a login passes before the session is read, so that `/livez` does not need the database.
        """
        if request.path_info.startswith("/api/") or not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        """Redirect to the login page, which leads back."""
        if request.method in {"GET", "HEAD"}:
            return super().handle_no_permission(request, view_func)
        referer = urlsplit(request.headers.get("Referer", ""))
        page = referer._replace(scheme="", netloc="").geturl() if referer.netloc == request.get_host() else ""
        return redirect_to_login(page or resolve_url(settings.LOGIN_REDIRECT_URL))
