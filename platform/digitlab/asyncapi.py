"""The WebSocket messages as an AsyncAPI 3.0 document, made from the types that write and read them."""

from functools import cache
from typing import Any, Final, Literal

from pydantic import BaseModel, TypeAdapter

from inference.rest.versions import PredictReply
from inference.serving.prediction import PredictRequest, RequestId
from training.runs.messages import BatchProgress, EpochFinished, RunSnapshot, StatusChanged
from weblib.error_answers import ValidationErrorOut


class Ping(BaseModel):
    """Answered at once by a pong: it shows that the connection is alive."""

    type: Literal["ping"]


class Pong(BaseModel):
    """The answer to a ping."""

    type: Literal["pong"]


class PredictError(ValidationErrorOut):
    """Why a drawing was not read, with the codes of `POST /api/v1/predict` and the `id` of the request."""

    id: RequestId | None = None


_MESSAGES: Final[dict[str, dict[str, Any]]] = {
    "run": {
        "RunSnapshot": RunSnapshot,
        "EpochFinished": EpochFinished,
        "BatchProgress": BatchProgress,
        "StatusChanged": StatusChanged,
        "Ping": Ping,
        "Pong": Pong,
    },
    "predict": {
        "PredictRequest": PredictRequest,
        "PredictReply": PredictReply,
        "PredictError": PredictError,
        "Ping": Ping,
        "Pong": Pong,
    },
}
_CHANNELS: Final[dict[str, dict[str, Any]]] = {
    "run": {
        "address": "/ws/runs/{run_id}/",
        "description": "One run as it trains: every epoch in order, each once. The server closes with 4404 if there is "
        "no such run, and with 1013 if the client should connect again.",
        "parameters": {"run_id": {"description": "The `id` of the run"}},
        "bindings": {
            "ws": {
                "query": {
                    "type": "object",
                    "properties": {
                        "after": {
                            "type": "integer",
                            "minimum": 0,
                            "default": 0,
                            "description": "The last epoch that the client has; the first message begins after it",
                        }
                    },
                },
                "bindingVersion": "0.1.0",
            }
        },
    },
    "predict": {
        "address": "/ws/predict/",
        "description": "Predictions while somebody draws. Of drawings that arrive while one is computed, the newest is "
        "answered; a message has at most 256 KiB.",
    },
}


def document(*, host: str, protocol: Literal["ws", "wss"], prefix: str) -> dict[str, Any]:
    """The AsyncAPI document of a server at `host`; `prefix` is its path, such as "/lab", or empty."""
    server = {"host": host, "protocol": protocol, **({"pathname": prefix} if prefix else {})}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Digit Lab",
            "version": "1",
            "description": "The WebSockets of the lab. With accounts, connect with the header "
            "`Authorization: Bearer <token>`, or with the session of a browser.",
        },
        "defaultContentType": "application/json",
        "servers": {"lab": server},
        "channels": {
            name: {**channel, "messages": {message: _reference("messages", message) for message in _MESSAGES[name]}}
            for name, channel in _CHANNELS.items()
        },
        "operations": _operations(),
        "components": _components(),
    }


def _operations() -> dict[str, Any]:
    """What the server sends and receives; a reply goes over the same socket."""
    run_messages = [name for name in _MESSAGES["run"] if name not in {"Ping", "Pong"}]
    return {
        "sendRunUpdates": {"action": "send", **_on("run", *run_messages)},
        "receivePrediction": {
            "action": "receive",
            **_on("predict", "PredictRequest"),
            "reply": _on("predict", "PredictReply", "PredictError"),
        },
        **{
            f"receive{name.title()}Ping": {"action": "receive", **_on(name, "Ping"), "reply": _on(name, "Pong")}
            for name in _CHANNELS
        },
    }


@cache
def _components() -> dict[str, Any]:
    """The messages and their JSON schemas; shared, not to be changed."""
    schemas: dict[str, Any] = {}
    for messages in _MESSAGES.values():
        for name, message in messages.items():
            schema = TypeAdapter(message).json_schema(ref_template="#/components/schemas/{model}")
            schemas |= {**schema.pop("$defs", {}), name: schema}
    named = {name for messages in _MESSAGES.values() for name in messages}
    return {
        "messages": {
            name: {
                "name": name,
                "summary": schemas[name].get("description", ""),
                "payload": {
                    "schemaFormat": "application/schema+json;version=draft-07",
                    "schema": _reference("schemas", name),
                },
            }
            for name in sorted(named)
        },
        "schemas": schemas,
    }


def _on(channel: str, *messages: str) -> dict[str, Any]:
    return {
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


def _reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}
