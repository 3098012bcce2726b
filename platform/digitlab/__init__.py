"""The Django project: settings, addresses, processes. Thin."""

from digitlab.celery import app as celery_app

__all__ = ["celery_app"]
