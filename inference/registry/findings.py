"""Findings: what the curves and figures of a training show to a trained eye, with the reason and the remedy.

`findings_of` is a pure function of figures that are stored anyway: a run and its version get the same findings, and
nothing here steers a training. A row keeps codes and numbers; `worded` makes the sentences.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from typing_extensions import TypedDict  # the API's schemas are made from these, for which 3.11's own lacks a method

from inference.registry.kept_epoch import up_to_kept
from nnlib.shape import CLASSES
from nnlib.vocabulary import LossName

Level = Literal["problem", "warning", "note"]
FindingJson = TypedDict("FindingJson", {"code": str, "level": Level, "title": str, "what": str, "why": str, "try": str})
FindingJson.__doc__ = """What was found: `what` can be seen, `why` that may be, and what to `try`.

`level` is `problem` where the network is of no use, `warning` where it could be better, else `note`.
"""
Stored = dict[str, Any]
Epochs = Sequence[Mapping[str, Any]]

LEARNED_NOTHING: Final = "learned_nothing"
MOST_COMMON_SHARE: Final = 0.1135
"""Of the most common digit among MNIST's test images, 1; what always answering it would score. Pen strokes: 0.1."""
MARGIN: Final = 0.02
"""Above that share an accuracy is still that of guessing."""
DEVIATIONS: Final = 3.0
"""With few test images, that many standard deviations of a binomial share in the place of `MARGIN`: 1 in 700."""
LITTLE: Final = 0.25
"""Networks of random weights score up to about 0.2: below this an error like that of guessing means that none was
learned, above it only that wrong answers are given with confidence."""
GUESSING_ERROR: Final[dict[LossName, float]] = {"cross_entropy": math.log(CLASSES), "squared_error": 1 - 1 / CLASSES}
"""The mean error of the best constant answer, 1/10 for each digit: -log(1/10), and (1 - 1/10)^2 + 9 (1/10)^2."""
NEAR: Final = 0.01
"""Relative: an error that is not lower than that of guessing by more than this is like it."""
SAME: Final = 1e-6
"""Relative: float32 carries seven digits, and a sum in another order differs in the last."""
STILL_EPOCHS: Final = 3
TINY_RATE: Final = 1e-6
"""A step of float32 weights near 0.05 (He, 784 inputs) by 1e-6 of a gradient below 0.01 is lost in rounding."""
DIVERGED: Final = 2.0
"""Times the error of the first epoch; and times the lowest, where the error is at the same time that of guessing."""
GENERALIZATION_LOSS: Final = 0.05
"""Prechelt, "Early stopping - but when?" (1998): its criterion GL_5, test error over its lowest, minus 1."""
OVERFITTING_EPOCHS: Final = 3
"""At least so many after the lowest test error, whose mean is judged: one epoch alone is noise."""
PLATEAU_SHARE: Final = 0.25
PLATEAU_EPOCHS: Final = 10
PLATEAU_GAIN: Final = 0.01
"""A plateau: in the last quarter of at least ten epochs the lowest training error fell by less than 1 %."""
LEARNED: Final = 0.99
"""From this training accuracy on there is little left to learn: no plateau."""
IMPROVING_GAIN: Final = 0.05
"""Still improving: the test error of the last fifth of the epochs is 5 % below that of the fifth before."""
_JUDGED: Final = ("train_error", "test_error", "train_accuracy", "test_accuracy")


