"""A Redis of the tests' own, in a temporary folder."""

import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from tests.environment import free_port, missing
from workitems.isc.redis_link import RedisLink


class RedisServer:
    """Starts empty, keeps nothing; the test may stop, hang or restart it."""

    def __init__(self, folder: Path) -> None:
        self._program = shutil.which("redis-server") or missing("redis-server")
        self._links: list[RedisLink] = []
        self._folder, self._port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        command = [
            self._program, "--port", str(self._port), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no", "--dir", str(self._folder),
        ]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1) as one:
                one.sendall(b"PING\r\n")
                if one.recv(16).startswith(b"+PONG"):
                    return
            time.sleep(0.02)
        raise AssertionError("redis-server does not start")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def link(self, name: str = "tests", *, least: int = 1) -> RedisLink:
        """Of one process; closed with the server."""
        link = RedisLink(self.url, name, least=least)
        self._links.append(link)
        return link

    def close(self) -> None:
        for link in self._links:
            link.close()
        self.go_on()
        self.kill()

    def hang(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)  # nothing, where it has ended
