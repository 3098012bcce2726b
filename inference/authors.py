"""Who asks: the name that is kept with what people write."""

from django.http import HttpRequest

NOBODY_LOGS_IN = "local"


def author_of(request: HttpRequest) -> str:
    """The name of the user who is logged in or whose token came along; "local" where nobody logs in."""
    user = getattr(request, "user", None)
    return user.get_username() if user is not None and user.is_authenticated else NOBODY_LOGS_IN
