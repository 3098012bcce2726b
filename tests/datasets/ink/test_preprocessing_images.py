import io
import struct
import zlib
from math import cos, pi, sin
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from datasets.errors import EmptyInkError, InkError
from datasets.ink.image_decoding import MAX_IMAGE_BYTES
from datasets.ink.preprocessing import pixels_from_image, pixels_from_strokes
from inference.model_files.pickle.network_pickle import network_from_bytes
from inference.registry.starter import NETWORK_FILE

EIGHT = [[(34 + 24 * sin(t) * cos(t) * 1.6, 48 - 38 * cos(t)) for t in (i * pi / 24 for i in range(49))]]
SEVEN = [[(10, 12), (50, 10), (38, 45), (25, 90)], [(18, 50), (46, 48)]]


def painted(
    *,
    brush: int = 14,
    scale: float = 2.0,
    at: Any = (60, 50),
    size: Any = (280, 280),
    ink: int = 255,
    paper: int = 0,
    strokes: Any = SEVEN,
) -> Any:
    image = Image.new("L", (size[0] * 2, size[1] * 2), paper)
    pen, radius = ImageDraw.Draw(image), brush
    for stroke in strokes:
        points = [((x * scale + at[0]) * 2, (y * scale + at[1]) * 2) for x, y in stroke]
        pen.line(points, fill=ink, width=2 * brush)
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
    return image.resize(size, Image.Resampling.BOX)


