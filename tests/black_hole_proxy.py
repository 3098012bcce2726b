"""A TCP proxy that turns its connections into black holes, as a NAT, a VPN or a sleeping proxy does."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Connection:
    def __init__(self) -> None:
        self.is_black_hole = False
        self.is_ended_by_server = False


class BlackHoleProxy:
    """Forwards connections to a port of this machine.

    A black hole accepts bytes, forwards none and closes nothing; connections that are opened later are forwarded.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._connections: list[_Connection] = []
        self._loop = asyncio.new_event_loop()
        self.port = 0

    @contextmanager
    def running(self) -> Iterator["BlackHoleProxy"]:
        """Run in a thread of its own."""
        thread = threading.Thread(target=self._loop.run_forever)
        thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(10)
        self.port = int(server.sockets[0].getsockname()[1])
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._end(server), self._loop).result(10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(10)
            self._loop.close()

    def make_black_holes(self) -> int:
        """Turn every open connection into a black hole; how many there were."""
        found = [one for one in self._connections if not one.is_black_hole and not one.is_ended_by_server]
        for connection in found:
            connection.is_black_hole = True
        return len(found)

    @property
    def held_by_server(self) -> int:
        """The black holes whose other end the server still holds open."""
        return sum(one.is_black_hole and not one.is_ended_by_server for one in self._connections)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection()
        self._connections.append(connection)
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target_port)

        async def answers() -> None:
            await _forward(server_reader, writer, connection)
            connection.is_ended_by_server = True

        try:
            await asyncio.gather(_forward(reader, server_writer, connection), answers())
        except asyncio.CancelledError:
            pass  # the end of the proxy
        finally:
            server_writer.close()
            writer.close()

    async def _end(self, server: asyncio.Server) -> None:
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: _Connection) -> None:
    """Forward bytes until the sender ends; the end too, unless the connection is a black hole."""
    try:
        while data := await reader.read(65_536):
            if not connection.is_black_hole:
                writer.write(data)
                await writer.drain()
        if not connection.is_black_hole:
            writer.close()
    except OSError:
        writer.close()
