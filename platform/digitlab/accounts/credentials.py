"""The account of a request, by its headers alone: for what is decided outside Django's request stack."""

from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any, Final, Self

from channels.auth import get_user
from channels.db import database_sync_to_async
from django.conf import settings

from digitlab.accounts.tokens import find_token

_BEARER: Final = "bearer "


@dataclass(frozen=True, slots=True)
class Credentials:
    """The token, or else the session, that the headers of a request name; both may be empty."""

    token: str
    session_key: str

    @classmethod
    def of(cls, headers: Iterable[tuple[bytes, bytes]]) -> Self:
        """What these headers of an ASGI scope name; a token counts before a session, as in the API."""
        token = session_key = ""
        for name, value in headers:
            text = value.decode("latin1")
            if name == b"authorization" and text.lower().startswith(_BEARER):
                token = text[len(_BEARER) :].strip()
            elif name == b"cookie":
                session_key = _session_key(text) or session_key
        return cls(token, session_key)

    async def user(self) -> Any:
        """The account now, or None: after a log-out, a withdrawal, a changed password or a deactivation.

        Raises:
            django.db.Error: the database cannot be used.
        """
        if self.token:
            found = await database_sync_to_async(find_token)(self.token)
            return None if found is None else found.user
        if not self.session_key:
            return None
        store = import_module(settings.SESSION_ENGINE).SessionStore(self.session_key)
        user = await get_user({"session": store})
        return user if user.is_authenticated else None


def _session_key(cookie: str) -> str:
    try:
        morsel = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
