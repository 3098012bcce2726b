"""Pages of corrections: the list as pictures, relabelling, deleting."""

import base64
import io
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe
from PIL import Image

from datasets.models import Sample
from datasets.samples import selectors, services
from inference.registry.selectors import champion_number
from nnlib.shape import SIDE
from weblib.whole_numbers import whole_number

PAGE_SIZE: Final = 60
DIGITS: Final = range(10)


@dataclass(frozen=True, slots=True)
class Card:
    """A correction and its picture as a `data:` address."""

    correction: Sample
    picture: str


@require_safe
@ensure_csrf_cookie
def correction_list(request: HttpRequest) -> HttpResponse:
    """Corrections as pictures, newest first, of one digit (`?label=`) or all; `?cursor=` goes on to older ones."""
    label, cursor = whole_number(request.GET.get("label", "")), whole_number(request.GET.get("cursor", ""))
    if label not in DIGITS:
        label = None
    page = selectors.corrections_page(label=label, cursor=cursor, limit=PAGE_SIZE)
    counts = selectors.count_by_label()
    context = {
        "page": page,
        "cards": [_card(correction) for correction in page.rows],
        "label": label,
        "cursor": cursor,
        "total": sum(counts),
        "filters": list(enumerate(counts)),
        "digits": DIGITS,
        "champion": champion_number(),
    }
    return render(request, "inference/corrections/list.html", context)


@require_POST
def correction_relabel(request: HttpRequest) -> HttpResponse:
    """Give each correction `label_<id>` that label: how the page saves without a script."""
    sent = {name.removeprefix("label_"): value for name, value in request.POST.items() if name.startswith("label_")}
    labels = {whole_number(name): whole_number(str(value)) for name, value in sent.items()}
    wanted = {name: label for name, label in labels.items() if name is not None and label in DIGITS}
    changed = services.relabel_many({name: label for name, label in wanted.items() if label is not None})
    if changed:
        messages.success(request, f"{_counted(changed)} {'is' if changed == 1 else 'are'} relabelled.")
    else:
        messages.info(request, "Nothing was changed.")
    return redirect(_back(request))


@require_POST
def correction_delete(request: HttpRequest) -> HttpResponse:
    """Confirm whether to delete the ticked corrections (`id`), and do so once `sure` is sent along."""
    ids = [number for text in request.POST.getlist("id") if (number := whole_number(text)) is not None]
    corrections = selectors.corrections_of(ids)
    back = _back(request)
    if not corrections:
        messages.info(request, "Tick the corrections to delete first.")
        return redirect(back)
    if "sure" not in request.POST:
        context = {"cards": [_card(correction) for correction in corrections], "back": back}
        return render(request, "inference/corrections/delete.html", context)
    deleted = services.delete_corrections(ids)
    messages.success(request, f"{_counted(deleted)} {'is' if deleted == 1 else 'are'} deleted.")
    return redirect(back)


def _card(correction: Sample) -> Card:
    buffer = io.BytesIO()
    Image.frombytes("L", (SIDE, SIDE), bytes(correction.pixels)).save(buffer, "PNG")
    return Card(correction, f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}")


def _back(request: HttpRequest) -> str:
    """Where the page came from, on this site."""
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours and address.startswith("/") else reverse("corrections")


def _counted(count: int) -> str:
    return "1 correction" if count == 1 else f"{count} corrections"
