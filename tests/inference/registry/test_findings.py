"""What is found in curves: each finding where it belongs, and in no curve of a training that went well."""

import math
from collections.abc import Sequence
from typing import Any

import pytest

from inference.registry.findings import GUESSING_ERROR, findings_of, has_learned_nothing, worded

LN10 = math.log(10)


def curve(
    train: Sequence[float],
    test: Sequence[float] | None = None,
    *,
    accuracy: float | Sequence[float] = 0.95,
    train_accuracy: float = 0.96,
    rate: float = 0.001,
) -> list[dict[str, float]]:
    """Epochs with these errors."""
    accuracies = [accuracy] * len(train) if isinstance(accuracy, float) else accuracy
    return [
        {
            "epoch": number,
            "train_error": error,
            "test_error": other,
            "train_accuracy": train_accuracy,
            "test_accuracy": share,
            "learning_rate": rate,
        }
        for number, (error, other, share) in enumerate(zip(train, test or train, accuracies, strict=True), start=1)
    ]


def codes(history: list[dict[str, float]], loss: Any = "cross_entropy", **facts: Any) -> list[str]:
    return [one["code"] for one in findings_of(history, loss=loss, **facts)]


def falling(count: int, *, start: float = 0.5, end: float = 0.05) -> list[float]:
    return [end + (start - end) * 0.6**index for index in range(count)]


