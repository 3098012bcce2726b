"""The web process: pages and API by Django, runs over Channels, predictions and static files before Django."""

import gc
import os
from typing import Any

from digitlab.processes import role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitlab.settings")
role.begin("web")

from django.core.asgi import get_asgi_application  # noqa: E402 -- the settings depend on the role

django_application = get_asgi_application()

from channels.routing import URLRouter  # noqa: E402 -- Django is set up first
from django.conf import settings  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from digitlab.http.account_sockets import AccountSockets  # noqa: E402
from digitlab.http.body_limit import BodyLimit  # noqa: E402
from digitlab.http.guard import Guard  # noqa: E402
from digitlab.http.static_files import StaticFiles  # noqa: E402
from digitlab.http.url_prefix import UrlPrefix, WithPrefix  # noqa: E402
from inference.serving.asgi import PredictHttp, PredictionResponder, PredictSocket  # noqa: E402
from inference.serving.micro_batching import MicroBatcher  # noqa: E402
from training.watching.routing import websocket_urlpatterns  # noqa: E402

PREDICT_PATH = "/api/v1/predict"
PREDICT_SOCKET_PATH = "/ws/predict/"

_responder = PredictionResponder(MicroBatcher())
_predict_http = PredictHttp(_responder)
_predict_socket = PredictSocket(_responder)
_run_sockets = URLRouter(websocket_urlpatterns)
_pages = StaticFiles(BodyLimit(WithPrefix(django_application, settings.URL_PREFIX)))
_needs_login = settings.AUTH_MODE == "login"


async def _route(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await (_sockets_of_accounts if _needs_login else _route_socket)(scope, receive, send)
    elif not _needs_login and scope["type"] == "http" and (scope["method"], scope["path"]) == ("POST", PREDICT_PATH):
        await _predict_http(scope, receive, send)
    else:
        await _pages(scope, receive, send)


async def _route_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["path"] == PREDICT_SOCKET_PATH:
        await _predict_socket(scope, receive, send)
    else:
        try:
            await _run_sockets(scope, receive, send)
        except ValueError:  # raised by Channels for an unknown address
            await receive()
            await send({"type": "websocket.close", "code": 4404})


_sockets_of_accounts = AccountSockets(_route_socket)
application: Any = Guard(_route)
if settings.URL_PREFIX:
    application = UrlPrefix(application, settings.URL_PREFIX)

# What the process starts with it keeps. Loaded now and frozen, it is no part of what the collector walks again and
# again, which made one answer in some dozens take a tenth of a second longer.
get_resolver().url_patterns  # noqa: B018 -- loads every view
gc.collect()
gc.freeze()
