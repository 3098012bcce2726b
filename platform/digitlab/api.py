"""The HTTP API."""

from ninja import NinjaAPI

api = NinjaAPI(title="Digit Lab", version="1")
