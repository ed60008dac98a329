"""The one kind of HTTP session that we call ISC and the provider with.

It repeats nothing: callers repeat reads themselves; a write, a code or a token is never sent twice.
"""

import threading
import time
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from io import BufferedReader, RawIOBase
from socket import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

ANSWER_SECONDS = 15.0  # from the request's end to the last byte of its answer, head and body


def no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An explicit absence of credentials: given None, requests looks into ~/.netrc."""
    return request


class _Received(RawIOBase):
    """What a socket receives until a moment; its own time-out bounds each wait only."""

    def __init__(self, raw: RawIOBase, sock: socket) -> None:
        self._raw, self._sock = raw, sock
        self._until = time.monotonic() + ANSWER_SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left, usual = self._until - time.monotonic(), self._sock.gettimeout()
        if left <= 0:
            raise TimeoutError(f"not complete after {ANSWER_SECONDS} seconds")
        self._sock.settimeout(left if usual is None else min(left, usual))
        try:
            return self._raw.readinto(buffer)
        finally:
            self._sock.settimeout(usual)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer, read in time: peers can send a header, a `100 Continue` or a byte each second."""

    def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = BufferedReader(_Received(self.fp.detach(), sock))


class _PlainConnection(HTTPConnection):
    response_class = _Answer


class _TlsConnection(HTTPSConnection):
    response_class = _Answer


class _TimedAdapter(HTTPAdapter):
    """Connections whose answers end in time, through a proxy or not."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _TlsConnection if pool.scheme == "https" else _PlainConnection  # type: ignore[attr-defined]
        return pool


class HardenedSession(requests.Session):
    """Repeats nothing, follows no redirect, keeps no cookie, reads no ~/.netrc, ends in time.

    Proxies and certificate authorities of the environment are used: companies need them. When a
    pooled connection closes during a write, the outcome is unknown; a new connection for each
    write (TCP and TLS: two to three round trips) would cost more than that.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._environment: dict[tuple[str, str], Any] = {}
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self.mount(scheme, _TimedAdapter(max_retries=0, pool_connections=2, pool_maxsize=2))

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """As in requests, without redirects; `auth` is absent unless the caller gives one."""
        kwargs["allow_redirects"] = False
        if kwargs.get("auth") is None:
            kwargs["auth"] = no_auth
        return super().request(method, url, *args, **kwargs)

    def merge_environment_settings(self, url: Any, *args: Any, **kwargs: Any) -> Any:
        """Proxy and CA bundle, read once for each host; no caller passes its own."""
        target = urlsplit(url)
        key = (target.scheme, target.netloc)
        if key not in self._environment:
            self._environment[key] = super().merge_environment_settings(url, *args, **kwargs)
        return dict(self._environment[key])

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, because no redirect is followed; requests would read the redirect's whole body."""


class _ThreadLocal(threading.local):
    def __init__(self) -> None:  # runs in each thread that uses the object
        self.session = HardenedSession()


_thread_local = _ThreadLocal()


def session_for_this_thread() -> requests.Session:
    """This thread's session, with its kept-alive connections."""
    return _thread_local.session
