"""Data sets: what can be trained on, whether it is at hand, and the arrays themselves."""

from datasets.catalogue import DatasetStatus, availability, default_key, load, refusal
from datasets.stored import Dataset, Progress

__all__ = ["Dataset", "DatasetStatus", "Progress", "availability", "default_key", "load", "refusal"]
