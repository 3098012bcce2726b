"""The page on which a model file is imported, and the import of a version anew for inputs of another scale."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from inference.errors import ArtifactError, MissingFactsError, RegistryStateError, VersionNotFoundError
from inference.pages.forms import ImportForm, RescaleForm
from inference.registry import lineage, rescaling_services, services
from weblib import labels


@require_http_methods(["GET", "HEAD", "POST"])
def version_import(request: HttpRequest) -> HttpResponse:
    """The form for a model file (GET), and its publication as a version (POST)."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_bound and form.is_valid():
        try:
            version = services.import_version(
                form.cleaned_data["file"].read(), name=form.cleaned_data["name"], options=form.options
            )
        except MissingFactsError as error:
            for field in error.fields:
                form.add_error(field, "The file does not say it: choose it here, and choose the file again.")
        except ArtifactError as error:
            form.add_error("file", labels.sentence(error))
        else:
            messages.success(request, f"Imported as version {version.number}.{_equals(version.number)}")
            return redirect("version", version.number)
    return render(request, "inference/versions/import.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def version_rescale(request: HttpRequest, number: int) -> HttpResponse:
    """Import a version anew for inputs of another scale."""
    form = RescaleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such scale of the inputs.")
        return redirect("version", number)
    try:
        version = rescaling_services.import_rescaled(number, form.cleaned_data["input_scale"])
    except VersionNotFoundError as error:
        raise Http404(str(error)) from None
    except (RegistryStateError, ArtifactError) as error:
        messages.error(request, labels.sentence(error))
        return redirect("version", number)
    messages.success(request, f"Imported as version {version.number}, with the scale in its first layer.")
    return redirect("version", version.number)


def _equals(number: int) -> str:
    same = lineage.numbers_of_same_weights(number)
    return f" It has the very weights of version {same[0]}." if same else ""
