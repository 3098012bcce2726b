"""uvicorn's HTTP protocol with two changes: small writes are joined, and a request must arrive in time.

uvicorn itself limits only the pause between two requests. A client that sends half a header, or one byte of a body now
and then, kept its connection for ever.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from digitlab.http.coalescing_transport import CoalescingTransport

# From the connection, or from the first byte of a later request, to the end of its header.
HEADER_SECONDS: Final = 10.0
# Of a body, so many bytes at least must arrive in each interval; a slow mobile network has 100 times as many.
BODY_INTERVAL_SECONDS: Final = 10.0
LEAST_BODY_BYTES: Final = 10_000

_TIMEOUT: Final = b"the request did not arrive in time\n"
_ANSWER: Final = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_TIMEOUT), _TIMEOUT)
)


class ServerProtocol(HttpToolsProtocol):
    """For `uvicorn --http digitlab.http.server_protocol:ServerProtocol`."""

    _timer: asyncio.TimerHandle | None = None
    _is_incomplete = True
    _has_begun = _has_header = False
    _interval_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin with a transport that joins what is written; the first header is due."""
        super().connection_made(CoalescingTransport(transport, self.loop))  # type: ignore[arg-type]
        self._timer = self.loop.call_later(HEADER_SECONDS, self._check)

    def data_received(self, data: bytes) -> None:
        """Parse `data`; a timer runs while a request is incomplete, so one that arrives whole needs none."""
        super().data_received(data)
        if not self._is_incomplete:
            self._cancel_timer()
        else:
            self._interval_bytes += len(data)
            if self._timer is None:
                self._timer = self.loop.call_later(HEADER_SECONDS, self._check)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_incomplete, self._has_begun, self._has_header, self._interval_bytes = True, True, False, 0

    def on_headers_complete(self) -> None:
        """Only its body is missing, and gets intervals of its own."""
        super().on_headers_complete()
        self._has_header = True
        self._cancel_timer()

    def on_message_complete(self) -> None:
        """The request is complete; WebSocket handshakes end here too."""
        super().on_message_complete()
        self._is_incomplete = False

    def handle_websocket_upgrade(self) -> None:
        """The connection belongs to the WebSocket protocol, which has timeouts of its own."""
        self._is_incomplete = False
        self._cancel_timer()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the timer with the connection."""
        self._is_incomplete = False
        self._cancel_timer()
        super().connection_lost(exc)

    def _check(self) -> None:
        """The timer's end: go on with a body that arrives, or that the application does not read; else answer 408."""
        self._timer = None
        if self._has_header and (self._interval_bytes >= LEAST_BODY_BYTES or self.flow.read_paused):
            self._interval_bytes = 0
            self._timer = self.loop.call_later(BODY_INTERVAL_SECONDS, self._check)
            return
        if self._has_begun and not (self._has_header and self.cycle.response_started):
            self.transport.write(_ANSWER)
        self.transport.close()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
