"""Pages for drawing, and for versions: the list, one, its network, several side by side."""

from dataclasses import replace
from functools import partial
from typing import Final, get_args

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from inference.errors import VersionNotFoundError
from inference.labels import measurement_text, origin_text
from inference.model_files.kinds import KINDS
from inference.models import CHAMPION, ModelVersion
from inference.registry import (
    alias_services,
    findings,
    findings_services,
    lineage,
    selectors,
    services,
    trash_selectors,
    version_references,
)
from inference.registry.kept_epoch import kept_epoch
from inference.reports import correction_score, per_digit
from inference.reports.input_scales import scale_offer
from inference.reports.reliability_diagram import diagram_of
from inference.serving.prediction import MAX_VERSIONS
from nnlib.vocabulary import LossName, OptimizerName
from weblib import labels
from weblib.actor import actor
from weblib.description import save_description
from weblib.errors import CursorError
from weblib.lists.orders import COMMON_TITLES
from weblib.lists.query import ListQuery

PAGE_SIZE = 25
SORT_TITLES: Final = {**COMMON_TITLES, "size": "Smallest file"}


@require_safe
@ensure_csrf_cookie
def draw(request: HttpRequest) -> HttpResponse:
    """The canvas. `?version=3&version=champion` names the versions; without it the champion answers."""
    versions = selectors.all_versions()
    champion = selectors.champion_number()
    asked, missing = _asked_versions(request.GET.getlist("version"))
    chosen = {version.number for version in asked} or {champion or (versions[0].number if versions else 0)}
    listed = {version.number for version in versions}
    context = {
        "versions": versions + [version for version in asked if version.number not in listed],
        "champion": champion,
        "chosen": chosen,
        "missing": missing,
        "asked": asked,
        "digits": range(10),
    }
    return render(request, "inference/serving/draw.html", context, status=404 if missing and not asked else 200)


@require_safe
def version_list(request: HttpRequest) -> HttpResponse:
    """The versions that fit the filters in the address; `?cursor=` goes on to the next page."""
    datasets = selectors.known_datasets()
    engines = selectors.known_engines()
    choices = {"source": ModelVersion.Source.values, "dataset": datasets, "loss": get_args(LossName)}
    choices |= {"optimizer": get_args(OptimizerName), "engine": engines}
    query = ListQuery.read(request.GET, choices=choices, sorts=selectors.SORTS)
    losses = selectors.losses_of(**query.filters) if query.is_by_error else []
    requested, query = query, query.by_accuracy() if len(losses) > 1 else query
    try:
        page = selectors.versions_page(**query.selection, cursor=query.cursor, limit=PAGE_SIZE)
    except CursorError:
        query = replace(query, cursor=None)
        page = selectors.versions_page(**query.selection, limit=PAGE_SIZE)
    context = {
        "page": page,
        "rows": [(version, findings.worded(version.findings)) for version in page.rows],
        "query": query,
        "older": query.address(cursor=page.next_cursor) if page.next_cursor else "",
        "sources": ModelVersion.Source.choices,
        "datasets": [(key, labels.choice_title(key)) for key in datasets],
        "losses": [(loss, labels.choice_title(loss)) for loss in get_args(LossName)],
        "optimizers": [(key, labels.choice_title(key)) for key in get_args(OptimizerName)],
        "engines": [(key, labels.choice_title(key)) for key in engines],
        "most_compared": selectors.MAX_COMPARED,
        "by_error": requested.by_error_of(losses),
        "sorts": SORT_TITLES,
        "known_tags": selectors.known_tags(),
        "champion": selectors.champion_number(),
    }
    return render(request, "inference/versions/list.html", context)


@require_safe
@ensure_csrf_cookie
def version_page(request: HttpRequest, number: int) -> HttpResponse:
    """One version: what it learned from, how its error fell, and how well it reads; where it is, if in the trash."""
    trashed = trash_selectors.trashed_version(number)
    if trashed is not None:
        context = {
            "row": trashed,
            "title": f"Version {number}",
            "meaning": "It predicts nothing until it is restored.",
            "restore": reverse("version_restore", args=[number]),
            "trash": reverse("trash"),
        }
        return render(request, "weblib/trash/trashed.html", context, status=404)
    version = _version_or_404(number)
    metrics = version.metrics
    is_measured_later = version.source == ModelVersion.Source.IMPORT or "published_by_hand" in version.origin
    context = {
        "version": version,
        "run_id": version_references.run_id(version.number),
        "is_champion": any(alias.name == CHAMPION for alias in version.aliases.all()),
        "findings": findings.worded(findings_services.findings_of_version(version)),
        "configuration": labels.configuration_rows(version.config),
        "loss": labels.loss_title(version.loss),
        "metrics": metrics,
        "measurement": measurement_text(metrics) if is_measured_later else "",
        "scale_offer": scale_offer(metrics),
        "corrections": correction_score.scores_for_page([number]).get(number),
        "confusion": per_digit.confusion_rows(metrics.get("confusion")),
        "classes": per_digit.class_rows(metrics),
        "diagram": diagram_of(metrics),
        "origin": origin_text(version.origin),
        "beginning": _beginning(version),
        "ancestors": lineage.ancestors(version)[::-1],
        "children": lineage.children(version),
        "curves": [per_digit.curve(version)],
        "has_validation": any(epoch.get("validation_error") is not None for epoch in version.history),
        "kept_epoch": kept_epoch(version.config, version.history),
        "kinds": KINDS.values(),
    }
    return render(request, "inference/versions/version.html", context)


@require_POST
def version_champion(request: HttpRequest, number: int) -> HttpResponse:
    """Let the canvas use this version from now on."""
    _version_or_404(number)
    alias_services.move_alias(CHAMPION, number, by=actor(request))
    messages.success(request, f"Version {number} is the champion now.")
    return redirect("version", number)


@require_POST
def version_describe(request: HttpRequest, number: int) -> HttpResponse:
    """Give the version another name, other notes or other tags, whichever is sent."""
    _version_or_404(number)
    save_description(request, partial(services.describe_version, number))
    return redirect("version", number)


def _asked_versions(names: list[str]) -> tuple[list[ModelVersion], str]:
    """The versions that an address names, and a sentence about those that are not there or too many."""
    found: dict[int, ModelVersion] = {}
    missing = ""
    for name in (part.strip() for text in names for part in text.split(",")):
        if not name:
            continue
        try:
            version = selectors.resolve(name)
        except VersionNotFoundError as error:
            missing = labels.sentence(error)
        else:
            found[version.number] = version
    if len(found) > MAX_VERSIONS:
        missing = f"At most {MAX_VERSIONS} versions can predict at once; these are the first."
    return list(found.values())[:MAX_VERSIONS], missing


def _version_or_404(number: int) -> ModelVersion:
    try:
        return selectors.get_version(number)
    except VersionNotFoundError as error:
        raise Http404(str(error)) from None


def _beginning(version: ModelVersion) -> str:
    """What stands where a version has no parent (any more)."""
    gone = version.config.get("from_version")
    if gone:
        return f"Version {gone}, which was deleted"
    return "Imported" if version.source == ModelVersion.Source.IMPORT else "Random weights"
