"""Decode an uploaded picture, trusting nothing about it."""

from __future__ import annotations

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from datasets.errors import InkError

FORMATS = ("PNG", "JPEG")
MAX_IMAGE_BYTES = 10_000_000
MAX_IMAGE_PIXELS = 16_000_000
"""More than a telephone's usual photo (4032x3024), and at most 64 MB once decoded."""
LONGEST_SIDE = 512
"""Pixels kept of the longer side: plenty for one digit, and a bound on the work that follows."""


def luminance(data: bytes) -> NDArray[np.float32]:
    """`(height, width)` luminance in [0, 1] of a PNG or JPEG, upright, its longer side at most `LONGEST_SIDE`.

    A transparent picture is laid on black if what can be seen of it is bright, else on white.

    Raises:
        InkError: not a whole PNG or JPEG, or larger than the caps.
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
        raise InkError(f"expected an image of at most {MAX_IMAGE_PIXELS:,} pixels, got one of many more") from None
    except UnidentifiedImageError:
        raise InkError(f"expected a PNG or JPEG image, got {len(data):,} bytes that are neither") from None
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged data
        raise InkError(f"expected a PNG or JPEG image, got {len(data):,} bytes that are damaged: {error}") from None


def _decoded(data: bytes) -> NDArray[np.float32]:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        width, height = image.size
        if width * height > MAX_IMAGE_PIXELS:
            raise InkError(f"expected an image of at most {MAX_IMAGE_PIXELS:,} pixels, got {width}x{height}")
        image.draft("L", (LONGEST_SIDE, LONGEST_SIDE))  # lets a JPEG be decoded small
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith("I"):  # 16 bits a pixel, which convert("L") would clip instead of scaling
            upright = Image.fromarray((np.asarray(upright) / 257).astype(np.uint8))
        seen = upright.convert("RGBA" if upright.has_transparency_data else "L")
    shrink = max(1.0, max(seen.size) / LONGEST_SIDE)
    size = (max(1, round(seen.width / shrink)), max(1, round(seen.height / shrink)))
    return _opaque(seen.resize(size, Image.Resampling.BOX, reducing_gap=2.0))


def _opaque(image: Image.Image) -> NDArray[np.float32]:
    if image.mode == "L":
        return np.asarray(image, dtype=np.float32) / np.float32(255)
    alpha = np.asarray(image.getchannel("A"), dtype=np.float32) / np.float32(255)
    grey = np.asarray(image.convert("RGB").convert("L"), dtype=np.float32) / np.float32(255)
    visible = float(alpha.sum())
    bright = visible > 0 and float((grey * alpha).sum()) > visible / 2
    return grey * alpha + np.float32(not bright) * (1 - alpha)