def findings_of(
    history: Epochs,
    *,
    loss: LossName,
    config: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
    is_finite: bool = True,
) -> list[Stored]:
    """What is to be said of a training, worst first, as codes and numbers; [] of a training that went well.

    Args:
        history: One mapping per epoch, in order, with `train_error`, `test_error`, `train_accuracy`, `test_accuracy`;
            one that lacks any of them, as of a foreign file, is left out.
        loss: Whose errors these are.
        config: Of the run; from `epochs`, `schedule` and `error_threshold` follows whether it ran out of epochs.
        metrics: Of the version: `test_accuracy`, `test_error` and `confusion`, which count where they are known.
        is_finite: False where the training ended with an error that is no number.
    """
    config, metrics = config or {}, metrics or {}
    # What came after the network that is kept says nothing of it.
    history = [
        epoch
        for epoch in up_to_kept(config, history)
        if all(isinstance(epoch.get(name), int | float) for name in _JUDGED)
    ]
    guessing = _guessing(history, loss, metrics)
    found = [
        _diverged(history, loss, is_finite=is_finite),
        guessing,
        _stands_still(history, is_guessing=guessing is not None),
    ]
    problems = [one for one in found if one is not None]
    if problems:
        return problems
    found = [_error_above_guessing(history, loss), _overfitting(history), _plateau(history)]
    warnings = [one for one in found if one is not None]
    improving = None if warnings else _still_improving(history, config)
    return warnings if improving is None else [improving]


def worded(stored: Sequence[Stored] | None) -> list[FindingJson]:
    """The findings of a row in sentences; a code of another release is left out."""
    return [_WORDS[one["code"]](one) for one in stored or [] if one.get("code") in _WORDS]


def has_learned_nothing(stored: Sequence[Stored] | None) -> bool:
    """Whether a network reads no better than guessing: it is the best in nothing."""
    return any(one.get("code") == LEARNED_NOTHING for one in stored or [])


def _guessing(history: Epochs, loss: LossName, metrics: Mapping[str, Any]) -> Stored | None:
    last: Mapping[str, Any] = history[-1] if history else {}
    accuracy = metrics.get("test_accuracy", last.get("test_accuracy"))
    if accuracy is None:
        return None
    confusion = metrics.get("confusion") or []
    counts = [sum(row) for row in confusion]
    total = sum(counts)
    share = max(counts) / total if total else MOST_COMMON_SHARE
    deviation = math.sqrt(share * (1 - share) / total) if total else 0.0
    bound = share + max(MARGIN, DEVIATIONS * deviation)
    error = last.get("train_error", metrics.get("test_error"))
    level = GUESSING_ERROR[loss]
    is_error_of_guessing = error is not None and error >= level * (1 - NEAR) and accuracy <= LITTLE
    # A network that has learned its training images by heart is another case.
    is_accuracy_of_guessing = accuracy <= bound and last.get("train_accuracy", accuracy) <= max(bound, LITTLE)
    if not (is_error_of_guessing or is_accuracy_of_guessing):
        return None
    answers = [digit for digit in range(len(confusion)) if any(row[digit] for row in confusion)]
    stored: Stored = {"code": LEARNED_NOTHING, "accuracy": accuracy, "share": share}
    if error is not None:
        stored |= {"error": error, "guessing_error": level}
    return stored | ({"only_answer": answers[0]} if len(answers) == 1 else {})


def _diverged(history: Epochs, loss: LossName, *, is_finite: bool) -> Stored | None:
    errors = [epoch["train_error"] for epoch in history]
    if not is_finite or not all(math.isfinite(error) for error in errors):
        return {"code": "diverged", "epoch": len(errors) + (0 if is_finite else 1)}
    if len(errors) < 2:
        return None
    last, lowest = errors[-1], min(errors)
    has_left = last > DIVERGED * lowest and last >= GUESSING_ERROR[loss]
    if last > DIVERGED * errors[0] or has_left:
        return {"code": "diverged", "from": errors[0] if not has_left else lowest, "to": last}
    return None


def _stands_still(history: Epochs, *, is_guessing: bool) -> Stored | None:
    """No change of the training error; or, in a network that guesses, only that of its last biases.

    A layer whose neurons are all dead or saturated gives the same outputs for every image, and no gradient passes it
    (Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010).
    """
    tail = history[-STILL_EPOCHS:]
    if len(tail) < STILL_EPOCHS or tail[-1]["train_accuracy"] >= LEARNED:
        return None
    errors = [epoch["train_error"] for epoch in tail]
    change = max(errors) - min(errors)
    if change > max(errors) * (NEAR if is_guessing else SAME):
        return None
    since = len(history) - 1
    while since > 0 and abs(history[since - 1]["train_error"] - errors[-1]) <= errors[-1] * (
        NEAR if is_guessing else SAME
    ):
        since -= 1
    rate = max(epoch.get("learning_rate") or 0.0 for epoch in tail)
    code = "tiny_steps" if rate <= TINY_RATE else "dead_gradients"
    return {"code": code, "since": since + 1, "error": errors[-1], "learning_rate": rate}


