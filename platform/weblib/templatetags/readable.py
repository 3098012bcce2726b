"""Numbers as people read them. A share lies in [0, 1]; what was never measured is a dash."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from weblib import labels

register = template.Library()
NOTHING = "–"

register.filter("value_text", labels.value_text)


@register.filter
def percent(share: float | None, decimals: int = 2) -> str:
    """A share in [0, 1] as "98.12 %"."""
    return NOTHING if share is None else f"{100 * share:.{decimals}f} %"


@register.filter
def error_number(value: float | None) -> str:
    """A number with four significant digits, "0.01603"; a tiny one as "1.39e−8". `format.js` has the same."""
    if value is None or not math.isfinite(value):
        return NOTHING
    sign = "−" if value < 0 else ""
    size = abs(value)
    if 0 < size < 0.0001:
        mantissa, exponent = f"{size:.2e}".split("e")
        return f"{sign}{mantissa}e−{abs(int(exponent))}"
    return f"{sign}{float(f'{size:.4g}'):.15g}"


@register.filter
def p_value(p: float) -> str:
    """A p-value as "p = 0.0123"; one that four digits cannot show as "p < 0.0001"."""
    return "p < 0.0001" if p < 0.0001 else f"p = {error_number(p)}"


@register.filter
def file_size(count: int | None) -> str:
    """Bytes in decimal units: "512 bytes", "795 kB", "1.2 MB"; `format.js` has the same."""
    if count is None:
        return NOTHING
    if count < 1000:
        return f"{count} byte" if count == 1 else f"{count} bytes"
    size = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        size /= 1000
        if size < 9.95:
            return f"{math.floor(10 * size + 0.5) / 10:.1f} {unit}"
        if size < 999.5:
            break
    return f"{math.floor(size + 0.5)} {unit}"


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds as "0.8 s", "42 s", "3 min 5 s" or "2 h 10 min"; `format.js` has the same."""
    if seconds is None:
        return NOTHING
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


@register.filter
def entry(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """`mapping[key]`, or None where either is missing."""
    return mapping.get(key) if mapping else None


@register.filter
def polyline(values: Sequence[float], size: str) -> str:
    """`points` of an SVG polyline through `values` in a box of `size` ("96x28"); `sparkline.js` has the same."""
    width, height = map(int, size.split("x"))
    if not values:
        return ""
    low, high = min(values), max(values)
    span, steps = (high - low) or 1.0, max(1, len(values) - 1)
    return " ".join(
        f"{index * (width - 4) / steps + 2:.1f},{(high - value) / span * (height - 4) + 2:.1f}"
        for index, value in enumerate(values)
    )


@register.filter
def series(counter: int) -> str:
    """The class of the mark of the line `counter`, from 1: eight colours, and a form per round of them."""
    form, colour = divmod(counter - 1, 8)
    return f"series series-{colour + 1}{('', ' series--ring', ' series--square')[form % 3]}"


@register.filter
def heat(share: float) -> int:
    """A share as one of the ten depths of colour of a table's cell, 0 to 9; anything above nothing is at least 1."""
    return 0 if share <= 0 else max(1, min(9, round(share * 9)))


@register.filter
def thousands(value: int | None) -> str:
    """A whole number with its thousands parted: "60,000"."""
    return NOTHING if value is None else f"{value:,}"


@register.filter
def wrong_heat(share: float) -> int:
    """Like `heat`, for shares that are mistakes: one in ten is the deepest already."""
    return heat(min(1.0, 10 * share))


@register.filter
def magnitude(value: float) -> float:
    """A number without its sign."""
    return abs(value)


@register.filter
def signed(value: int) -> str:
    """A whole number with its sign: "+3", "−2"."""
    return f"+{value}" if value > 0 else f"−{-value}" if value < 0 else "0"
