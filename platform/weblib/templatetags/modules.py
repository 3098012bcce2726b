"""`{% module "js/draw/draw_page.js" %}`: a page's script, and beforehand everything that it imports."""

import posixpath
import re
from functools import cache
from pathlib import Path

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

# At the start of a line: types are imported in comments, which no browser loads.
_IMPORT = re.compile(r'^(?:import|export)\s[^;"(]*"(\.{1,2}/[^"]+)";', re.MULTILINE)


@register.simple_tag
def module(name: str) -> SafeString:
    """The script, and links by which a browser fetches its imports together, not each once another has named it."""
    links = format_html_join(
        "\n", '<link rel="modulepreload" href="{}">', ((static(one),) for one in imported_by(name))
    )
    return format_html('{}\n<script type="module" src="{}"></script>', links, static(name))


@cache
def imported_by(name: str) -> tuple[str, ...]:
    """The static files that a module imports, and those that these import; each once, itself left out.

    Raises:
        FileNotFoundError: there is no such module, or one of them imports what is not there.
    """
    seen = [name]
    for one in seen:
        seen += [imported for imported in _imports(one) if imported not in seen]
    return tuple(seen[1:])


def _imports(name: str) -> list[str]:
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(f"expected a static file called {name}; there is none")
    folder = posixpath.dirname(name)
    return [posixpath.normpath(posixpath.join(folder, found)) for found in _IMPORT.findall(Path(path).read_text())]
