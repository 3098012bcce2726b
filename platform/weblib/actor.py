"""Who asks: what histories write down."""

from django.http import HttpRequest

LOCAL = "local"


def actor(request: HttpRequest) -> str:
    """The name of who sent a request: an account, the token that spoke for one, or "local" where nobody logs in."""
    user = getattr(request, "user", None)
    name = user.get_username() if user is not None and user.is_authenticated else LOCAL
    token = getattr(request, "api_token_name", "")
    return f"token {token} of {name}" if token else name
