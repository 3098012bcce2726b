"""What people write on a run or a version to find it again: name, notes and tags; in the API and in forms."""

from collections.abc import Callable
from typing import Any, Self

from django.contrib import messages
from django.http import HttpRequest
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from weblib.plain_errors import plain_errors
from weblib.plain_text import Name, NotesText
from weblib.tags import Tags


class Description(BaseModel):
    """Name, notes and tags; one that is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    name: Name | None = None
    notes: NotesText | None = None
    tags: Tags | None = None

    @model_validator(mode="after")
    def _check_something(self) -> Self:
        if not self.given:
            raise PydanticCustomError("nothing", "give name, notes or tags")
        return self

    @property
    def given(self) -> dict[str, Any]:
        """Those that are not left out."""
        return self.model_dump(exclude_none=True)


def save_description(request: HttpRequest, describe: Callable[..., object]) -> None:
    """Hand what was sent to `describe`, and leave a message for the next page: saved, or what is wrong."""
    sent = {field: request.POST[field] for field in Description.model_fields if field in request.POST}
    try:
        description = Description.model_validate(sent)
    except ValidationError as error:
        for problem in plain_errors(error):
            field = str(problem["loc"][0]).capitalize() if problem["loc"] else "Expected:"
            messages.error(request, f"{field} {problem['msg']}.")
    else:
        describe(**description.given)
        messages.success(request, f"{' and '.join(description.given).capitalize()} saved.")