def _error_above_guessing(history: Epochs, loss: LossName) -> Stored | None:
    if not history or min(history[-1]["train_error"], history[-1]["test_error"]) < GUESSING_ERROR[loss]:
        return None
    last = history[-1]
    return {
        "code": "error_above_guessing",
        "error": last["test_error"],
        "guessing_error": GUESSING_ERROR[loss],
        "accuracy": last["test_accuracy"],
    }


def _overfitting(history: Epochs) -> Stored | None:
    errors = [epoch["test_error"] for epoch in history]
    if not errors:
        return None
    best = min(range(len(errors)), key=errors.__getitem__)
    if len(errors) - 1 - best < OVERFITTING_EPOCHS:
        return None
    tail = history[-OVERFITTING_EPOCHS:]
    test, train = _mean(tail, "test_error"), _mean(tail, "train_error")
    if test <= errors[best] * (1 + GENERALIZATION_LOSS) or train >= history[best]["train_error"]:
        return None
    return {"code": "overfitting", "since": best + 1, "from": errors[best], "to": errors[-1]}


def _plateau(history: Epochs) -> Stored | None:
    count = len(history)
    if count < PLATEAU_EPOCHS or history[-1]["train_accuracy"] >= LEARNED:
        return None
    start = count - max(1, round(count * PLATEAU_SHARE))
    errors = [epoch["train_error"] for epoch in history]
    before = min(errors[:start])
    if min(errors[start:]) < before * (1 - PLATEAU_GAIN):
        return None
    return {"code": "plateau", "since": errors.index(before) + 1, "error": errors[-1]}


def _still_improving(history: Epochs, config: Mapping[str, Any]) -> Stored | None:
    fifth = len(history) // 5
    # A schedule lets the error fall at its end by lowering the rate: that is no sign of too few epochs.
    is_scheduled = config.get("schedule", "constant") != "constant"
    if not fifth or is_scheduled or len(history) < config.get("epochs", math.inf):
        return None
    threshold = config.get("error_threshold")
    if threshold is not None and history[-1]["train_error"] < threshold:
        return None
    before, now = _mean(history[-2 * fifth : -fifth], "test_error"), _mean(history[-fifth:], "test_error")
    if now > before * (1 - IMPROVING_GAIN):
        return None
    return {"code": "still_improving", "epochs": len(history), "from": before, "to": now, "threshold": threshold}


def _mean(epochs: Epochs, name: str) -> float:
    return math.fsum(epoch[name] for epoch in epochs) / len(epochs)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _number(value: float) -> str:
    return f"{value:.3g}"


def _learned_nothing_words(one: Stored) -> FindingJson:
    always = f" It answers {one['only_answer']} to every image." if "only_answer" in one else ""
    error = ""
    if "error" in one and one["error"] >= one["guessing_error"] * (1 - NEAR):
        relation = "above" if one["error"] > one["guessing_error"] * (1 + NEAR) else "about"
        error = (
            f" Its error of {_number(one['error'])} is {relation} that of guessing, {_number(one['guessing_error'])}."
        )
    return {
        "code": one["code"],
        "level": "problem",
        "title": "Learned nothing",
        "what": f"It reads {_percent(one['accuracy'])} of the test images right; always answering the most common "
        f"digit would give {_percent(one['share'])}.{error}{always}",
        "why": "The steps were too large, too small, or no gradient reached the weights.",
        "try": "Use a learning rate near 0.001 with Adam, or 0.1 with SGD, and the initialization that fits the "
        "activation: He for ReLU, Xavier for tanh and sigmoid.",
    }


