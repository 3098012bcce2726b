"""Why a network says this digit and not the next best: what each pixel adds to both, and a sentence about it."""

import base64
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nnlib import Network, contributions
from nnlib.shape import SIDE

# Thirds of the 20 × 20 box that ink is brought to, the margin counted to the outer ones.
EDGES: Final = (0, 11, 17, 28)
PLACES: Final = (
    ("at the upper left", "at the top", "at the upper right"),
    ("at the left", "in the middle", "at the right"),
    ("at the lower left", "at the bottom", "at the lower right"),
)
# A region that makes less than this share of the whole difference is not worth a word.
LEAST_SHARE: Final = 0.08

Floats = NDArray[np.float64]


def reasons(network: Network, x: NDArray[np.float32], reference: NDArray[np.float32]) -> dict[str, Any]:
    """The parts of the logits of the answered digit and of the runner-up, ready for JSON.

    Per digit `logit = base + sum(shares)`, where `base` is the logit of the reference (the average of test images) and
    `shares` is what the drawing's difference from it adds at each pixel, also where it has left the paper blank.

    Args:
        network: That answers.
        x: `(784,)` in [0, 1].
        reference: `(784,)` in [0, 1].
    """
    parts = contributions(network, x, reference)
    logits = parts.logits
    best, next_best = (int(digit) for digit in np.argsort(-logits, kind="stable")[:2])
    difference = parts.shares[best] - parts.shares[next_best]
    return {
        "digits": [_digit(digit, parts.shares[digit], parts.base[digit]) for digit in (best, next_best)],
        "sentence": sentence(best, next_best, difference, x - reference),
    }


def sentence(best: int, next_best: int, difference: Floats, change: NDArray[np.floating[Any]]) -> str:
    """The strongest reasons in words.

    Args:
        best: The answered digit.
        next_best: The runner-up.
        difference: `(784,)`: how much more each pixel adds to `best` than to `next_best`.
        change: `(784,)`: positive where there is more ink than in the reference, negative where there is less.
    """
    regions = _regions(difference, change)
    whole = sum(abs(value) for _, value in regions) or 1.0
    pro = [words for words, value in regions if value > LEAST_SHARE * whole][:2]
    contra = [words for words, value in reversed(regions) if value < -LEAST_SHARE * whole][:1]
    if not pro:
        text = f"It says {best} and not {next_best}, but no part of the drawing alone decides it."
    else:
        text = f"It says {best} and not {next_best} mostly because of {' and '.join(pro)}."
    return text + (f" What speaks most for {next_best}: {contra[0]}." if contra else "")


def _regions(difference: Floats, change: NDArray[np.floating[Any]]) -> list[tuple[str, float]]:
    """What ink and blank paper do in each of nine regions, what speaks most for the answer first."""
    found = []
    for kind, mask in (("the ink", change > 0), ("the blank paper", change < 0)):
        picture = np.where(mask, difference, 0.0).reshape(SIDE, SIDE)
        for row, names in enumerate(PLACES):
            for column, place in enumerate(names):
                rows, columns = slice(*EDGES[row : row + 2]), slice(*EDGES[column : column + 2])
                found.append((f"{kind} {place}", float(picture[rows, columns].sum())))
    return sorted(found, key=lambda region: -region[1])


def _digit(digit: int, shares: Floats, base: float) -> dict[str, Any]:
    """`shares` as 784 little-endian float32 in base64."""
    return {
        "digit": digit,
        "logit": float(base + shares.sum()),
        "base": float(base),
        "shares": base64.b64encode(shares.astype("<f4").tobytes()).decode(),
    }
