"""Pages for data sets and runs, and for comparing what they left."""

from django.urls import path

from training import bulk_views, comparison_views, dataset_views, snapshot_views, views

urlpatterns = [
    path("datasets/", dataset_views.dataset_list, name="datasets"),
    path("datasets/<slug:key>/", dataset_views.dataset_page, name="dataset"),
    path("datasets/<slug:key>/<int:page>/<int:digit>.png", dataset_views.dataset_samples, name="dataset_samples"),
    path("runs/", views.run_list, name="runs"),
    path("runs/new/", views.run_new, name="run_new"),
    path("runs/bulk/", bulk_views.run_bulk, name="run_bulk"),
    path("runs/<int:run_id>/", views.run_page, name="run"),
    path("runs/<int:run_id>/tags/", views.run_tags, name="run_tags"),
    path("runs/<int:run_id>/learning.json", snapshot_views.learning, name="run_learning"),
    path("runs/<int:run_id>/learning/<int:epoch>.json", snapshot_views.learning_at, name="run_learning_at"),
    path("runs/<int:run_id>/stop/", views.run_stop, name="run_stop"),
    path("runs/<int:run_id>/resume/", views.run_resume, name="run_resume"),
    path("runs/<int:run_id>/delete/", views.run_delete, name="run_delete"),
    # Here and not with the versions: only this package knows runs, and they are compared with each other.
    path("versions/compare/", comparison_views.compare, name="compare"),
    path("versions/compare.csv", comparison_views.compare_csv, name="compare_csv"),
]
