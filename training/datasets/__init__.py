"""Data sets: what can be trained on, whether it is at hand, and the arrays themselves."""

from training.datasets.catalogue import DatasetStatus, availability, default_key, load
from training.datasets.stored import Dataset, Progress

__all__ = ["Dataset", "DatasetStatus", "Progress", "availability", "default_key", "load"]
