"""Pictures that cost more to decode than their size shows."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from datasets.errors import InkError
from datasets.ink.image_decoding import MAX_SCANS, lightness


def progressive(side: int, *, colour: bool = False) -> bytes:
    file = io.BytesIO()
    values = np.random.default_rng(0).integers(0, 256, (side, side), dtype=np.uint8)
    Image.fromarray(values).convert("RGB" if colour else "L").save(file, "JPEG", progressive=True)
    return file.getvalue()


def with_scans(data: bytes, count: int) -> bytes:
    """A JPEG whose last scan is repeated."""
    start, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    return data[:start] + data[start:end] * count + data[end:]


def test_a_jpeg_of_thousands_of_scans_is_refused_before_they_are_decoded() -> None:
    blank = io.BytesIO()
    Image.new("L", (3000, 3000), 128).save(blank, "JPEG", progressive=True)
    data = with_scans(blank.getvalue(), 3000)
    began = time.monotonic()
    with pytest.raises(InkError, match=f"at most {MAX_SCANS} scans"):
        lightness(data)
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("colour", [False, True])
def test_what_encoders_write_is_decoded(colour: bool) -> None:
    assert lightness(progressive(200, colour=colour)).shape == (200, 200)


def test_data_behind_the_picture_and_in_its_fields_counts_as_no_scan() -> None:
    data = progressive(50)
    comment = b"\xff\xfe" + (2 + 400 * 2).to_bytes(2, "big") + b"\xff\xda" * 400
    assert lightness(data[:2] + comment + data[2:] + b"\xff\xda" * 400).shape == (50, 50)
