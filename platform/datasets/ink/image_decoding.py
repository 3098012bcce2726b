"""Decode an uploaded picture, trusting nothing about it."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from datasets.errors import InkError

FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
FORMAT_NAMES: Final = "PNG, JPEG, WebP, GIF, BMP or TIFF"
MAX_IMAGE_BYTES: Final = 10_000_000
MAX_DECODED_BYTES: Final = 64_000_000
"""Of a picture in memory: 16 million pixels in colour, more than a telephone's usual photo (4032x3024), or 64 million
in grey or black and white, such as a page scanned at 600 dots per inch."""
MAX_SCANS: Final = 100
"""Of a progressive JPEG: each goes over the whole picture again. Encoders write about ten, and one for each bit of each
band of frequencies would be some dozens."""
LONGEST_SIDE: Final = 512
"""Pixels kept of the longer side: plenty for one digit, and a bound on the work that follows."""

# Within coded data 0xFF is followed by 0 or a restart marker.
_MARKER: Final = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]", re.DOTALL)
_START_OF_SCAN: Final = b"\xff\xda"
_END_OF_IMAGE: Final = b"\xff\xd9"
_GREY_MODES: Final = ("1", "L")
_COLOUR_FROM: Final = 0.75
"""Cosine between the direction of the strongest contrast and grey, below which colour says more than lightness."""
_CARD_CONTRAST: Final = 0.25
"""Lightness between the rim of what is opaque and the rest of it, from which on it is a card with ink on it."""

Plane = NDArray[np.float32]


def lightness(data: bytes) -> Plane:
    """`(height, width)` lightness in [0, 1] of a picture, upright, its longer side at most `LONGEST_SIDE`.

    Of a picture whose ink differs from the paper in colour rather than in lightness, it is the place along the line
    between these two colours. A transparent picture is laid on the colour next to what is transparent; ink of one
    colour alone, on white or black.

    Raises:
        InkError: not a whole picture in one of `FORMATS`, or larger than the caps.
    """
    if len(data) > MAX_IMAGE_BYTES:
        raise InkError(f"expected an image of at most {MAX_IMAGE_BYTES:,} bytes, got {len(data):,}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata, and of bombs that the cap refuses anyway
            return _decoded(data)
    except InkError:
        raise
    except Image.DecompressionBombError:
        raise InkError(f"expected an image of at most {MAX_DECODED_BYTES:,} pixels, got one of many more") from None
    except UnidentifiedImageError:
        raise InkError(f"expected an image as {FORMAT_NAMES}, got {len(data):,} bytes that are none of these") from None
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged data
        raise InkError(
            f"expected an image as {FORMAT_NAMES}, got {len(data):,} bytes that are damaged: {error}"
        ) from None


def _decoded(data: bytes) -> Plane:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        _check_size(image)
        _check_scans(image, data)
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # lets a JPEG be decoded small
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith(("I", "F")):
            upright = Image.fromarray(_eight_bits(np.asarray(upright, dtype=np.float32)))
        if upright.has_transparency_data:
            return _opaque(_small(upright.convert("RGBA")))
        if upright.mode in ("1", "L", "LA"):
            return np.asarray(_small(upright.convert("L")), dtype=np.float32) / np.float32(255)
        return _one_channel(np.asarray(_small(upright.convert("RGB")), dtype=np.float32) / np.float32(255))


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    most = MAX_DECODED_BYTES // (1 if image.mode in _GREY_MODES else 4)
    if width * height > most:
        raise InkError(
            f"expected an image of at most {most:,} pixels, got {width}x{height}: scale it down before sending it"
        )


def _check_scans(image: Image.Image, data: bytes) -> None:
    """Refuse a JPEG with more scans than `MAX_SCANS`; libtiff has the same limit for those in a TIFF."""
    if image.format in {"JPEG", "MPO"} and sum(1 for _ in islice(_scans(data), MAX_SCANS + 1)) > MAX_SCANS:
        raise InkError(f"expected a JPEG of at most {MAX_SCANS} scans, got more: save it without progressive scans")


def _scans(data: bytes) -> Iterator[int]:
    """Where each scan of a JPEG begins, by its markers up to the end of the image: other data may follow it."""
    place = 2
    while (marker := _MARKER.search(data, place)) and marker[0] != _END_OF_IMAGE:
        if marker[0] == _START_OF_SCAN:
            yield marker.start()
        place = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2], "big")


def _eight_bits(values: Plane) -> NDArray[np.uint8]:
    """Values of more than 8 bits, of which cameras and scanners often use only 10, 12 or 14, as 0 to 255."""
    values = np.nan_to_num(values.clip(0), posinf=0.0)
    peak = float(values.max())
    full = next((2.0**bits - 1 for bits in (0, 8, 10, 12, 14, 16, 24) if peak <= max(1.0, 2.0**bits - 1)), peak)
    scaled: NDArray[np.uint8] = (values * (255 / max(full, 1.0))).astype(np.uint8)
    return scaled


def _small(image: Image.Image) -> Image.Image:
    shrink = max(1.0, max(image.size) / LONGEST_SIDE)
    size = (max(1, round(image.width / shrink)), max(1, round(image.height / shrink)))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)


def _opaque(image: Image.Image) -> Plane:
    """`(height, width)` lightness of a transparent picture, laid on a colour."""
    rgba = np.asarray(image, dtype=np.float32) / np.float32(255)
    alpha, rgb = rgba[:, :, 3:], rgba[:, :, :3]
    rim = _rim(alpha[:, :, 0] > 0.5)
    if not rim.any():
        return _one_channel(rgb * alpha + (1 - alpha))
    edge = np.median(rgb[rim], axis=0)
    opaque = alpha[:, :, 0] > 0.5
    inside = np.abs(rgb[opaque] - edge).max(axis=1)
    if (inside > _CARD_CONTRAST).mean() > 0.005:
        return _one_channel(rgb * alpha + edge * (1 - alpha))
    bright = float(edge.mean()) > 0.5
    return _one_channel(rgb * alpha + np.float32(not bright) * (1 - alpha))


def _rim(opaque: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What is opaque next to what is transparent, the outermost pixel of it left out: its colour is mixed."""
    inner = _shrunk(opaque)
    return inner & ~_shrunk(_shrunk(inner))


def _shrunk(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    padded = np.pad(mask, 1, mode="edge")
    return padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]


def _one_channel(rgb: Plane) -> Plane:
    """`(height, width)` of `(height, width, 3)`: lightness, or the direction in which the colours differ most."""
    pixels = rgb.reshape(-1, 3)
    pixels = pixels[:: max(1, len(pixels) // 20_000)]
    _, directions = np.linalg.eigh(np.cov(pixels, rowvar=False) if len(pixels) > 1 else np.eye(3))
    strongest = directions[:, -1].astype(np.float32)
    if abs(float(strongest.sum())) / np.sqrt(3) >= _COLOUR_FROM:
        return rgb @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    weights = strongest / np.abs(strongest).sum()
    return rgb @ weights - np.minimum(weights, 0).sum()
