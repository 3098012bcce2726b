"""The list of lessons, and the page of each."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from training.lessons import results
from training.lessons.catalogue import LESSONS, Lesson
from training.runs.services import FieldRefusedError
from weblib import labels
from weblib.errors import RateExceededError
from weblib.rate_limits import count_one


@require_safe
def lesson_list(request: HttpRequest) -> HttpResponse:
    """Every lesson, with a mark where a run has solved it."""
    lessons = [(lesson, results.progress_of(lesson)) for lesson in LESSONS.values()]
    return render(request, "training/lessons/list.html", {"lessons": lessons})


@require_safe
@ensure_csrf_cookie
def lesson_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A lesson: idea, prepared run, task, and the check of the runs that were made for it."""
    lesson = _lesson_or_404(slug)
    slugs = list(LESSONS)
    following = slugs[slugs.index(slug) + 1 :]
    context = {
        "lesson": lesson,
        "number": slugs.index(slug) + 1,
        "progress": results.progress_of(lesson),
        "configuration": labels.configuration_rows(lesson.fields),
        "next": LESSONS[following[0]] if following else None,
    }
    return render(request, f"training/lessons/{slug}.html", context)


@require_POST
def lesson_start(request: HttpRequest, slug: str) -> HttpResponse:
    """Start the prepared run, or show the one that was started before."""
    lesson = _lesson_or_404(slug)
    try:
        count_one("submissions", request.user)
        run = results.start(lesson)
    except (FieldRefusedError, RateExceededError) as error:
        messages.error(request, labels.sentence(error))
        return redirect("lesson", slug)
    return redirect("run", run.pk)


def _lesson_or_404(slug: str) -> Lesson:
    if slug not in LESSONS:
        raise Http404(f"there is no lesson {slug!r}")
    return LESSONS[slug]
