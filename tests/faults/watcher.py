"""A page that watches a run: it reconnects whenever its socket is lost, saying which epoch it has."""

import contextlib
import json
import socket
import threading
import time
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect


class Watcher:
    """Notes every epoch that it is sent, in the order in which they come."""

    def __init__(self, url: str, run_id: int, *, token: str = "") -> None:
        self._address = f"{url.replace('http', 'ws', 1)}/ws/runs/{run_id}/"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._socket: ClientConnection | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.epochs: list[dict[str, Any]] = []
        self.statuses: list[str] = []
        self.connections = 0

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Hear no more."""
        self._ended.set()
        self.drop()
        self._thread.join(20)

    def drop(self) -> None:
        """Break the connection off, as a network does that goes away."""
        connection = self._socket
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)

    def _watch(self) -> None:
        while not self._ended.is_set():
            last = self.epochs[-1]["epoch"] if self.epochs else 0
            try:
                with self._connected(last) as self._socket:
                    self.connections += 1
                    while not self._ended.is_set():
                        self._take(json.loads(self._socket.recv()))
            except (OSError, WebSocketException, TimeoutError):
                time.sleep(0.1)

    def _connected(self, last: int) -> ClientConnection:
        return connect(
            f"{self._address}?after={last}", additional_headers=self._headers, open_timeout=10, close_timeout=1
        )

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "run.snapshot":
            self.epochs += message["epochs"]
            self.statuses.append(message["run"]["status"])
        elif message["type"] == "epoch.finished":
            self.epochs.append(message["epoch"])
        elif message["type"] == "status.changed":
            self.statuses.append(message["status"])
