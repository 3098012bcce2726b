"""How much a difference between two versions means: intervals, and the odds that chance alone made it."""

import math
from typing import Final

# The normal deviate that leaves 5 % outside on both sides together.
Z_95: Final = 1.959963984540054
SIGNIFICANT: Final = 0.05


def wilson_interval(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval in [0, 1] of a share of which `hits` of `count` were seen.

    Wilson: Probable inference, the law of succession, and statistical inference (1927). Unlike the normal one it keeps
    inside [0, 1] and is right near 1, where accuracies are.

    Raises:
        ValueError: `count` is not positive, or `hits` not within it.
    """
    if not 0 <= hits <= count or count == 0:
        raise ValueError(f"expected 0 to {count} hits of at least one; got {hits}")
    share, z2 = hits / count, Z_95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 / (1 + z2 / count) * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def mcnemar_p(only_first: int, only_second: int) -> float:
    """The probability that chance alone splits the discordant images at least as unevenly; exact and two-sided.

    McNemar: Note on the sampling error of the difference between correlated proportions (1947), with the binomial
    distribution in the place of its approximation.
    """
    count, fewer = only_first + only_second, min(only_first, only_second)
    if only_first == only_second:
        return 1.0
    logs = [math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1) for k in range(fewer + 1)]
    largest = max(logs)
    tail = math.fsum(math.exp(log - largest) for log in logs)
    return min(1.0, 2 * math.exp(largest - count * math.log(2)) * tail)


def odds_words(p: float) -> str:
    """How often chance alone would do something of probability `p`: "once in 400", "39 times in 100"."""
    if p >= SIGNIFICANT:
        return f"{round(100 * p)} times in 100"
    if p < 1e-6:
        return "less than once in a million"
    times = 1 / p
    digits = 1 - math.floor(math.log10(times))
    return f"once in {round(times, digits):,.0f}"
