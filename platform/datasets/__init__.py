"""Data sets: what can be trained on, whether it is at hand, and the arrays themselves."""

from datasets.catalogue import TRAIN_COUNTS, DatasetStatus, availability, default_key, load, refusal
from datasets.stored import Dataset, Labelled, Progress

__all__ = [
    "TRAIN_COUNTS",
    "Dataset",
    "DatasetStatus",
    "Labelled",
    "Progress",
    "availability",
    "default_key",
    "load",
    "refusal",
]
