"""A contact sheet: what the network saw, what it was, and what the network took it for."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

_COLUMNS = 20
_ZOOM = 2
_CAPTION = 14


def save_sheet(path: Path, pixels: NDArray[np.float32], captions: list[str]) -> None:
    """Write a PNG of the `(n, 784)` images in [0, 1], each over its caption."""
    width, height = 28 * _ZOOM + 4, 28 * _ZOOM + 4 + _CAPTION
    sheet = Image.new("L", (_COLUMNS * width, max(1, -(-len(pixels) // _COLUMNS)) * height), 40)
    pen = ImageDraw.Draw(sheet)
    for index, (row, caption) in enumerate(zip(pixels, captions, strict=True)):
        left, top = index % _COLUMNS * width, index // _COLUMNS * height
        image = Image.fromarray(np.rint(row.reshape(28, 28) * 255).astype(np.uint8))
        sheet.paste(image.resize((28 * _ZOOM, 28 * _ZOOM), Image.Resampling.NEAREST), (left + 2, top + 2))
        pen.text((left + 4, top + 28 * _ZOOM + 3), caption, fill=255)
    sheet.save(path)
