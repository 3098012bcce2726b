"""A drawing as it is sent: strokes, a picture or pixels, and what the networks see of it."""

import base64
import binascii
from typing import Annotated, Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, SkipValidation, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from datasets.errors import InkError
from datasets.ink.preprocessing import pixels_from_image, pixels_from_rows, pixels_from_strokes

MAX_IMAGE_CHARACTERS: Final = 14_000_000

Point = Annotated[
    tuple[float, float],
    # In words that every version of JSON Schema has; `prefixItems` is of the newest.
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
]

# Of many thousand points, the first that is wrong says enough.
_FIRST_ERROR: Final = Field(fail_fast=True)
_NUMBERS: Final = {"type": "array", "items": {"type": "number"}}
_FORMS: Final = {"strokes": "array", "image": "string", "pixels": "array"}
# Inside `allOf`, so that generators of clients keep one class for a request.
_ONE_FORM: Final[Any] = [
    {
        "required": [form],
        "properties": {other: {"type": kind if other == form else "null"} for other, kind in _FORMS.items()},
    }
    for form in _FORMS
]
_PIXELS_SCHEMA: Final = {"anyOf": [_NUMBERS, {"type": "array", "items": _NUMBERS}, {"type": "null"}]}


class Drawing(BaseModel):
    """A drawing in one of three forms."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"allOf": [{"oneOf": _ONE_FORM}]})

    strokes: Annotated[list[Annotated[list[Point], _FIRST_ERROR]], _FIRST_ERROR] | None = Field(
        None, description="[[[x, y], …], …] in canvas units, y down"
    )
    brush: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        None, description="Diameter of the pen in canvas units"
    )
    image: Annotated[str, Field(max_length=MAX_IMAGE_CHARACTERS)] | None = Field(
        None, description="PNG, JPEG, WebP, GIF, BMP or TIFF in base64"
    )
    # Checked by `pixels_from_rows`, all at once: number by number it would take longer than the answer.
    pixels: Annotated[SkipValidation[list[Any] | None], WithJsonSchema(_PIXELS_SCHEMA)] = Field(
        None, description="784 numbers from 0 to 255, ink 255, in MNIST's own layout; or a list of such rows"
    )
    scale: Literal[1, 255] = Field(255, description="The value of ink in `pixels`; 1 if they are shares from 0 to 1")

    @property
    def has_rows(self) -> bool:
        """Whether it is several rows of pixels, each a drawing by itself."""
        return isinstance(self.pixels, list) and bool(self.pixels) and isinstance(self.pixels[0], list)

    def seen(self) -> NDArray[np.float32]:
        """What the networks see: `(n, 784)` in [0, 1]; n is 1 unless it has rows.

        Raises:
            InkError: the ink cannot be read, or there is none.
        """
        if self.strokes is not None:
            return pixels_from_strokes(self.strokes, brush=self.brush).reshape(1, -1)
        if self.image is not None:
            return pixels_from_image(_decoded(self.image)).reshape(1, -1)
        return pixels_from_rows(self.pixels or [], scale=self.scale)

    @model_validator(mode="after")
    def _check_one_form(self) -> Self:
        if sum(ink is not None for ink in (self.strokes, self.image, self.pixels)) != 1:
            raise PydanticCustomError("one_ink", "give exactly one of strokes, image and pixels")
        return self


def _decoded(text: str) -> bytes:
    """The bytes of base64 text, with or without a `data:` prefix."""
    _, _, payload = text.rpartition(",")
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InkError(f"expected an image in base64; {error}") from error
