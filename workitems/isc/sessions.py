"""One session per thread: kept alive, no cookies, a read repeated once and a write never."""

import re
import threading
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3 import Retry
from urllib3.exceptions import ReadTimeoutError

from workitems.isc.errors import SignInAgain

TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750, 2.1


class OneMoreRead(Retry):
    """Reads are repeated once, at once, but not after a time-out: ten seconds were enough."""

    def increment(self, *args: Any, **kwargs: Any) -> Self:
        """Count one failure; raises when there is to be no other attempt."""
        error = kwargs.get("error")
        if isinstance(error, ReadTimeoutError):
            raise error
        return super().increment(*args, **kwargs)


# A write is never sent twice: ISC has no idempotency key. `allowed_methods` sees to that for
# replies and dropped connections; `other` must be 0 because urllib3 counts a TLS failure there,
# also one after sending, and repeats it for every method. A pooled connection that the server
# has closed is noticed before use and replaced, which is safe; if it closes in the very moment
# of the write, the write fails as OutcomeUnknown. The price of sending each write on a fresh
# connection (TCP and TLS: two to three round trips on every decision) is not worth that moment.
RETRY = OneMoreRead(
    total=1,
    connect=0,
    other=0,
    allowed_methods={"GET"},
    status_forcelist={
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    },
    respect_retry_after_header=False,  # never sleep for seconds in a web thread
    raise_on_status=False,
)


class BearerAuth(AuthBase):
    """Set per request, never on the session, and never absent: requests would ask ~/.netrc."""

    def __init__(self, token: str) -> None:
        # http.client quotes an unusable header value in its error: keep the token out of logs.
        if not TOKEN.fullmatch(token):
            raise SignInAgain("The access token is empty or not a bearer token.")
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Session(requests.Session):
    """Follows no redirect, and does not read the body of one to find out where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self._surroundings: dict[tuple[str, str], Any] = {}

    def merge_environment_settings(self, url: Any, *given: Any, **named: Any) -> Any:
        """Proxy and CA bundle: the environment is looked through once a host, not for each call.

        No call of ours brings its own, which would be kept with them.
        """
        target = urlsplit(url)
        key = (target.scheme, target.netloc)
        if key not in self._surroundings:
            self._surroundings[key] = super().merge_environment_settings(url, *given, **named)
        return dict(self._surroundings[key])

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: an API that redirects has a sign-in page or a moved address behind it."""


class _Thread(threading.local):
    session: requests.Session | None = None


_thread = _Thread()


def session_for_this_thread() -> requests.Session:
    """This thread's session: kept-alive connections, no cookies, proxies of the environment."""
    if _thread.session is None:
        _thread.session = _new_session()
    return _thread.session


def _new_session() -> requests.Session:
    session = Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=RETRY, pool_connections=2, pool_maxsize=2))
    return session
