"""The HTTP API of versions, predictions, aliases, the trash and corrections."""
