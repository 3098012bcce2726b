"""The page of the test images that a version misread."""

from typing import Final

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from datasets.digit_images import data_url
from inference.errors import ArtifactError, VersionNotFoundError
from inference.registry import selectors
from inference.reports.mistakes import images_of_evaluation, mistakes
from nnlib.shape import CLASSES
from weblib import labels

PER_PAGE: Final = 60


@require_safe
def version_mistakes(request: HttpRequest, number: int) -> HttpResponse:
    """Misread images of one version, the surest first (`?truth=4&answer=9&page=2`)."""
    try:
        version = selectors.get_version(number)
    except VersionNotFoundError as error:
        raise Http404 from error
    truth, answer = (_digit(request.GET.get(name, "")) for name in ("truth", "answer"))
    test_set, reason = images_of_evaluation(version), ""
    found = []
    try:
        if test_set is not None:
            found = mistakes(version, test_set, truth=truth, answer=answer)
    except ArtifactError as error:
        reason = labels.sentence(error)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "version": version,
        "test_set": test_set,
        "reason": reason,
        "truth": truth,
        "answer": answer,
        "digits": range(CLASSES),
        "page": page,
        "shown": [(one, data_url(one.pixels)) for one in page],
    }
    return render(request, "inference/reports/mistakes.html", context)


def _digit(text: str) -> int | None:
    return int(text) if len(text) == 1 and text.isascii() and text.isdigit() else None
