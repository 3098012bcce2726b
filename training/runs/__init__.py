"""Runs: submit, stop, resume, delete, select; their checkpoints and their JSON."""
