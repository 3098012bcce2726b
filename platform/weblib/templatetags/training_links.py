"""`{% training_url "run_new" from_version=3 %}`: links to pages of `training` from templates below it."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag
def training_url(name: str, *arguments: Any, **query: Any) -> str:
    """The address of a page of `training`, with a query; a value that is empty is left out.

    Raises:
        django.urls.NoReverseMatch: `training` has no such page.
    """
    given = {key: value for key, value in query.items() if value not in (None, "")}
    address = reverse(name, args=arguments)
    return f"{address}?{urlencode(given)}" if given else address
