"""Pages of data sets: what there is to learn from, and what it looks like."""

import io

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from PIL import Image

import datasets
from datasets import sample_pages
from nnlib.shape import SIDE

MAX_PAGE = 500


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    """Every data set, and whether it is at hand."""
    shown = [(one, sample_pages.can_be_shown(one.key)) for one in datasets.availability()]
    return render(request, "datasets/list.html", {"datasets": shown})


@require_safe
def dataset_page(request: HttpRequest, key: str) -> HttpResponse:
    """A page of samples of one data set, a row per digit (`?page=`)."""
    if key not in sample_pages.KEYS:
        raise Http404
    text = request.GET.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 5 else 1
    page = min(max(page, 1), MAX_PAGE)
    (status,) = (one for one in datasets.availability() if one.key == key)
    context = {
        "dataset": status,
        "can_be_shown": sample_pages.can_be_shown(key),
        "digits": range(10),
        "per_page": sample_pages.PER_PAGE,
        "page": page,
        "previous": page - 1,
        "next": page + 1 if page < MAX_PAGE else None,
    }
    return render(request, "datasets/dataset.html", context)


@require_safe
@cache_control(max_age=3600)
def dataset_samples(_request: HttpRequest, key: str, page: int, digit: int) -> HttpResponse:
    """One row of a page of samples as PNG: black ink on nothing."""
    if digit > 9 or not 1 <= page <= MAX_PAGE or not sample_pages.can_be_shown(key):
        raise Http404
    images = sample_pages.samples(key, digit, page)
    if not len(images):
        raise Http404
    ink = np.zeros((SIDE, sample_pages.PER_PAGE * SIDE), np.uint8)
    row = images.transpose(1, 0, 2).reshape(SIDE, -1)
    ink[:, : row.shape[1]] = row
    picture = Image.merge("LA", (Image.new("L", ink.shape[::-1], 0), Image.fromarray(ink)))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return HttpResponse(file.getvalue(), content_type="image/png")
