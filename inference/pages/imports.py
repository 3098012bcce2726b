"""The page on which a model file is imported."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from inference.errors import ArtifactError
from inference.pages.forms import ImportForm
from inference.registry import lineage, services
from weblib import labels


@require_http_methods(["GET", "HEAD", "POST"])
def version_import(request: HttpRequest) -> HttpResponse:
    """The form for a model file (GET), and its publication as a version (POST)."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_bound and form.is_valid():
        try:
            version = services.import_version(form.cleaned_data["file"].read(), name=form.cleaned_data["name"])
        except ArtifactError as error:
            form.add_error("file", labels.sentence(error))
        else:
            messages.success(request, f"Imported as version {version.number}.{_equals(version.number)}")
            return redirect("version", version.number)
    return render(request, "inference/versions/import.html", {"form": form}, status=422 if form.errors else 200)


def _equals(number: int) -> str:
    same = lineage.numbers_of_same_weights(number)
    return f" It has the very weights of version {same[0]}." if same else ""
