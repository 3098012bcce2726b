"""The WebSocket addresses of runs."""

from django.urls import re_path

from training.consumers import RunConsumer

websocket_urlpatterns = [re_path(r"^ws/runs/(?P<run_id>\d{1,15})/$", RunConsumer.as_asgi())]
