"""The network from scratch: NumPy only; imports nothing of Django, files or users."""
