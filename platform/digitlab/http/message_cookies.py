"""Django's messages in a cookie, with the path of the site's other cookies."""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpResponseBase


class PathCookieStorage(CookieStorage):
    """Under a prefix, Django's own would send the cookie to every site of the host."""

    def _update_cookie(self, encoded_data: str, response: HttpResponseBase) -> None:
        super()._update_cookie(encoded_data, response)  # type: ignore[misc]
        response.cookies[self.cookie_name]["path"] = settings.SESSION_COOKIE_PATH


class MessageStorage(FallbackStorage):
    """A cookie, or the session for what a cookie cannot hold."""

    storage_classes: Any = (PathCookieStorage, SessionStorage)
