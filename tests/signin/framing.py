"""A widget and its popup, with separate cookie jars because the frame's are partitioned."""

import json
from typing import Any

from bs4 import BeautifulSoup, Tag
from django.test import Client

from tests.signin.conftest import Visitor

HOST_PAGE = "http://intranet.localhost:9000"
FRAMED = {"Sec-Fetch-Dest": "iframe"}
JSON = {"Accept": "application/json"}


class Frame:
    """A framed page on another site, before its session exists."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True, HTTP_HOST="localhost:8000")
        self.box: Tag | None = None

    def open(self, path: str = "/widget/") -> Any:
        """Load a page; remember its sign-in box, if there is one."""
        response = self.client.get(path, headers=FRAMED)
        self.look(response)
        return response

    def look(self, response: Any) -> None:
        self.box = BeautifulSoup(response.content, "html.parser").select_one("[data-signin]")

    @property
    def key(self) -> str:
        """The value for the fragment of the popup's URL."""
        return self.read("data-frame")

    def read(self, attribute: str) -> str:
        assert self.box is not None
        return str(self.box[attribute])

    def post(self, name: str, **fields: str) -> Any:
        """Post as the frame's script does."""
        token = {"X-CSRFToken": self.read("data-token")}
        return self.client.post(self.read(f"data-{name}"), fields, headers={**JSON, **token})

    def begin(self) -> str:
        response = self.post("begin")
        assert response.status_code == 200, response.content
        return str(response.json()["ticket"])

    @property
    def cookie(self) -> str:
        return self.client.cookies["__Host-widget"].value

    @property
    def person(self) -> str | None:
        """The alias of the person signed in to the frame."""
        return person_of(self.cookie)


class Popup(Visitor):
    """The browser's first-party cookies, shared by the full page and the popup."""

    def __init__(self) -> None:
        super().__init__()
        self.token = ""

    def open(self) -> Any:
        response = self.client.get("/signin/popup/")
        page = BeautifulSoup(response.content, "html.parser")
        self.token = str(page.select_one("[data-popup]")["data-token"])  # type: ignore[index]
        return response

    def send(self, path: str, **fields: str) -> Any:
        return self.client.post(path, fields, headers={"X-CSRFToken": self.token})

    def bind(self, ticket: str) -> str:
        """Send the ticket; returns the URL at the provider."""
        self.open()
        response = self.send("/signin/popup/bind/", ticket=ticket)
        assert response.status_code == 200, response.content
        return str(response.json()["url"])

    def bind_by_code(self, key: str) -> str:
        self.open()
        response = self.send("/signin/popup/code/", frame=key)
        assert response.status_code == 200, response.content
        return str(response.json()["url"])

    def finish(self, url: str, persona: str = "approver") -> Any:
        """Sign in at the provider and return to the callback."""
        return self.client.get(self.choose(url, persona))

    def code(self, key: str, persona: str = "approver") -> str:
        """Sign in without a ticket; returns the code to be typed into the frame."""
        page = BeautifulSoup(self.finish(self.bind_by_code(key), persona).content, "html.parser")
        return page.select_one("[data-code]").text  # type: ignore[union-attr]

    @property
    def person(self) -> str | None:
        return person_of(self.session_key)


def person_of(session_key: str) -> str | None:
    from taskmanager.signin.session_store import SessionStore  # noqa: PLC0415 - needs Django's settings

    stored = SessionStore(session_key).get("person")
    return stored and str(stored["alias"])


def trigger_of(response: Any, name: str) -> Any:
    return json.loads(response.headers["HX-Trigger"])[name]
