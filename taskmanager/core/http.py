"""The one kind of HTTP session that we call ISC and the provider with.

One call is one attempt: whoever may repeat a call does so in a loop of their own, where it can be
seen and counted. A write, a code and a rotated refresh token are never sent twice.
"""

import threading
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter


def no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An explicit absence of credentials: given None, requests looks into ~/.netrc."""
    return request


class HardenedSession(requests.Session):
    """Repeats nothing, follows no redirect, keeps no cookie, reads no ~/.netrc.

    Proxies and certificate authorities of the environment do count: companies need them. A pooled
    connection that the server has closed is noticed before use and replaced, which is safe. If it
    closes in the very moment of a write, the write fails and its outcome is unknown; sending each
    write on a fresh connection (TCP and TLS: two to three round trips) would cost more than that.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._environment: dict[tuple[str, str], Any] = {}
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(max_retries=0, pool_connections=2, pool_maxsize=2))

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """As in requests, without redirects; `auth` is absent unless the caller gives one."""
        kwargs["allow_redirects"] = False
        if kwargs.get("auth") is None:
            kwargs["auth"] = no_auth
        response: requests.Response = super().request(method, url, *args, **kwargs)
        return response

    def merge_environment_settings(self, url: Any, *args: Any, **kwargs: Any) -> Any:
        """Proxy and CA bundle: read from the environment once a host instead of once a call.

        No caller passes its own, which would be kept with them.
        """
        target = urlsplit(url)
        key = (target.scheme, target.netloc)
        if key not in self._environment:
            self._environment[key] = super().merge_environment_settings(url, *args, **kwargs)
        return dict(self._environment[key])

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: an API that redirects has a sign-in page or a moved address behind it.

        requests would read the whole body of a redirect to find out.
        """


class _ThreadLocal(threading.local):
    session: HardenedSession | None = None


_thread_local = _ThreadLocal()


def session_for_this_thread() -> requests.Session:
    """This thread's session, with its kept-alive connections."""
    if _thread_local.session is None:
        _thread_local.session = HardenedSession()
    return _thread_local.session
