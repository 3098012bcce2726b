"""Pages for drawing and for model versions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
