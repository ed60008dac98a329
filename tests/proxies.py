"""A proxy of the tests' own: nginx or HAProxy with its shipped file, but for ports and paths."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from tests.environment import free_port, missing

SHIPPED = Path(__file__).resolve().parents[1] / "docs" / "deployment"
NGINX, HAPROXY = "nginx.conf", "haproxy.cfg"
HOST = "tasks.example.com"
# What a file for conf.d is included into, with every path in a folder of ours.
AROUND = """daemon off; pid {0}/pid; error_log {0}/error.log; events {{ worker_connections 8192; }}
http {{ access_log off; client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;
fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s; {1}
include {0}/site.conf; }}"""


def make_certificate(folder: Path, *names: str) -> None:
    """One of our own, for these names, in the files that the shipped configurations name."""
    pair = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}"]
    command += ["-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)]
    subprocess.run([*command, *pair], check=True, capture_output=True)  # noqa: S603 - our own
    texts = [(folder / name).read_text() for name in ("fullchain.pem", "privkey.pem")]
    (folder / "both.pem").write_text("".join(texts))


class Proxy:
    """`file` is the shipped one; the test may change it, and stop, restart or reload the proxy."""

    def __init__(self, file: str, folder: Path, upstream: int = 0) -> None:
        name = "nginx" if file == NGINX else "haproxy"
        self._program = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin")
        if self._program is None:
            missing(name)
        self._file, self._folder, self.upstream = file, folder, upstream
        self._process: subprocess.Popen[bytes] | None = None
        self.plain, self.tls = free_port(), free_port()
        self.certificate = folder / "fullchain.pem"
        make_certificate(folder, HOST, "localhost")

    def write(self, changes: Mapping[str, str], around: str = "") -> None:
        """The shipped file, with these texts replaced; `around` stands before it."""
        text = (SHIPPED / self._file).read_text()
        for old, new in changes.items():
            assert old in text, old
            text = text.replace(old, new)
        text = text.replace("/etc/ssl/tasks.example.com", str(self._folder))
        text = text.replace("127.0.0.1:8001", f"127.0.0.1:{self.upstream}")
        for usual, port in ((80, self.plain), (443, self.tls)):
            text = text.replace(f"listen {usual}", f"listen {port}")
            text = text.replace(f"bind :{usual}", f"bind :{port}")
        if self._file == HAPROXY:
            (self._folder / self._file).write_text(text)
            return
        (self._folder / "site.conf").write_text(text)
        (self._folder / self._file).write_text(AROUND.format(self._folder, around))

    def start(self, changes: Mapping[str, str] | None = None, around: str = "") -> None:
        self.write(changes or {}, around)
        path = str(self._folder / self._file)
        nginx = ["-c", path, "-e", str(self._folder / "error.log")]
        arguments = nginx if self._file == NGINX else ["-db", "-f", path]
        self._process = subprocess.Popen([str(self._program), *arguments])  # noqa: S603 - known
        until = time.monotonic() + 10
        while not is_open(self.tls):
            assert self._process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)

    def reload(self) -> None:
        """nginx only: new workers with the file as it is now; the old ones end what they have."""
        assert self._process
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def restart(self, changes: Mapping[str, str] | None = None, around: str = "") -> None:
        self.stop()
        self.start(changes, around)


def is_open(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0
