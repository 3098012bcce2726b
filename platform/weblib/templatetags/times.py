"""`{% moment version.created_at %}`: a moment in the one form that all pages share; `times.js` writes the same text."""

from datetime import UTC, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def moment(value: datetime | str | None, *, css: str = "", part: str = "", relative: bool = False) -> SafeString:
    """A `<time>` element: "25 Nov 2026, 16:00 CET" in the server's time zone until a script takes the reader's.

    Args:
        value: a moment or its ISO 8601 text; an empty value gives an empty element, for a script to fill.
        css: classes of the element.
        part: its `data-part`.
        relative: whether the script writes how long ago it was.
    """
    at = datetime.fromisoformat(value) if isinstance(value, str) and value else value or None
    attributes = format_html(
        "{}{}{}",
        format_html(' class="{}"', css) if css else "",
        format_html(' data-part="{}"', part) if part else "",
        SafeString(" data-relative") if relative else "",
    )
    if not isinstance(at, datetime):
        return format_html("<time{}></time>", attributes)
    return format_html('<time{} datetime="{}">{}</time>', attributes, utc_text(at), local_text(at))


def utc_text(at: datetime) -> str:
    """ISO 8601 in UTC, to the second: "2026-11-25T15:00:00Z"."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def local_text(at: datetime) -> str:
    """The moment in the server's time zone, which is named: "25 Nov 2026, 16:00 CET"."""
    local = timezone.localtime(at)
    zone = local.tzname() or ""
    # Zones without an abbreviation are named by their distance, such as "-03".
    return f"{local.day} {local:%b %Y, %H:%M} {f'UTC{zone}' if zone[:1] in '+-' else zone}"
