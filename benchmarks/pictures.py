"""How pictures of sixty digits are read, by kind of picture: `python -m benchmarks.pictures`.

The digits are written by our own writer; those that the network reads wrongly as strokes are left out, so that the
table shows what the way from picture to pixels loses, and nothing else. With DIGITLAB_SCANS, pictures of real scanned
digits are read too.
"""

import argparse
import io
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.picture_kinds import KINDS, page
from datasets.errors import InkError
from datasets.ink.preprocessing import PREPROCESSING_ID, pixels_from_image
from datasets.ink.rasterization import rasterize
from datasets.ink.strokes import Ink
from datasets.pen_strokes.handwriting_variation import write
from datasets.pen_strokes.styles import STYLES
from inference.model_files.pickle.network_pickle import network_from_bytes
from inference.serving.confidence import how_sure, looks_like_a_digit
from nnlib import Network

STARTER = Path(__file__).parents[1] / "inference/starter_files/starter.pickle"
OUTCOMES = ("right", "unsure, wrong", "sure, wrong", "no digit", "refused")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", type=Path, default=STARTER, help="a model file")
    parser.add_argument("--count", type=int, default=60, help="pictures of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="kinds whose name contains this")
    parser.add_argument("--wrong", type=Path, metavar="FOLDER", help="write what was not read rightly here")
    options = parser.parse_args()
    network = network_from_bytes(options.model.read_bytes())
    digits = list(written(network, options.count, seed=options.seed))
    sys.stdout.write(f"{PREPROCESSING_ID}, {len(digits)} pictures of each kind, seed {options.seed}\n")
    sys.stdout.write(f"{'kind':28}" + "".join(f"{outcome:>15}" for outcome in OUTCOMES) + "\n")
    for index, (name, kind) in enumerate(KINDS.items()):
        if options.only and options.only not in name:
            continue
        outcomes: Counter[str] = Counter()
        for number, (ink, digit) in enumerate(digits):
            rng = np.random.default_rng([options.seed, index, number])
            drawn = page(ink, digit, np.random.default_rng([options.seed, number]))
            data = kind(drawn, rng)
            outcome = outcome_of(network, data, digit)
            outcomes[outcome] += 1
            if options.wrong and outcome != "right":
                keep(options.wrong / f"{name}-{number}-{digit}-{outcome}.png", data)
        report(name, outcomes)
    if os.environ.get("DIGITLAB_SCANS") and not options.only:
        report("scanned digits", Counter(outcome_of(network, data, digit) for digit, data in scans()))


def written(network: Network, count: int, *, seed: int) -> Iterator[tuple[Ink, int]]:
    """`count` digits of our own writer, as many of each, all read rightly as strokes."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        digit = number % 10
        styles, weights = zip(*STYLES[digit].items(), strict=True)
        while True:
            style = styles[int(rng.choice(len(styles), p=np.array(weights) / sum(weights)))]
            ink = write(style(rng), rng=rng)
            if network.probabilities(rasterize(ink).reshape(1, -1)).argmax() == digit:
                yield ink, digit
                break


def outcome_of(network: Network, data: bytes, digit: int) -> str:
    """What becomes of a picture of `digit`, one of `OUTCOMES`."""
    try:
        x = pixels_from_image(data).reshape(1, -1)
    except InkError:
        return "refused"
    probabilities = network.probabilities(x)[0].tolist()
    if not looks_like_a_digit(x)["is_digit"]:
        return "no digit"
    if probabilities.index(max(probabilities)) == digit:
        return "right"
    return f"{how_sure(probabilities, temperature=1.0)['verdict']}, wrong"


def scans() -> Iterator[tuple[int, bytes]]:
    """Pictures of the scanned digits that DIGITLAB_SCANS names: 200 x 200, the digit 80 to 150 pixels high."""
    with np.load(os.environ["DIGITLAB_SCANS"]) as file:
        images, labels = file["images"], file["labels"]
    for index, (image, label) in enumerate(zip(images, labels, strict=True)):
        rng = np.random.default_rng([0, index])
        size = int(rng.integers(80, 151))
        sheet, place = np.zeros((200, 200)), rng.integers(0, 201 - size, 2)
        ink = np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC), float) / 255
        sheet[place[1] : place[1] + size, place[0] : place[0] + size] = ink
        file_ = io.BytesIO()
        Image.fromarray((245 - sheet.clip(0, 1) * 215).astype(np.uint8)).save(file_, "PNG")
        yield int(label), file_.getvalue()


def keep(path: Path, data: bytes) -> None:
    """Write the picture, and what was seen of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    try:
        seen = pixels_from_image(data).reshape(28, 28)
    except InkError:
        return
    Image.fromarray((seen * 255).astype(np.uint8)).resize((112, 112)).save(path.with_suffix(".seen.png"))


def report(name: str, outcomes: Counter[str]) -> None:
    """Print a row of the table."""
    sys.stdout.write(f"{name:28}" + "".join(f"{outcomes[outcome]:15d}" for outcome in OUTCOMES) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
