"""Health."""

from django.http import HttpRequest, JsonResponse


async def healthz(_request: HttpRequest) -> JsonResponse:
    """Whether it lives."""
    return JsonResponse({})
