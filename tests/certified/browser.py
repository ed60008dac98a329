"""A simulated browser without scripts: it follows links, submits forms and keeps cookies."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests
from bs4 import BeautifulSoup, Tag

STEPS = 12
SECONDS = 30


class Browser:
    """One cookie jar. `home` is the dashboard's address."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.http = requests.Session()

    def get(self, address: str, **headers: str) -> requests.Response:
        """GET without following redirects."""
        return self._ask("GET", address, headers=headers)

    def post(self, address: str, **fields: str) -> requests.Response:
        return self._ask("POST", address, data=fields)

    def _ask(self, method: str, address: str, **sent: Any) -> requests.Response:
        answer = self.http.request(
            method, urljoin(self.home, address), allow_redirects=False, timeout=SECONDS, **sent
        )
        for cookie in self.http.cookies:
            # Browsers send Secure cookies to http://localhost; requests does not.
            cookie.secure = False
        return answer

    def submit(self, page: requests.Response, action: str = "", **fields: str) -> requests.Response:
        """Submit the page's form with that action (default: its only form) and these values."""
        form = soup(page).select_one(f'form[action*="{action or "/"}"]')
        assert form, page.text
        hidden = {str(each["name"]): str(each["value"]) for each in form.select("[type=hidden]")}
        return self.post(urljoin(page.url, str(form["action"])), **hidden, **fields)

    def follow(self, answer: requests.Response) -> requests.Response:
        """Follow redirects until a page, or a redirect to another host, is reached."""
        for _ in range(STEPS):
            to = urljoin(answer.url, answer.headers.get("Location", ""))
            if not answer.is_redirect or urlsplit(to).netloc != urlsplit(answer.url).netloc:
                return answer
            answer = self.get(to)
        raise AssertionError(f"{STEPS} redirects, and no end: {answer.url}")

    def start(self, next_url: str = "/sessions/") -> str:
        """Start our sign-in; returns the URL at the provider that it redirects to."""
        answer = self.get(f"/signin/?{urlencode({'next': next_url})}")
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def at_provider(self, address: str, login: str = "approver") -> str:
        """Sign in and consent where asked; returns the URL that the provider redirects back to."""
        answer = self.follow(self.get(address))
        for _ in range(STEPS):
            if answer.is_redirect:
                return answer.headers["Location"]
            assert answer.ok, answer.text
            asked = soup(answer).select_one("[name=login]")
            filled_in = {"login": login, "password": "any"} if asked else {}
            answer = self.follow(self.submit(answer, **filled_in))
        raise AssertionError(f"{STEPS} forms, and no end: {answer.url}")

    def sign_in(self, login: str = "approver", next_url: str = "/sessions/") -> requests.Response:
        """The whole sign-in round trip; returns our response to the callback."""
        return self.get(self.at_provider(self.start(next_url), login))

    def is_asked_who_they_are(self, address: str) -> bool:
        """Whether the provider shows its sign-in form instead of redirecting back to us."""
        return bool(soup(self.follow(self.get(address))).select_one("[name=login]"))

    def sign_out(self) -> str:
        """Press our sign-out button; returns the URL at the provider that it redirects to."""
        answer = self.submit(self.get("/sessions/"), "/signout/")
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def sign_out_at_provider(self, issuer: str) -> None:
        """Sign out on the provider's own page, without the dashboard."""
        answer = self.submit(self.get(f"{issuer}/session/end"), logout="yes")
        assert answer.status_code == 303, answer.text


class Frame:
    """A widget in a page of another site: frame and popup have separate cookie jars."""

    def __init__(self, inside: Browser, popup: Browser) -> None:
        self.inside, self.popup = inside, popup
        self.box: Tag | None = None

    def open(self) -> requests.Response:
        page = self.inside.get("/widget/", **{"Sec-Fetch-Dest": "iframe"})
        self.box = soup(page).select_one("[data-signin]")
        return page

    def sign_in(self) -> None:
        """Send the requests that the scripts of frame and popup send."""
        self.open()
        ticket = self.tell("begin").json()["ticket"]
        page = soup(self.popup.get("/signin/popup/")).select_one("[data-popup]")
        assert page
        bound = self.popup.post(
            "/signin/popup/bind/", ticket=ticket, csrfmiddlewaretoken=str(page["data-token"])
        )
        done = self.popup.get(self.popup.at_provider(bound.json()["url"]))
        assert done.status_code == 200, done.text
        assert self.tell("claim").json()["state"] == "signed-in"

    def tell(self, name: str) -> requests.Response:
        assert self.box
        address, token = str(self.box[f"data-{name}"]), str(self.box["data-token"])
        return self.inside.post(address, csrfmiddlewaretoken=token)

    def sign_out(self) -> None:
        answer = self.inside.submit(self.open(), "/widget/signout/")
        assert answer.status_code == 302, answer.text


def soup(page: requests.Response) -> BeautifulSoup:
    return BeautifulSoup(page.text, "html.parser")


def words(page: requests.Response) -> str:
    """The page's text, with white space collapsed."""
    return re.sub(r"\s+", " ", soup(page).text)


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def changed(address: str, **values: Any) -> str:
    """The URL with these query values replaced; None removes the parameter."""
    query = {**query_of(address), **values}
    kept = {name: value for name, value in query.items() if value is not None}
    return urlsplit(address)._replace(query=urlencode(kept)).geturl()
