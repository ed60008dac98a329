"""A scripted TCP server, for connection behaviour that an HTTP mock cannot show."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; `connection` counts from 1."""

    connection: int
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Step = Callable[["Peer", socket.socket], bool]  # False: the peer closes the connection


def answer(
    body: bytes = b"[]", *, status: int = 200, length: int | None = None, headers: str = ""
) -> Step:
    """Send a response; a `length` larger than the body makes it a truncated one."""

    def step(_: "Peer", connection: socket.socket) -> bool:
        announced = len(body) if length is None else length
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {announced}\r\n{headers}\r\n"
        connection.sendall(head.encode() + body)
        return length is None

    return step


def answer_and_close(body: bytes = b"[]") -> Step:
    """Send a keep-alive response, then close the connection all the same."""

    def step(peer: "Peer", connection: socket.socket) -> bool:
        answer(body)(peer, connection)
        return False

    return step


def drop(_: "Peer", __: socket.socket) -> bool:
    """Close the connection without a response."""
    return False


def stall(peer: "Peer", _: socket.socket) -> bool:
    """Send nothing until the test is over."""
    peer.closing.wait(5)
    return False


def endlessly(piece: bytes, head: bytes = b"HTTP/1.1 200 X\r\n", pause: float = 0.02) -> Step:
    """Send the head, then the same piece again and again, each well within the read time-out."""

    def step(peer: "Peer", connection: socket.socket) -> bool:
        connection.sendall(head)
        with suppress(OSError):
            while not peer.closing.wait(pause):
                connection.sendall(piece)
        return False

    return step


def stall_in_body(peer: "Peer", connection: socket.socket) -> bool:
    """Send the beginning of a response and never the rest."""
    connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n[")
    return stall(peer, connection)


@dataclass
class Peer:
    """Runs one step per request, in order; with no step left it answers an empty list."""

    steps: list[Step] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Stop, and wait for every thread."""
        self.closing.set()
        # Closing alone does not wake accept().
        socket.create_connection(self._listener.getsockname()).close()
        self._threads[0].join()
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self.closing.is_set():
                connection.close()
                return
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection, len(self._open)))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        # A client that has read enough closes the connection before the end.
        with suppress(ConnectionError), connection, connection.makefile("rb") as lines:
            while first := lines.readline().decode():
                head = iter(lambda: lines.readline().decode().strip(), "")
                headers = dict(line.split(": ", 1) for line in head)
                body = lines.read(int(headers.get("Content-Length", 0)))
                method, path, _ = first.split(" ")
                self.seen.append(Seen(number, method, path, headers, body))
                step = self.steps.pop(0) if self.steps else answer()
                if not step(self, connection):
                    with suppress(OSError):  # the client may have closed the connection first
                        connection.shutdown(socket.SHUT_RDWR)
                    return
