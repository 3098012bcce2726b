"""Tags: free words by which people find runs and versions again."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from weblib.plain_text import UNFIT_IN_PATTERNS, unfit_character

MAX_TAGS: Final = 12
MAX_LETTERS: Final = 40


def tags_in(value: Any) -> list[str]:
    """The tags in `"wide, class 7b"` or `["wide", "class 7b"]`: in small letters, each once, in their order.

    Raises:
        PydanticCustomError: too many, too long, or no words; the message is for people.
    """
    parts: Iterable[Any] = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise PydanticCustomError("tags", "must be words separated by commas")
    words = list(dict.fromkeys(" ".join(part.split()).lower() for part in parts if part.strip()))
    for word in words:
        if len(word) > MAX_LETTERS or unfit_character(word) or "," in word:
            said = repr(word[:MAX_LETTERS])
            raise PydanticCustomError(
                "tags", "may have {most} letters each and no commas; got {word}", {"most": MAX_LETTERS, "word": said}
            )
    if len(words) > MAX_TAGS:
        raise PydanticCustomError("tags", "may be {most} at most; got {count}", {"most": MAX_TAGS, "count": len(words)})
    return words


_TAG: Final = f"[^,{UNFIT_IN_PATTERNS}]{{0,{MAX_LETTERS}}}"
_Written = (
    list[Annotated[str, Field(json_schema_extra={"pattern": f"^{_TAG}$"})]]
    | Annotated[str, Field(json_schema_extra={"pattern": f"^{_TAG}(,{_TAG}){{0,{MAX_TAGS - 1}}}$"})]
)
Tags = Annotated[list[str], BeforeValidator(tags_in, json_schema_input_type=_Written)]
