"""What the page of a run shows of the network while it learns."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from inference.inspection import snapshot_frames
from inference.registry.snapshots import epochs_of
from training.models import Run, SnapshotRow
from training.runs import snapshot_rows
from training.states import Status


def shown_of(run: Run) -> dict[str, Any]:
    """Where the page of a run gets snapshots from, and which there are: its own, or its version's once it has one."""
    if run.version is not None:
        first = reverse("version_learning", args=(run.version.number, 0))
        return {"learning_base": first.removesuffix("0.json"), "learning_epochs": epochs_of(run.version)}
    # Of a completed run they went with its version, which was deleted.
    is_learning = run.status != Status.COMPLETED
    base = reverse("run_learning", args=(run.pk,)).removesuffix(".json") + "/"
    return {"learning_base": base, "learning_epochs": snapshot_rows.epochs_of(run.pk), "is_learning": is_learning}


@require_safe
@never_cache
def learning(_request: HttpRequest, run_id: int) -> HttpResponse:
    """The epochs of which there are snapshots; none once the run is done: its version has them."""
    return JsonResponse({"epochs": snapshot_rows.epochs_of(run_id)})


@require_safe
@never_cache
def learning_at(_request: HttpRequest, run_id: int, epoch: int) -> HttpResponse:
    """How the first layer, the weights and the gradients were after an epoch.

    204 for a snapshot that was thinned out, or moved to the run's version, a moment ago.
    """
    try:
        return JsonResponse(snapshot_frames.frame(snapshot_rows.load(run_id, epoch)))
    except SnapshotRow.DoesNotExist:
        if Run.objects.filter(pk=run_id).exists():
            return HttpResponse(status=204)
        return JsonResponse({"detail": f"there is no run {run_id}"}, status=404)
