"""The orders that the lists of runs and of versions share, and what people call them."""

from typing import Final, Literal

from weblib.paging import Order

CommonSort = Literal[
    "-number", "number", "-test_accuracy", "test_accuracy", "test_error", "-test_error", "-duration", "duration"
]
COMMON_TITLES: Final[dict[str, str]] = {
    "-number": "Newest first",
    "number": "Oldest first",
    "-test_accuracy": "Best test accuracy",
    "test_accuracy": "Worst test accuracy",
    "test_error": "Lowest test error",
    "-test_error": "Highest test error",
    "duration": "Shortest training",
    "-duration": "Longest training",
}

# Errors of different losses are different quantities; the accuracy is the same one for all.
ACCURACY_INSTEAD: Final[dict[str, str]] = {"test_error": "-test_accuracy", "-test_error": "test_accuracy"}


def common_orders(key: str) -> dict[str, Order]:
    """The orders by number, accuracy, error and duration; `key` is the column of a row's number."""
    return {
        "-number": Order(key, kind=int),
        "number": Order(key, is_descending=False, kind=int),
        "-test_accuracy": Order("test_accuracy"),
        "test_accuracy": Order("test_accuracy", is_descending=False),
        "test_error": Order("test_error", is_descending=False),
        "-test_error": Order("test_error"),
        "-duration": Order("train_seconds"),
        "duration": Order("train_seconds", is_descending=False),
    }
