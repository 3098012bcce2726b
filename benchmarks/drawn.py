"""How well a network reads what people draw: `python benchmarks/drawn.py MODEL [--sheet errors.png]`.

Every digit of the ruler is drawn with three brushes, at a random place and size, and read as strokes (as the canvas
sends them) and, a sample of them, as pictures. Then each is moved, scaled and drawn with other brushes, and the share
of changed answers is printed. With DIGITLAB_MNIST, MNIST's test set is read too.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from drawn_ruler import BRUSHES, SIZES, Digit, Stroke, load_digits, painted
from drawn_sheet import save_sheet
from numpy.typing import NDArray

from datasets.ink.preprocessing import PREPROCESSING_ID, pixels_from_image, pixels_from_strokes
from inference.model_files.pickle.network_pickle import network_from_bytes
from inference.serving.confidence import SURE_FROM
from inference.serving.digit_detector import detector
from nnlib import Network
from nnlib.calibration import fit_temperature, tempered

OTHER_SIZES = (0.4, 0.95)
OTHER_BRUSHES = (8, 12, 16, 24, 32)

Pixels = NDArray[np.float32]
Answers = NDArray[np.intp]
Reader = Callable[[list[Stroke], float], Pixels]


def main() -> None:
    """Measure the network that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("model", type=Path, help="a model file")
    parser.add_argument("--sheet", type=Path, help="write a contact sheet of the errors here, as PNG")
    parser.add_argument("--pictures", type=int, default=10, metavar="N", help="read every Nth digit as a picture too")
    parser.add_argument("--seed", type=int, default=0, help="decides places and sizes")
    options = parser.parse_args()
    network, digits = network_from_bytes(options.model.read_bytes()), load_digits()
    layers = "-".join(map(str, network.architecture.layer_sizes))
    tell(f"{layers}, {PREPROCESSING_ID}, {len(digits)} digits, seed {options.seed}")
    temperature = 1.0
    if os.environ.get("DIGITLAB_MNIST"):
        x, y = mnist_test()
        tell(
            f"MNIST's test set: {(answers(network, x) == y).mean():.2%}, {(refused(x)).mean():.2%} refused as no digit"
        )
        temperature = fit_temperature(network.probabilities(x[::2]), y[::2])
    tell(f"temperature {temperature:.2f}")
    sample = digits[:: options.pictures]
    report("strokes", network, digits, from_strokes, seed=options.seed, temperature=temperature, sheet=options.sheet)
    report("pictures", network, sample, from_picture, seed=options.seed, temperature=temperature)
    tell("share of answers changed by another place, size and brush (40-95 % of the canvas, 8-32 px):")
    tell(f"  strokes   {changed(network, digits, from_strokes, seed=options.seed):.2%}")
    tell(f"  pictures  {changed(network, sample, from_picture, seed=options.seed):.2%}")


def from_strokes(strokes: list[Stroke], brush: float) -> Pixels:
    """`(784,)` of strokes on the canvas."""
    return pixels_from_strokes(strokes, brush=brush)


def from_picture(strokes: list[Stroke], brush: float) -> Pixels:
    """`(784,)` of a picture of the canvas."""
    return pixels_from_image(painted(strokes, brush=brush))


def drawn(
    digits: Sequence[Digit], read: Reader, brush: float, sizes: tuple[float, float], rng: np.random.Generator
) -> Pixels:
    """`(n, 784)`: each digit set on the canvas, and read."""
    return np.array([read(digit.on_canvas(brush=brush, sizes=sizes, rng=rng), brush) for digit in digits])


def answers(network: Network, pixels: Pixels) -> Answers:
    """`(n,)` digits that the network takes `(n, 784)` for."""
    return network.probabilities(pixels).argmax(axis=1)


def report(
    name: str,
    network: Network,
    digits: Sequence[Digit],
    read: Reader,
    *,
    seed: int,
    temperature: float,
    sheet: Path | None = None,
) -> None:
    """Print the accuracy per brush and source, the confusions, and what the verdicts are worth."""
    rng = np.random.default_rng(seed)
    started = time.perf_counter()
    pixels = np.concatenate([drawn(digits, read, brush, SIZES, rng) for brush in BRUSHES])
    milliseconds = (time.perf_counter() - started) * 1000 / len(pixels)
    labels = np.tile([digit.label for digit in digits], len(BRUSHES))
    sources = np.tile([digit.source for digit in digits], len(BRUSHES))
    brushes = np.repeat(BRUSHES, len(digits))
    got = answers(network, pixels)
    right = got == labels
    tell(f"{name}: {right.mean():.2%} of {len(labels)}, {milliseconds:.2f} ms each with placing them")
    for brush in BRUSHES:
        shares = [
            f"{source} {right[(brushes == brush) & (sources == source)].mean():.2%}" for source in sorted(set(sources))
        ]
        tell(f"  brush {brush:2d} px  {right[brushes == brush].mean():.2%}  {'  '.join(shares)}")
    confusions = Counter((int(a), int(b)) for a, b in zip(labels[~right], got[~right], strict=True))
    tell("  drawn as -> read as: " + ", ".join(f"{a}->{b} {n}" for (a, b), n in confusions.most_common(12)))
    sure = tempered(network.probabilities(pixels), temperature).max(axis=1) >= SURE_FROM
    tell(f"  sure of {sure.mean():.2%}, of which {right[sure].mean():.2%} are right; unsure: {right[~sure].mean():.2%}")
    tell(f"  refused as no digit: {refused(pixels).mean():.2%}")
    if sheet:
        # Strokes are read alike with every brush: the first is enough to see.
        wrong = np.flatnonzero(~right & (brushes == BRUSHES[0]))
        wrong = wrong[np.lexsort((got[wrong], labels[wrong]))]
        save_sheet(sheet, pixels[wrong], [f"{labels[i]} as {got[i]}" for i in wrong])


def changed(network: Network, digits: Sequence[Digit], read: Reader, *, seed: int) -> float:
    """Share in [0, 1] of the answers that differ from those to the digit at 60 % of the canvas with a 16 px brush."""
    rng = np.random.default_rng(seed)
    reference = answers(network, drawn(digits, read, 16, (0.6, 0.6), rng))
    others = [answers(network, drawn(digits, read, brush, OTHER_SIZES, rng)) for brush in OTHER_BRUSHES]
    return float(np.mean([other != reference for other in others]))


def refused(pixels: Pixels) -> NDArray[np.bool_]:
    """`(n,)`: which rows of `(n, 784)` are said to be no digit."""
    known = detector()
    return known.likelihoods(pixels) < known.threshold


def mnist_test() -> tuple[Pixels, Answers]:
    """MNIST's test set: `(10000, 784)` in [0, 1] and `(10000,)`."""
    with np.load(os.environ["DIGITLAB_MNIST"]) as mnist:
        return mnist["x_test"].reshape(-1, 784).astype(np.float32) / 255, mnist["y_test"].astype(np.intp)


def tell(text: str) -> None:
    """Write a line now."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
