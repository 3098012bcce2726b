"""Digits as pictures that stand in a page itself."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def data_url(pixels: NDArray[np.uint8]) -> str:
    """`(784,)` pixels, ink 255, as the address of a PNG picture of 28 × 28: white ink on black, as networks see it."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels).reshape(28, 28)).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
