"""The WebSocket addresses of runs."""

from typing import Any

from django.urls import re_path

from training.watching.socket import watch_run

_watch: Any = watch_run  # Django's types know no ASGI applications
websocket_urlpatterns = [re_path(r"^ws/runs/(?P<run_id>\d{1,15})/$", _watch)]
