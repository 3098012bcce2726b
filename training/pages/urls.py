"""Addresses of the pages of runs, of lessons and of the comparison."""

from django.urls import path

from training.comparison import pages as comparison
from training.lessons import pages as lessons
from training.pages import bulk, runs, snapshots, trash

urlpatterns = [
    path("runs/", runs.run_list, name="runs"),
    path("runs/new/", runs.run_new, name="run_new"),
    path("runs/trash/", trash.trash, name="run_trash_list"),
    path("runs/trash/empty/", trash.trash_empty, name="run_trash_empty"),
    path("runs/bulk/", bulk.run_bulk, name="run_bulk"),
    path("runs/<int:run_id>/", runs.run_page, name="run"),
    path("runs/<int:run_id>/name/", runs.run_describe, name="run_name"),
    path("runs/<int:run_id>/notes/", runs.run_describe, name="run_notes"),
    path("runs/<int:run_id>/tags/", runs.run_describe, name="run_tags"),
    path("runs/<int:run_id>/learning.json", snapshots.learning, name="run_learning"),
    path("runs/<int:run_id>/learning/<int:epoch>.json", snapshots.learning_at, name="run_learning_at"),
    path("runs/<int:run_id>/stop/", runs.run_stop, name="run_stop"),
    path("runs/<int:run_id>/resume/", runs.run_resume, name="run_resume"),
    path("runs/<int:run_id>/publish/", runs.run_publish, name="run_publish"),
    path("runs/<int:run_id>/trash/", trash.run_trash, name="run_trash"),
    path("runs/<int:run_id>/restore/", trash.run_restore, name="run_restore"),
    path("runs/<int:run_id>/delete/", trash.run_delete, name="run_delete"),
    path("lessons/", lessons.lesson_list, name="lessons"),
    path("lessons/<slug:slug>/", lessons.lesson_page, name="lesson"),
    path("lessons/<slug:slug>/start/", lessons.lesson_start, name="lesson_start"),
    # Here and not with the versions: only this package knows runs, and they are compared with each other.
    path("versions/compare/", comparison.compare, name="compare"),
    path("versions/compare.csv", comparison.compare_csv, name="compare_csv"),
]
