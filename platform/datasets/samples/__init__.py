"""Samples that users collected: the built-in data set `corrections`, and how a run rehearses it among other images."""