def confusion(answers: dict[int, int], *, each: int = 100) -> list[list[int]]:
    """Of every digit `each` images, of which the shares of `answers` in a hundred are read as these digits."""
    return [[each * answers.get(answer, 0) // 100 for answer in range(10)] for _ in range(10)]


@pytest.mark.parametrize("history", [curve(falling(10)), curve([0.4]), curve([0.9, 0.5, 0.4]), []])
def test_nothing_is_found_in_a_training_that_went_well(history: list[dict[str, float]]) -> None:
    assert codes(history) == []


# Learned nothing


@pytest.mark.parametrize("accuracy", [0.08, 0.098, 0.1135, 0.13])
def test_the_accuracy_of_guessing_is_found(accuracy: float) -> None:
    history = curve([2.2, 2.1], accuracy=accuracy, train_accuracy=0.11)
    assert codes(history) == ["learned_nothing"]


@pytest.mark.parametrize(("loss", "error"), [("cross_entropy", 2.31), ("cross_entropy", 14.5), ("squared_error", 0.9)])
def test_an_error_that_is_not_below_that_of_guessing_is_found(loss: Any, error: float) -> None:
    history = curve([error, error * 0.995], accuracy=0.2, train_accuracy=0.2)
    assert codes(history, loss) == ["learned_nothing"]


def test_the_errors_of_guessing_are_those_of_the_constant_answer() -> None:
    assert GUESSING_ERROR["cross_entropy"] == pytest.approx(LN10)
    assert GUESSING_ERROR["squared_error"] == pytest.approx(0.9**2 + 9 * 0.1**2)


@pytest.mark.parametrize(("error", "relation"), [(2.29, "about"), (2.31, "about"), (41.0, "above")])
def test_the_sentence_says_on_which_side_of_guessing_the_error_is(error: float, relation: str) -> None:
    (finding,) = worded(findings_of(curve([error], accuracy=0.1, train_accuracy=0.1), loss="cross_entropy"))
    assert f"Its error of {error:.3g} is {relation} that of guessing, 2.3." in finding["what"]


@pytest.mark.parametrize("accuracy", [0.3, 0.6])
def test_a_network_that_has_begun_to_learn_has_not_learned_nothing(accuracy: float) -> None:
    assert codes(curve([2.28, 2.1], accuracy=accuracy, train_accuracy=accuracy)) == []


def test_an_import_is_judged_by_its_figures_alone() -> None:
    metrics = {"test_accuracy": 0.1, "test_error": 2.4, "confusion": confusion({7: 100})}
    (finding,) = worded(findings_of([], loss="cross_entropy", metrics=metrics))
    assert (finding["code"], finding["level"]) == ("learned_nothing", "problem")
    assert "It answers 7 to every image." in finding["what"]
    assert findings_of([], loss="cross_entropy", metrics={**metrics, "test_accuracy": 0.9, "confusion": []}) == []
    assert findings_of([], loss="cross_entropy", metrics={}) == []


def test_the_share_of_the_most_common_digit_is_that_of_the_test_images() -> None:
    rows = [[400, *[0] * 9], *([[50, *[0] * 9]] * 9)]
    assert has_learned_nothing(findings_of(curve([1.5], accuracy=0.47, train_accuracy=0.47), loss="cross_entropy",
                                           metrics={"test_accuracy": 0.47, "confusion": rows}))  # fmt: skip


def test_few_test_images_scatter_more_widely() -> None:
    history = curve([2.2, 2.1], accuracy=0.15, train_accuracy=0.2)
    few, many = ({"confusion": confusion({1: 50, 2: 50}, each=each)} for each in (10, 1000))
    assert codes(history, metrics=few) == ["learned_nothing"]
    assert codes(history, metrics=many) == []


# Diverged, dead, still


def test_an_error_that_is_no_number_is_divergence() -> None:
    (finding,) = worded(findings_of(curve([0.5]), loss="cross_entropy", is_finite=False))
    assert (finding["code"], finding["what"]) == (
        "diverged",
        "The error became infinite or no number in epoch 2.",
    )
    assert codes([], is_finite=False) == ["diverged"]


def test_an_error_far_above_its_start_is_divergence() -> None:
    assert codes(curve([0.5, 0.4, 1.2])) == ["diverged"]
    assert codes(curve([0.5, 0.4, 0.7])) == []


def test_a_network_that_fell_back_to_guessing_has_diverged_and_knows_nothing() -> None:
    history = curve([2.0, 0.9, 2.4], accuracy=[0.5, 0.7, 0.1], train_accuracy=0.1)
    assert codes(history) == ["diverged", "learned_nothing"]


def test_an_error_that_does_not_change_at_all_is_dead() -> None:
    history = curve([1.9, *[1.7] * 5], accuracy=0.4, train_accuracy=0.4)
    (finding,) = worded(findings_of(history, loss="cross_entropy"))
    assert (finding["code"], "since epoch 2" in finding["what"]) == ("dead_gradients", True)


def test_a_network_whose_last_biases_alone_learn_is_dead() -> None:
    history = curve([2.31, 2.302, 2.3015, 2.3018], accuracy=0.1135, train_accuracy=0.11)
    assert codes(history) == ["learned_nothing", "dead_gradients"]


def test_steps_that_change_nothing_are_too_small() -> None:
    history = curve([2.4000001, 2.4, 2.4], accuracy=0.1, train_accuracy=0.1, rate=1e-9)
    assert codes(history) == ["learned_nothing", "tiny_steps"]


def test_a_training_that_has_learned_all_stands_still_for_a_reason() -> None:
    assert codes(curve([0.1, *[1e-9] * 20], train_accuracy=1.0)) == []


# Could be better


def test_overfitting_is_found_since_its_epoch() -> None:
    test = [0.30, 0.20, 0.15, 0.155, 0.16, 0.165, 0.17]
    history = curve(falling(7), test, train_accuracy=1.0)
    (finding,) = worded(findings_of(history, loss="cross_entropy"))
    assert (finding["code"], finding["level"]) == ("overfitting", "warning")
    assert finding["what"].startswith("Since epoch 3 the test error has risen, from 0.15 to 0.17")


@pytest.mark.parametrize(
    "test",
    [
        [0.30, 0.20, 0.15, 0.18, 0.15, 0.151, 0.152],  # noise around a level
        [0.30, 0.20, 0.15, 0.14, 0.13, 0.16, 0.17],  # two epochs alone
    ],
)
def test_noise_is_no_overfitting(test: list[float]) -> None:
    assert "overfitting" not in codes(curve(falling(7), test))


def test_a_test_error_that_rises_with_the_training_error_is_no_overfitting() -> None:
    errors = [0.5, 0.3, 0.2, 0.25, 0.3, 0.33]
    assert "overfitting" not in codes(curve(errors))


def test_a_plateau_is_found() -> None:
    errors = [0.9, 0.7, 0.6, *[0.5 + 0.001 * (index % 2) for index in range(12)]]
    (finding,) = worded(findings_of(curve(errors, train_accuracy=0.85), loss="cross_entropy"))
    assert (finding["code"], "since epoch 4" in finding["what"]) == ("plateau", True)
    assert codes(curve(errors, train_accuracy=0.995)) == []


def test_an_error_above_that_of_guessing_with_right_answers_is_said() -> None:
    assert codes(curve([3.1, 2.9], accuracy=0.8)) == ["error_above_guessing"]


def test_a_training_that_ran_out_of_epochs_is_a_note() -> None:
    history = curve([1.0 * 0.9**index for index in range(10)])
    (finding,) = worded(findings_of(history, loss="cross_entropy", config={"epochs": 10, "error_threshold": 0.01}))
    assert (finding["code"], finding["level"]) == ("still_improving", "note")
    assert finding["what"].endswith("The error threshold of 0.01 was not reached.")
    assert codes(history, config={"epochs": 10, "error_threshold": 0.5}) == []
    assert codes(history, config={"epochs": 20}) == []  # it was stopped


def test_an_epoch_without_its_figures_is_left_out() -> None:
    assert codes([{"epoch": 1}, *curve([2.31], accuracy=0.1, train_accuracy=0.1)]) == ["learned_nothing"]


def test_every_finding_has_words_and_other_codes_are_left_out() -> None:
    assert worded([{"code": "of another release"}]) == []
    assert worded(None) == []
