"""Addresses of the pages of data sets."""

from django.urls import path

from datasets import pages

urlpatterns = [
    path("datasets/", pages.dataset_list, name="datasets"),
    path("datasets/<slug:key>/", pages.dataset_page, name="dataset"),
    path("datasets/<slug:key>/<int:page>/<int:digit>.png", pages.dataset_samples, name="dataset_samples"),
]
