"""The path under which a proxy publishes the site, such as `/lab/`."""

from typing import Any

from weblib.asgi_answer import send_answer


class UrlPrefix:
    """An ASGI application around another one, which receives the path without the prefix.

    A path that does not begin with the prefix is served too: some proxies strip it, and health checks do not send it.

    Args:
        application: All of the site.
        prefix: Such as "/lab".
    """

    def __init__(self, application: Any, prefix: str) -> None:
        self._application = application
        self._prefix = prefix

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass the request on; the prefix without its slash is redirected to that with it."""
        if scope["type"] == "http" and scope["path"] == self._prefix:
            await send_answer(send, 302, b"", more_headers=[(b"location", f"{self._prefix}/".encode())])
            return
        if scope.get("path", "").startswith(f"{self._prefix}/"):
            scope = {**scope, "path": scope["path"].removeprefix(self._prefix)}
        await self._application(scope, receive, send)


class WithPrefix:
    """Django under the prefix: it expects the whole path, and strips `FORCE_SCRIPT_NAME` itself."""

    def __init__(self, application: Any, prefix: str) -> None:
        self._application = application
        self._prefix = prefix

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass the request on."""
        await self._application({**scope, "path": self._prefix + scope["path"]}, receive, send)
