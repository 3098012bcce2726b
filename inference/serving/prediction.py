"""The predictions of versions for a drawing, as the API and the canvas receive them."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, field_validator
from pydantic_core import PydanticCustomError, PydanticUseDefault

from datasets.ink.drawing import Drawing
from inference.inspection.inside import InsideRequest, inside
from inference.models import CHAMPION
from inference.serving.confidence import how_sure, looks_like_a_digit
from inference.serving.network_cache import LoadedVersion, NetworkCache
from nnlib.data.samples import as_bytes

MAX_VERSIONS: Final = 20

VersionName = int | Annotated[str, Field(max_length=60)]


def _with_whole_characters(text: str) -> str:
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise PydanticCustomError("half_character", "must be text of whole characters; got half a surrogate pair")
    return text


# What JSON can give back.
RequestId = Annotated[int, Field(ge=-(1 << 63), lt=1 << 63)] | Annotated[str, AfterValidator(_with_whole_characters)]


class PredictRequest(Drawing):
    """A drawing in one of three forms, and who should read it."""

    versions: Annotated[list[VersionName], Field(min_length=1, max_length=MAX_VERSIONS)] = Field(
        default_factory=lambda: list[VersionName]([CHAMPION]),  # a plain list would be copied deeply, each time
        json_schema_extra={"default": [CHAMPION]},
        description="Numbers or aliases of the versions that should read it; 3@5 is version 3 as it was after epoch 5",
    )
    activations: bool = Field(default=False, description="Whether to answer every layer's values too")
    inside: InsideRequest | None = Field(None, description="What to answer of the inside of the networks, one drawing")
    id: RequestId | None = Field(None, description="Comes back with the answer")

    @field_validator("versions", "activations", mode="before")
    @classmethod
    def _take_null_as_left_out(cls, value: Any) -> Any:
        if value is None:
            raise PydanticUseDefault
        return value


NETWORKS: Final = NetworkCache()


def answer(request: PredictRequest, versions: Sequence[LoadedVersion]) -> dict[str, Any]:
    """What each version reads, for `encoded`; rows of pixels are answered row by row.

    Raises:
        InkError: the ink cannot be read, or there is none.
    """
    x = request.seen()
    return reply_of(request, x, [(version, version.network.probabilities(x)) for version in versions])


def reply_of(
    request: PredictRequest, x: NDArray[np.float32], read: Sequence[tuple[LoadedVersion, NDArray[np.float32]]]
) -> dict[str, Any]:
    """The reply to `request`, which sees `x` `(n, 784)`, of versions with their probabilities `(n, 10)`."""
    distinct = {version.number: (version, probabilities) for version, probabilities in read}.values()
    results = [_result(version, x, probabilities, request) for version, probabilities in distinct]
    reply: dict[str, Any] = {"results": results}
    if not request.has_rows:
        reply["seen"] = as_bytes(x[0])
    if request.pixels is None:
        likeness = looks_like_a_digit(x)
        reply |= likeness
        if not likeness["is_digit"]:
            for result in results:
                result["verdict"] = "not_a_digit"
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
