"""The ping of a page over its WebSocket: a browser's scripts cannot send the one of the protocol.

`{"type": "ping"}` is answered by `{"type": "pong"}`, by which the page detects a connection that is dead without being
closed (`static/js/lib/heartbeat.js`).
"""

import json
from typing import Any, Final

PONG: Final[dict[str, Any]] = {"type": "websocket.send", "text": '{"type":"pong"}'}
_PING: Final = {"type": "ping"}
# No drawing is as short: longer messages are not parsed twice.
_LONGEST: Final = 24


def is_ping(text: str | None) -> bool:
    """Whether a message is a ping."""
    if text is None or len(text) > _LONGEST or "ping" not in text:
        return False
    try:
        return bool(json.loads(text) == _PING)
    except ValueError:
        return False
