"""Text that people give: names in one line, notes in many; both fit into every database."""

import unicodedata
from typing import Annotated, Any, Final

from django import forms
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

NAME_LENGTH: Final = 100
NOTES_LENGTH: Final = 10_000


_CONTROL: Final = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's general categories of control characters, lone surrogates and separators of lines and paragraphs."""
_BIDI_CONTROL: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What embeds, overrides or isolates a direction of writing: it would turn the text around a name as well."""
UNFIT_IN_PATTERNS: Final = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069"
"""All of these for a character class of a JSON schema's pattern, without surrogates, which UTF-8 cannot carry."""


def unfit_character(text: str) -> str | None:
    """The kind of a character that text in one line must not hold, for people; None if all are fit.

    Letters, marks, signs and spaces of every script are, with what joins them (zero-width joiners and non-joiners,
    variation selectors).
    """
    if any(unicodedata.category(character) in _CONTROL for character in text):
        return "control characters or line breaks"
    return "controls of the direction of writing" if not _BIDI_CONTROL.isdisjoint(text) else None


def _in_one_line(name: str) -> str:
    unfit = unfit_character(name)
    if unfit:
        raise PydanticCustomError("name", "must not hold {unfit}", {"unfit": unfit})
    return name.strip()


class NameField(forms.CharField):
    """The name of a run or version in a form; the same rule as `Name`."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"autocomplete": "off"}
        super().__init__(
            required=False,
            max_length=NAME_LENGTH,
            label="Name",
            help_text="For you; may stay empty.",
            widget=forms.TextInput(attrs=attributes),
            **kwargs,
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Without `maxlength`, by which a browser would cut what is pasted silently."""
        attributes: dict[str, Any] = super().widget_attrs(widget)
        attributes.pop("maxlength", None)
        return attributes

    def clean(self, value: Any) -> str:
        """The name without spaces around it."""
        unfit = unfit_character(str(value or ""))
        if unfit:
            raise forms.ValidationError(f"A name must not hold {unfit}.")
        return str(super().clean(value))


def _without_zeros(notes: str) -> str:
    if "\x00" in notes:  # which PostgreSQL does not keep
        raise PydanticCustomError("notes", "must not hold control characters other than line breaks")
    return notes


Name = Annotated[
    str,
    Field(max_length=NAME_LENGTH, json_schema_extra={"pattern": f"^[^{UNFIT_IN_PATTERNS}]*$"}),
    AfterValidator(_in_one_line),
]
NotesText = Annotated[
    str,
    Field(max_length=NOTES_LENGTH, json_schema_extra={"pattern": r"^[^\u0000]*$"}),
    AfterValidator(_without_zeros),
]
