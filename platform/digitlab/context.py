"""Variables for every template."""

from django.conf import settings
from django.http import HttpRequest


def auth_mode(_request: HttpRequest) -> dict[str, bool]:
    """Whether people log in here (`login_mode`)."""
    return {"login_mode": settings.AUTH_MODE == "login"}
