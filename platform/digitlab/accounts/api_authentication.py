"""Authentication of the API: none in `local` mode; a session or a token in `login` mode."""

from typing import Any, Final

from django.http import HttpRequest
from ninja.constants import NOT_SET
from ninja.errors import HttpError
from ninja.security import HttpBearer, SessionAuth

from digitlab.accounts.tokens import find_token

LOG_IN: Final = "log in again, or send a valid token as Authorization: Bearer …"
CSRF_REFUSAL: Final = (
    "the CSRF check failed: reload the page; a script sends the cookie csrftoken as the header X-CSRFToken, "
    "and CSRF_TRUSTED_ORIGINS names the addresses of a proxy"
)


class TokenAuth(HttpBearer):
    """`Authorization: Bearer digitlab_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The user that the token stands for, or None."""
        found = find_token(token)
        if found is None:
            return None
        request.user = found.user
        request.api_token_name = found.name  # type: ignore[attr-defined]
        return found.user


class PageSession(SessionAuth):
    """The session of a browser, with the check against forged requests that goes with it.

    Without a session, or after its end, the answer is 401: a program with a wrong token must not get an error about
    forged requests.
    """

    def _get_key(self, request: HttpRequest) -> str | None:
        if self.param_name not in request.COOKIES or not request.user.is_authenticated:
            return None
        try:
            return super()._get_key(request)
        except HttpError as error:
            raise HttpError(error.status_code, CSRF_REFUSAL) from error


def api_authentication(mode: str) -> Any:
    """Ninja's authentication of each call in this mode."""
    return [TokenAuth(), PageSession()] if mode == "login" else NOT_SET
