"""Pages that look into the network of a version."""

from typing import Any
from weakref import WeakKeyDictionary

import orjson
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import condition, require_safe

from datasets.probe_images import probe_images
from inference.errors import ArtifactError, VersionNotFoundError
from inference.inspection import snapshot_frames
from inference.inspection.neuron import inspect_neuron
from inference.inspection.summary import FORMAT, summarize
from inference.models import ModelVersion
from inference.registry import selectors, snapshots
from inference.serving import prediction
from nnlib import Network


@require_safe
@ensure_csrf_cookie
def page(request: HttpRequest, number: int) -> HttpResponse:
    """The network while one draws; `?layer=1&neuron=17` opens a neuron."""
    version = _version_or_404(number)
    context = {"version": version, "layers": _layers(version), "epochs": snapshots.epochs_of(version)}
    return render(request, "inference/inspection/network.html", context)


def _fingerprint(_request: HttpRequest, number: int) -> str | None:
    found = ModelVersion.objects.filter(number=number).values_list("sha256", flat=True).first()
    return None if found is None else f'"{FORMAT}-{found}"'


@require_safe
@condition(etag_func=_fingerprint)
def summary(_request: HttpRequest, number: int) -> HttpResponse:
    """What the page draws before anybody has drawn a digit."""
    _version_or_404(number)
    try:
        network = prediction.NETWORKS.get(number).network
    except ArtifactError as error:
        return _refused(error)
    return HttpResponse(_summary_json(network), content_type="application/json")


# As long as a network is at hand: it takes 20 ms, and a quarter of a megabyte.
_summaries: WeakKeyDictionary[Network, bytes] = WeakKeyDictionary()


def _summary_json(network: Network) -> bytes:
    told = _summaries.get(network)
    if told is None:
        told = _summaries[network] = orjson.dumps(summarize(network))
    return told


@require_safe
def neuron(_request: HttpRequest, number: int, layer: int, neuron: int) -> HttpResponse:
    """One neuron: its weights, the test images that excite it, its connections."""
    version = _version_or_404(number)
    sizes = version.layer_sizes
    if not 1 <= layer < len(sizes) or neuron >= sizes[layer]:
        return JsonResponse({"detail": f"there is no neuron {neuron} in layer {layer}"}, status=404)
    try:
        network = prediction.NETWORKS.get(number).network
    except ArtifactError as error:
        return _refused(error)
    return _compact(inspect_neuron(network, version.sha256, probe_images(version.dataset), layer, neuron))


@require_safe
def learning(_request: HttpRequest, number: int, epoch: int) -> HttpResponse:
    """How the first layer, the weights and the gradients were after an epoch."""
    try:
        return _compact(snapshot_frames.frame(snapshots.load_one(_version_or_404(number), epoch)))
    except VersionNotFoundError as error:
        return JsonResponse({"detail": str(error)}, status=404)
    except ArtifactError as error:
        return _refused(error)


def _compact(value: dict[str, Any]) -> JsonResponse:
    return JsonResponse(value, json_dumps_params={"separators": (",", ":")})


def _refused(error: ArtifactError) -> JsonResponse:
    return JsonResponse({"detail": str(error)}, status=409)


def _version_or_404(number: int) -> ModelVersion:
    try:
        return selectors.get_version(number)
    except VersionNotFoundError as error:
        raise Http404(str(error)) from None


def _layers(version: ModelVersion) -> list[tuple[str, int]]:
    sizes = version.layer_sizes
    hidden = [(f"Hidden layer {index}", size) for index, size in enumerate(sizes[1:-1], start=1)]
    return [("Input pixels", sizes[0]), *hidden, ("Digits", sizes[-1])]
