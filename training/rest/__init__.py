"""The HTTP API of runs and of the comparison."""