def _diverged_words(one: Stored) -> FindingJson:
    what = (
        f"The error became infinite or no number in epoch {one['epoch']}."
        if "epoch" in one
        else f"The training error rose from {_number(one['from'])} to {_number(one['to'])}."
    )
    return {
        "code": one["code"],
        "level": "problem",
        "title": "Diverged",
        "what": what,
        "why": "The steps are so large that each one overshoots: the error rises instead of falling.",
        "try": "Divide the learning rate by 10, or use larger batches or an initialization with smaller weights.",
    }


def _dead_words(one: Stored) -> FindingJson:
    return {
        "code": one["code"],
        "level": "problem",
        "title": "Dead gradients",
        "what": f"The training error stands at {_number(one['error'])} since epoch {one['since']}.",
        "why": "Neurons that give 0 for every image (ReLU), or that are saturated (sigmoid, tanh), pass no gradient: "
        "the weights before them stay as they are.",
        "try": "Lower the learning rate, use an initialization that fits the activation (He for ReLU, Xavier for tanh "
        "and sigmoid), and do not start from weights that are all equal.",
    }


def _tiny_words(one: Stored) -> FindingJson:
    return {
        "code": one["code"],
        "level": "problem",
        "title": "Steps too small",
        "what": f"The training error stands at {_number(one['error'])} since epoch {one['since']}.",
        "why": f"With a learning rate of {one['learning_rate']:g} a step hardly changes a weight.",
        "try": "Use a learning rate near 0.001 with Adam, or 0.1 with SGD.",
    }


def _above_words(one: Stored) -> FindingJson:
    return {
        "code": one["code"],
        "level": "warning",
        "title": "Error above that of guessing",
        "what": f"It reads {_percent(one['accuracy'])} right, but its error of {_number(one['error'])} is above that "
        f"of guessing, {_number(one['guessing_error'])}.",
        "why": "Its wrong answers are very sure, which the error punishes: the weights are too large.",
        "try": "Lower the learning rate, or use an initialization with smaller weights.",
    }


def _overfitting_words(one: Stored) -> FindingJson:
    return {
        "code": one["code"],
        "level": "warning",
        "title": "Overfitting",
        "what": f"Since epoch {one['since']} the test error has risen, from {_number(one['from'])} to "
        f"{_number(one['to'])}, while the training error fell.",
        "why": "The network learns its training images by heart, and that does not help with others.",
        "try": "Use more data, augmentation, dropout or weight decay; fewer epochs or early stopping; or a smaller "
        "network.",
    }


def _plateau_words(one: Stored) -> FindingJson:
    return {
        "code": one["code"],
        "level": "warning",
        "title": "Plateau",
        "what": f"The training error has not improved by 1 % since epoch {one['since']}; it is "
        f"{_number(one['error'])}.",
        "why": "The steps are too large to settle, or the network is too small for what is left to learn.",
        "try": "Let the learning rate fall (schedule cosine or step), try another one, or a larger network.",
    }


def _improving_words(one: Stored) -> FindingJson:
    threshold = one.get("threshold")
    goal = "" if threshold is None else f" The error threshold of {_number(threshold)} was not reached."
    return {
        "code": one["code"],
        "level": "note",
        "title": "Still improving",
        "what": f"The test error was still falling when its {one['epochs']} epochs were over, lately from "
        f"{_number(one['from'])} to {_number(one['to'])}.{goal}",
        "why": "The training ended before it had converged.",
        "try": "Train with more epochs, or with a higher learning rate.",
    }


_WORDS: Final[dict[str, Callable[[Stored], FindingJson]]] = {
    LEARNED_NOTHING: _learned_nothing_words,
    "diverged": _diverged_words,
    "dead_gradients": _dead_words,
    "tiny_steps": _tiny_words,
    "error_above_guessing": _above_words,
    "overfitting": _overfitting_words,
    "plateau": _plateau_words,
    "still_improving": _improving_words,
}
