"""Find the ink in a picture: which way round it is, how the light falls, and what is only dust, frame or ruling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datasets.errors import EmptyInkError
from datasets.ink.paper import border, local_paper, smooth_paper
from datasets.ink.pieces import digit_pieces
from datasets.ink.rulings import THICKEST_LINE, without_rulings

LEAST_CONTRAST = 0.12
"""Lightness between ink and paper; below it ink cannot be distinguished from a blank page."""
_NOTICEABLE = 0.01
"""Share of the outermost pixels taken for ink, from which on there may be a shadow."""
_CLEARED = 0.3
"""What may remain of that share in what is judged against the light nearby."""
_REACH = 0.25
"""Share of the longer side that ink is narrower than, and a shadow wider."""
_NOISE = np.float32(0.05)
"""Lightness added to both sides of a ratio, so that the noise of black is not ink."""

Plane = NDArray[np.float32]


def segment_ink(lightness: Plane) -> Plane:
    """`(height, width)` share of each pixel that is ink, in [0, 1], of `lightness` in [0, 1].

    Ink is what differs from the paper, darker or lighter, whichever differs more. Otsu's threshold ("A threshold
    selection method from gray-level histograms", 1979) is in the middle of a ramp, so that soft edges stay soft.

    Raises:
        EmptyInkError: the picture is blank, or its contrast is below `LEAST_CONTRAST`.
    """
    contrast = _contrast(lightness)
    threshold, ink_level, paper_level = _otsu(contrast)
    if ink_level - paper_level < LEAST_CONTRAST:
        raise EmptyInkError(
            f"nothing drawn: expected ink that differs from the paper by {LEAST_CONTRAST} or more of the way from "
            f"black to white, got {ink_level - paper_level:.3f}"
        )
    ink: Plane = np.clip(0.5 + (contrast - threshold) / (ink_level - paper_level), 0, 1)
    ink *= digit_pieces(contrast > threshold)
    if not (ink >= 0.5).any():
        raise EmptyInkError("nothing drawn: expected ink, got only what looks like a ruling, a frame or an edge")
    return ink


def _contrast(lightness: Plane) -> Plane:
    """How much each pixel differs from the paper, darker or lighter, judged against the light that falls on it.

    Where much of the edge of the picture differs from a smooth surface, and next to nothing of it differs from the
    light nearby, there is a shadow.
    """
    difference = lightness - smooth_paper(lightness)
    darker, lighter = np.maximum(-difference, 0), np.maximum(difference, 0)
    contrast = without_rulings(darker if np.square(darker).sum() > np.square(lighter).sum() else lighter)
    at_border = _at_border(contrast)
    if at_border < _NOTICEABLE:
        return contrast
    in_shadow = without_rulings(_contrast_in_shadow(lightness))
    return in_shadow if _at_border(in_shadow) < _CLEARED * at_border else contrast


def _at_border(contrast: Plane) -> float:
    """Share of the outermost pixels that are taken for ink, thin lines apart; 0 where there is no ink."""
    threshold, ink_level, paper_level = _otsu(contrast)
    if ink_level - paper_level < LEAST_CONTRAST:
        return 0.0
    areas = local_paper(contrast, darker=False, reach=round(THICKEST_LINE * max(contrast.shape)) + 1)
    return float((border(areas) > threshold).mean())


def _contrast_in_shadow(lightness: Plane) -> Plane:
    """How much darker or lighter than the light around it each pixel is, as a share of that light."""
    reach = max(3, round(_REACH * max(lightness.shape)))
    light = local_paper(lightness, darker=True, reach=reach)
    dark = local_paper(lightness, darker=False, reach=reach)
    # Ink is darker than the darkest paper, or lighter than the lightest.
    ink_below = np.maximum(np.percentile(light, 5) - lightness, 0).sum()
    ink_above = np.maximum(lightness - np.percentile(dark, 95), 0).sum()
    if ink_below >= ink_above:
        return np.maximum(1 - (lightness + _NOISE) / (light + _NOISE), 0)
    return np.maximum(1 - (dark + _NOISE) / (lightness + _NOISE), 0)


def _otsu(values: NDArray[np.float32]) -> tuple[float, float, float]:
    """Threshold of largest variance between the classes, and the mean above and below it, of `values` in [0, 1]."""
    counts, edges = np.histogram(values, bins=128, range=(0.0, 1.0))
    centres = (edges[1:] + edges[:-1]) / 2
    below, sum_below = np.cumsum(counts)[:-1], np.cumsum(counts * centres)[:-1]
    above, sum_above = values.size - below, (counts * centres).sum() - sum_below
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = below * above * np.square(sum_above / above - sum_below / below)
    best = int(np.argmax(np.nan_to_num(spread, posinf=0.0)))
    if not below[best] or not above[best]:
        return float(edges[best + 1]), 0.0, 0.0
    return float(edges[best + 1]), float(sum_above[best] / above[best]), float(sum_below[best] / below[best])
