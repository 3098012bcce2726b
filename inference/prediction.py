"""From ink to probabilities, for any number of versions; weights are loaded once per process and kept."""

import base64
import binascii
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from inference.errors import InkError
from inference.models import CHAMPION
from inference.network_inside import InsideRequest, inside
from inference.preprocessing import pixels_from_image, pixels_from_rows, pixels_from_strokes
from inference.selectors import resolve
from inference.services import load_network
from inference.snapshots import network_at
from inference.verdicts import how_sure, looks_like_a_digit
from nnlib import Network

MAX_VERSIONS: Final = 20
MAX_IMAGE_CHARACTERS: Final = 14_000_000
# How long a process believes what a number or an alias means before it asks the database again.
MEANING_SECONDS: Final = 1.0

Point = tuple[float, float]
VersionName = int | Annotated[str, Field(max_length=60)]

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
    pixels: Annotated[list[Any] | None, WithJsonSchema(_PIXELS_SCHEMA)] = Field(
        None, description="784 numbers from 0 to 255, ink 255, in MNIST's own layout; or a list of such rows"
    )
    versions: Annotated[list[VersionName], Field(min_length=1, max_length=MAX_VERSIONS)] = Field(
        [CHAMPION],
        description="Numbers or aliases of the versions that should read it; 3@5 is version 3 as it was after epoch 5",
    )
    activations: bool = Field(default=False, description="Whether to answer every layer's values too")
    inside: InsideRequest | None = Field(None, description="What to answer of the inside of the networks, one drawing")
    id: int | str | None = Field(None, description="Comes back with the answer")

    @model_validator(mode="after")
    def _check_one_form(self) -> Self:
        check_one_form(self.strokes, self.image, self.pixels)
        return self


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """A version's number, its network, and the temperature that makes its probabilities honest; 1 where unknown."""

    number: int
    network: Network
    temperature: float = 1.0


class NetworkCache:
    """The networks that this process answers with, least recently used first to go; safe in threads."""

    def __init__(self, *, most: int = 32) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._networks: OrderedDict[str, Network] = OrderedDict()
        self._meanings: dict[int | str, tuple[float, LoadedVersion]] = {}

    def known(self, name: int | str) -> LoadedVersion | None:
        """What `name` means, if that was asked a moment ago; touches no database."""
        found = self._meanings.get(name)
        return found[1] if found is not None and time.monotonic() < found[0] else None

    def get(self, name: int | str) -> LoadedVersion:
        """What `name` means, from the database if need be; `3@5` is version 3 as it was after epoch 5.

        Raises:
            VersionNotFoundError: it means no version.
            ArtifactError: the version's model file cannot be used.
        """
        known = self.known(name)
        if known is not None:
            return known
        base, at, epoch = str(name).partition("@")
        version = resolve(base)
        key = f"{version.sha256}{at}{epoch}"
        with self._lock:
            network = self._networks.pop(key, None)
        if network is None:
            network = network_at(version, epoch) if at else load_network(version)
        loaded = LoadedVersion(version.number, network, version.temperature)
        with self._lock:
            self._networks[key] = network
            while len(self._networks) > self._most:
                self._networks.popitem(last=False)
            if len(self._meanings) > 4 * self._most:
                self._meanings.clear()
            self._meanings[name] = (time.monotonic() + MEANING_SECONDS, loaded)
        return loaded


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
    """What each version reads, ready for JSON; rows of pixels are answered row by row.

    Raises:
        InkError: the ink cannot be read, or there is none.
    """
    x = seen_pixels(request)
    is_many = request.pixels is not None and isinstance(request.pixels[0], list)
    distinct = {version.number: version for version in versions}.values()
    results = [_result(version, x, request, is_many=is_many) for version in distinct]
    reply: dict[str, Any] = {"results": results}
    if not is_many:
        reply["seen"] = np.rint(x[0] * 255).astype(np.uint8).tolist()
    if request.pixels is None:
        reply |= looks_like_a_digit(x)
    if request.id is not None:
        reply["id"] = request.id
    return reply


def predict(request: PredictRequest) -> dict[str, Any]:
    """Load what is needed and answer; for callers that may wait on the database.

    Raises:
        InkError, VersionNotFoundError, ArtifactError: as their messages say.
    """
    return answer(request, [NETWORKS.get(name) for name in request.versions])


def _result(
    version: LoadedVersion, x: NDArray[np.float32], request: PredictRequest, *, is_many: bool
) -> dict[str, Any]:
    probabilities = version.network.probabilities(x)
    digits = probabilities.argmax(axis=1)
    result: dict[str, Any] = {"version": version.number}
    if is_many:
        result |= {"digits": digits.tolist(), "probabilities": probabilities.tolist()}
    else:
        shares = probabilities[0].tolist()
        result |= {"digit": int(digits[0]), "probabilities": shares}
        result |= how_sure(shares, temperature=version.temperature)
        if request.activations:
            result["activations"] = [layer[0].tolist() for layer in version.network.activations(x)]
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
