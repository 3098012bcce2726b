"""Addresses of the pages of storage."""

from django.urls import path

from storage import pages

urlpatterns = [
    path("storage/", pages.storage, name="storage"),
    path("storage/prune/", pages.storage_prune, name="storage_prune"),
]
