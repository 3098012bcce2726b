"""The actor of a request, as histories record it."""

from django.http import HttpRequest

LOCAL = "local"


def actor(request: HttpRequest) -> str:
    """The name of the client: an account, a token of an account, or "local" in `local` mode."""
    user = getattr(request, "user", None)
    name = user.get_username() if user is not None and user.is_authenticated else LOCAL
    token = getattr(request, "api_token_name", "")
    return f"token {token} of {name}" if token else name
