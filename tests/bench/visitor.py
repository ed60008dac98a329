"""An HTTP client of a signed-in person: one keep-alive connection, little overhead."""

import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin

import requests
from bs4 import BeautifulSoup

ENCODINGS = "gzip, deflate, br"  # what browsers send
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Answer:
    """A response. `wire_bytes`: size of status line, headers and body as sent (compressed)."""

    status: int
    headers: dict[str, str]
    body: bytes
    wire_bytes: int
    milliseconds: float


def sign_in(dashboard: str, persona: str, *, certificate: str | None = None) -> str:
    """Sign in by the OpenID flow; returns the value for the Cookie header."""
    with requests.Session() as browser:
        browser.verify = certificate or True
        picker = browser.get(f"{dashboard}/signin/", params={"next": "/"}, timeout=30)
        form = BeautifulSoup(picker.text, "html.parser").form
        assert form is not None, f"no sign-in page, but {picker.status_code} at {picker.url}"
        target = urljoin(picker.url, str(form["action"]))
        page = browser.post(target, data={"persona": persona}, timeout=30)
        # 429: signed in, and the list itself has to wait.
        assert page.status_code in {200, 429}, f"{page.status_code} at {page.url}"
        assert page.url == f"{dashboard}/", f"ended up at {page.url}"
        # The provider runs on 127.0.0.1; its cookies are not for the dashboard on localhost.
        cookies = [c for c in browser.cookies if c.name in {"session", "__Host-session"}]
        assert len(cookies) == 1, browser.cookies
        return f"{cookies[0].name}={cookies[0].value}"


class Visitor:
    """Sends what a browser sends, the cookies that it was given among it. Not thread-safe."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Host": f"localhost:{port}", "Accept-Encoding": ENCODINGS}
        self._cookies = SimpleCookie(cookie)

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send the form with htmx's headers."""
        body = urlencode(fields).encode()
        return self._ask(
            "POST", path, body, {"Content-Type": "application/x-www-form-urlencoded", **HTMX}
        )

    def fragment(self, path: str) -> Answer:
        return self.get(path, **HTMX)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        started = time.perf_counter()
        cookie = self._cookies.output(attrs=[], header="", sep=";").strip()
        headers = {**self._headers, "Cookie": cookie, **headers}
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        milliseconds = (time.perf_counter() - started) * 1000
        self._keep_cookies(response)
        lines = [f"HTTP/1.1 {response.status} {response.reason}"]
        lines += [f"{name}: {value}" for name, value in response.getheaders()]
        head = sum(len(line) + 2 for line in lines) + 2
        known = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, known, content, head + len(content), milliseconds)

    def _keep_cookies(self, response: HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie", []):
            self._cookies.load(line)
        for name, cookie in [*self._cookies.items()]:
            if cookie["max-age"] == "0":
                del self._cookies[name]
