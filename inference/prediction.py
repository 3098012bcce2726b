"""From ink to probabilities, for any number of versions; weights are loaded once per process and kept."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any, Final, Self

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, SkipValidation, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from inference.errors import InkError
from inference.models import CHAMPION
from inference.network_cache import LoadedVersion, NetworkCache
from inference.network_inside import InsideRequest, inside
from inference.preprocessing import pixels_from_image, pixels_from_rows, pixels_from_strokes
from inference.verdicts import how_sure, looks_like_a_digit

MAX_VERSIONS: Final = 20
MAX_IMAGE_CHARACTERS: Final = 14_000_000

Point = tuple[float, float]
VersionName = int | Annotated[str, Field(max_length=60)]

_INK: Final = np.float32(255)
_NUMBERS: Final = {"type": "array", "items": {"type": "number"}}
_PIXELS_SCHEMA: Final = {"anyOf": [_NUMBERS, {"type": "array", "items": _NUMBERS}, {"type": "null"}]}


def check_one_form(*forms: object) -> None:
    """Refuse ink in none of the forms, or in more than one.

    Raises:
        PydanticCustomError: as Pydantic wants it from a validator.
    """
    if sum(ink is not None for ink in forms) != 1:
        raise PydanticCustomError("one_ink", "give exactly one of strokes, image and pixels")


class PredictRequest(BaseModel):
    """A drawing in one of three forms, and who should read it."""

    model_config = ConfigDict(extra="forbid")

    strokes: list[list[Point]] | None = Field(None, description="[[[x, y], …], …] in canvas units, y down")
    brush: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        None, description="Diameter of the pen in canvas units"
    )
    image: Annotated[str, Field(max_length=MAX_IMAGE_CHARACTERS)] | None = Field(
        None, description="PNG or JPEG in base64"
    )
    # Checked by `pixels_from_rows`, all at once: number by number it would take longer than the answer.
    pixels: Annotated[SkipValidation[list[Any] | None], WithJsonSchema(_PIXELS_SCHEMA)] = Field(
        None, description="784 numbers from 0 to 255, ink 255, in MNIST's own layout; or a list of such rows"
    )
    versions: Annotated[list[VersionName], Field(min_length=1, max_length=MAX_VERSIONS)] = Field(
        default_factory=lambda: list[VersionName]([CHAMPION]),  # a plain list would be copied deeply, each time
        json_schema_extra={"default": [CHAMPION]},
        description="Numbers or aliases of the versions that should read it; 3@5 is version 3 as it was after epoch 5",
    )
    activations: bool = Field(default=False, description="Whether to answer every layer's values too")
    inside: InsideRequest | None = Field(None, description="What to answer of the inside of the networks, one drawing")
    id: int | str | None = Field(None, description="Comes back with the answer")

    @property
    def has_rows(self) -> bool:
        """Whether several rows of pixels are to be read, each by itself."""
        return isinstance(self.pixels, list) and bool(self.pixels) and isinstance(self.pixels[0], list)

    @model_validator(mode="after")
    def _check_one_form(self) -> Self:
        check_one_form(self.strokes, self.image, self.pixels)
        return self


NETWORKS: Final = NetworkCache()


def seen_pixels(request: PredictRequest) -> NDArray[np.float32]:
    """What the networks see: `(n, 784)` in [0, 1].

    Raises:
        InkError: the ink cannot be read, or there is none.
    """
    if request.strokes is not None:
        return pixels_from_strokes(request.strokes, brush=request.brush).reshape(1, -1)
    if request.image is not None:
        return pixels_from_image(_decoded(request.image)).reshape(1, -1)
    return pixels_from_rows(request.pixels or [])


def answer(request: PredictRequest, versions: Sequence[LoadedVersion]) -> dict[str, Any]:
    """What each version reads, for `encoded`; rows of pixels are answered row by row.

    Raises:
        InkError: the ink cannot be read, or there is none.
    """
    x = seen_pixels(request)
    return reply_of(request, x, [(version, version.network.probabilities(x)) for version in versions])


def reply_of(
    request: PredictRequest, x: NDArray[np.float32], read: Sequence[tuple[LoadedVersion, NDArray[np.float32]]]
) -> dict[str, Any]:
    """The reply to `request`, which sees `x` `(n, 784)`, of versions with their probabilities `(n, 10)`."""
    distinct = {version.number: (version, probabilities) for version, probabilities in read}.values()
    results = [_result(version, x, probabilities, request) for version, probabilities in distinct]
    reply: dict[str, Any] = {"results": results}
    if not request.has_rows:
        reply["seen"] = np.rint(x[0] * _INK).astype(np.uint8)
    if request.pixels is None:
        reply |= looks_like_a_digit(x)
    if request.id is not None:
        reply["id"] = request.id
    return reply


def encoded(reply: dict[str, Any]) -> bytes:
    """`reply` as JSON. Its long rows of numbers stay arrays up to here: as lists they take as long as the network."""
    return orjson.dumps(reply, option=orjson.OPT_SERIALIZE_NUMPY)


def predict(request: PredictRequest) -> dict[str, Any]:
    """Load what is needed and answer; for callers that may wait on the database.

    Raises:
        InkError, VersionNotFoundError, ArtifactError: as their messages say.
    """
    return answer(request, [NETWORKS.get(name) for name in request.versions])


def _result(
    version: LoadedVersion,
    x: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    request: PredictRequest,
) -> dict[str, Any]:
    if request.has_rows:
        digits = probabilities.argmax(axis=1).tolist()
        return {"version": version.number, "digits": digits, "probabilities": probabilities.tolist()}
    shares: list[float] = probabilities[0].tolist()
    result: dict[str, Any] = {"version": version.number, "digit": shares.index(max(shares)), "probabilities": shares}
    result |= how_sure(shares, temperature=version.temperature)
    if request.activations:
        result["activations"] = [layer[0] for layer in version.network.activations(x)]
    if request.inside is not None:
        result["inside"] = inside(version.network, x, request.inside)
    return result


def _decoded(text: str) -> bytes:
    """The bytes of base64 text, with or without a `data:` prefix."""
    _, _, payload = text.rpartition(",")
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InkError(f"expected a PNG or JPEG in base64; {error}") from error
