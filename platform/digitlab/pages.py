"""The page about this program: what it is, where to begin, version and licence; and the page of terms."""

from importlib.metadata import metadata

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inference.registry.selectors import champion_number
from weblib.templatetags.glossary import GLOSSARY


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What a newcomer looks for; the version and the licence are those of the installed package."""
    package = metadata("digitlab")
    context = {"version": package["Version"], "licence": package["License-Expression"], "champion": champion_number()}
    return render(request, "about.html", context)


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Every term of the pages with its explanation; headings link to its entries."""
    return render(request, "glossary.html", {"terms": GLOSSARY.values()})
