"""Whether messages of the WebSockets are what the AsyncAPI document says."""

from functools import cache
from typing import Any, Final

import jsonschema

RUN: Final = ("RunSnapshot", "EpochFinished", "BatchProgress", "StatusChanged", "Pong")
PREDICT: Final = ("PredictReply", "PredictError", "Pong")


def check_message(message: Any, names: tuple[str, ...]) -> None:
    """Fail unless the message fits one of the documented messages of these names."""
    _validator(names).validate(message)


@cache
def _validator(names: tuple[str, ...]) -> Any:
    from digitlab.asyncapi import document

    described = document(host="localhost", protocol="ws", prefix="")
    schema = {"oneOf": [described["components"]["messages"][name]["payload"]["schema"] for name in names], **described}
    return jsonschema.Draft202012Validator(schema)
