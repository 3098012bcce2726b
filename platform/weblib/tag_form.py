"""What becomes of the form that changes tags, on the page of a run as on that of a version."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from pydantic_core import PydanticCustomError

from weblib.tags import tags_in


def save_tags(request: HttpRequest, set_tags: Callable[[list[str]], object]) -> None:
    """Hand the tags that were sent to `set_tags`, and leave a message for the next page: saved, or what is wrong."""
    try:
        words = tags_in(request.POST.get("tags", ""))
    except PydanticCustomError as error:
        messages.error(request, f"Tags {error.message()}.")
    else:
        set_tags(words)
        messages.success(request, "Tags saved.")