def encoded(image: Any, kind: str = "PNG", **options: Any) -> Any:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    def chunk(name: Any, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def difference(a: Any, b: Any) -> float:
    """Mean absolute difference as a share of the ink in `b`."""
    return float(np.abs(a - b).sum() / b.sum())


@pytest.mark.parametrize("brush", [8, 16, 24, 32])
@pytest.mark.parametrize(("scale", "at"), [(2.0, (60, 50)), (1.4, (20, 100)), (2.4, (90, 20))])
def test_a_painting_gives_what_its_strokes_give(brush: int, scale: float, at: Any) -> None:
    pixels = pixels_from_image(encoded(painted(brush=brush, scale=scale, at=at)))
    assert pixels.shape == (784,)
    assert pixels.dtype == np.float32
    assert pixels.min() >= 0
    assert pixels.max() == pytest.approx(1, abs=1e-3)
    # A brush of a quarter of the digit's height keeps some of its width.
    assert difference(pixels, pixels_from_strokes(SEVEN)) < (0.5 if brush > 20 * scale else 0.3)


def test_a_brush_that_closes_the_loops_of_an_eight_leaves_it_an_eight() -> None:
    network = network_from_bytes(NETWORK_FILE.read_bytes())
    for brush in (8, 16, 24, 32):
        pixels = pixels_from_image(encoded(painted(brush=brush, scale=1.05, strokes=EIGHT)))
        probabilities = network.probabilities(pixels.reshape(1, -1))[0]
        assert probabilities.argmax() == 8, (brush, probabilities.round(2))


def test_dark_on_light_is_found_out() -> None:
    light_on_dark = pixels_from_image(encoded(painted()))
    dark_on_light = pixels_from_image(encoded(painted(ink=0, paper=255)))
    grey_on_grey = pixels_from_image(encoded(painted(ink=90, paper=170)))
    assert difference(dark_on_light, light_on_dark) < 0.02
    assert difference(grey_on_grey, light_on_dark) < 0.1


def test_a_jpeg_reads_like_a_png() -> None:
    assert difference(pixels_from_image(encoded(painted(), "JPEG")), pixels_from_image(encoded(painted()))) < 0.2


def test_the_orientation_of_a_photo_is_obeyed() -> None:
    turned = painted().transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to see it upright
    data = encoded(turned, "JPEG", exif=exif.tobytes())
    assert difference(pixels_from_image(data), pixels_from_image(encoded(painted()))) < 0.2


@pytest.mark.parametrize("colour", [0, 255])
def test_ink_on_a_transparent_page_is_read(colour: Any) -> None:
    image = Image.new("L", (280, 280), colour)
    image.putalpha(painted())
    assert difference(pixels_from_image(encoded(image)), pixels_from_image(encoded(painted()))) < 0.02


def test_sixteen_bits_and_palettes_are_read() -> None:
    wanted = pixels_from_image(encoded(painted()))
    deep = Image.fromarray(np.asarray(painted()).astype(np.uint16) * 257)
    assert difference(pixels_from_image(encoded(deep)), wanted) < 0.02
    assert difference(pixels_from_image(encoded(painted().convert("P"))), wanted) < 0.02
    assert difference(pixels_from_image(encoded(painted().convert("1"))), wanted) < 0.1


def test_uneven_light_noise_and_dust_are_not_ink() -> None:
    clean = painted(ink=90, paper=150)
    rng = np.random.default_rng(3)
    shade = np.linspace(-50, 60, 280)[None, :] + np.linspace(-20, 30, 280)[:, None]
    photo = np.asarray(clean) + shade + rng.normal(0, 4, (280, 280))
    photo[5:9, 270:274] = 0
    data = encoded(Image.fromarray(photo.clip(0, 255).astype(np.uint8)), "JPEG", quality=80)
    assert difference(pixels_from_image(data), pixels_from_image(encoded(clean))) < 0.15


def test_a_large_photo_reads_like_a_small_one() -> None:
    large = painted().resize((3000, 3000), Image.Resampling.BICUBIC)
    assert difference(pixels_from_image(encoded(large, "JPEG")), pixels_from_image(encoded(painted()))) < 0.1


@pytest.mark.parametrize("paper", [0, 128, 255])
def test_a_blank_page_is_nothing_drawn(paper: Any) -> None:
    with pytest.raises(EmptyInkError, match="nothing drawn"):
        pixels_from_image(encoded(Image.new("L", (100, 60), paper)))


def test_a_transparent_page_is_nothing_drawn() -> None:
    with pytest.raises(EmptyInkError, match="nothing drawn"):
        pixels_from_image(encoded(Image.new("RGBA", (100, 60), (0, 0, 0, 0))))


def test_a_page_of_noise_alone_is_nothing_drawn() -> None:
    noise = np.random.default_rng(1).normal(180, 5, (200, 200)).clip(0, 255).astype(np.uint8)
    with pytest.raises(EmptyInkError, match="nothing drawn"):
        pixels_from_image(encoded(Image.fromarray(noise)))


def test_a_page_of_one_pixel_is_nothing_drawn() -> None:
    with pytest.raises(EmptyInkError, match="nothing drawn"):
        pixels_from_image(encoded(Image.new("L", (1, 1), 90)))


def test_a_sheet_full_of_holes_does_not_vanish() -> None:
    image = np.zeros((280, 280), np.uint8)
    image[60:220, 60:220] = 255
    for y in range(80, 220, 40):
        for x in range(80, 220, 40):
            image[y : y + 2, x : x + 2] = 0
    pixels = pixels_from_image(encoded(Image.fromarray(image)))
    assert np.isfinite(pixels).all()
    assert pixels.sum() > 10


def test_a_single_lit_pixel_is_a_blot() -> None:
    image = Image.new("L", (200, 200), 0)
    image.putpixel((50, 90), 255)
    assert pixels_from_image(encoded(image)).sum() > 100


def test_a_filled_disc_stays_a_disc() -> None:
    image = Image.new("L", (200, 200), 0)
    ImageDraw.Draw(image).ellipse((40, 60, 110, 130), fill=255)
    assert pixels_from_image(encoded(image)).sum() == pytest.approx(np.pi * 10**2, rel=0.05)


@pytest.mark.parametrize("size", [(100_000, 100_000), (8_000, 8_001), (2**31 - 1, 1)])
def test_a_bomb_is_refused_before_it_is_decoded(size: Any) -> None:
    with pytest.raises(InkError, match="at most 64,000,000 pixels"):
        pixels_from_image(png_of_size(*size))


def test_a_picture_in_colour_may_have_a_quarter_of_the_pixels() -> None:
    with pytest.raises(InkError, match="at most 16,000,000 pixels, got 4000x4001: scale it down"):
        pixels_from_image(encoded(Image.new("RGB", (4_000, 4_001))))


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(InkError, match=f"at most {MAX_IMAGE_BYTES:,} bytes, got {MAX_IMAGE_BYTES + 1:,}"):
        pixels_from_image(b"\0" * (MAX_IMAGE_BYTES + 1))


@pytest.mark.parametrize(
    "data",
    [b"", b"not an image", encoded(painted(), "PPM"), encoded(painted(), "ICO"), b"<svg/>", encoded(painted())[:300]],
    ids=["nothing", "text", "ppm", "ico", "svg", "half a png"],
)
def test_anything_but_a_whole_image_is_refused(data: Any) -> None:
    with pytest.raises(InkError, match="expected an image as PNG, JPEG, WebP, GIF, BMP or TIFF"):
        pixels_from_image(data)


def odd_pictures() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    dots = np.full((512, 512), 255, np.uint8)
    dots[::8, ::8] = 0
    lines = np.full((300, 300), 255, np.uint8)
    lines[::6] = 0
    nested = np.full((512, 512), 255, np.uint8)
    for inside in range(0, 256, 8):
        ImageDraw.Draw(picture := Image.fromarray(nested)).rectangle((inside, inside, 511 - inside, 511 - inside))
        nested = np.asarray(picture)
    return {
        "noise": (rng.random((512, 512)) * 255).astype(np.uint8),
        "colour noise": rng.integers(0, 256, (300, 200, 3)).astype(np.uint8),
        "dots": dots,
        "lines alone": lines,
        "frames alone": nested,
        "one row": np.tile(np.array([[0, 255]], np.uint8), (1, 3000)),
        "one column": np.tile(np.array([[0], [255]], np.uint8), (3000, 1)),
    }


@pytest.mark.parametrize("name", odd_pictures())
def test_what_shows_no_digit_is_read_as_something_or_refused(name: str) -> None:
    try:
        pixels = pixels_from_image(encoded(Image.fromarray(odd_pictures()[name])))
    except EmptyInkError:
        return
    assert np.isfinite(pixels).all()
    assert pixels.max() > 0
