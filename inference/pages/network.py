"""Pages that look into the network of a version."""

from collections.abc import Callable
from threading import Lock
from typing import Any

import orjson
from cachetools import LRUCache, cached
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import condition, require_safe

from datasets.probe_images import probe_images
from inference.errors import ArtifactError, VersionNotFoundError
from inference.inspection import snapshot_frames
from inference.inspection.neuron import inspect_neuron
from inference.inspection.snapshot_frames import FORMAT as SNAPSHOT_FORMAT
from inference.inspection.summary import FORMAT, first_layer, summarize
from inference.models import ModelVersion, SnapshotFile
from inference.registry import selectors, snapshots
from inference.serving import prediction
from nnlib import Network

# Set by the page's script once the tour was taken or declined.
TOUR_COOKIE = "digitlab_tour"


@require_safe
@ensure_csrf_cookie
def page(request: HttpRequest, number: int) -> HttpResponse:
    """The network while one draws; `?layer=1&neuron=17` opens a neuron."""
    version = _version_or_404(number)
    context = {
        "version": version,
        "layers": _layers(version),
        "epochs": snapshots.epochs_of(version),
        "is_tour_offered": TOUR_COOKIE not in request.COOKIES,
    }
    return render(request, "inference/inspection/network.html", context)


def _fingerprint(_request: HttpRequest, number: int) -> str | None:
    found = ModelVersion.objects.filter(number=number).values_list("sha256", flat=True).first()
    return None if found is None else f'"{FORMAT}-{found}"'


@require_safe
@condition(etag_func=_fingerprint)
def summary(_request: HttpRequest, number: int) -> HttpResponse:
    """What the diagram shows without a drawing."""
    return _of_network(number, summarize)


@require_safe
@condition(etag_func=_fingerprint)
def weights(_request: HttpRequest, number: int) -> HttpResponse:
    """The pictures of the first layer: large, and below the first screen."""
    return _of_network(number, first_layer)


def _of_network(number: int, describe: Callable[[Network], dict[str, Any]]) -> HttpResponse:
    version = _version_or_404(number)
    try:
        network = prediction.NETWORKS.get(number).network
    except ArtifactError as error:
        return _refused(error)
    return HttpResponse(_json_of(version.sha256, network, describe), content_type="application/json")


# Both take 20 ms and have a quarter of a megabyte.
@cached(
    LRUCache(16 * 1024 * 1024, getsizeof=len),
    key=lambda sha256, _network, describe: (sha256, describe),
    lock=Lock(),
)
def _json_of(_sha256: str, network: Network, describe: Callable[[Network], dict[str, Any]]) -> bytes:
    return orjson.dumps(describe(network))


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


def _snapshot_fingerprint(_request: HttpRequest, number: int, epoch: int) -> str | None:
    found = SnapshotFile.objects.filter(version__number=number).values_list("sha256", flat=True).first()
    return None if found is None else f'"{SNAPSHOT_FORMAT}-{found}-{epoch}"'


@require_safe
@condition(etag_func=_snapshot_fingerprint)
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
