"""Runs: configuration, data sets, queue, worker task, live stream. Imports inference and nnlib, never digitlab."""
