"""Sends inputs to the dashboard in this process, the tenant being a real server."""

import logging
import re
import threading
import time
import traceback
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.test import client as client_module

from sandbox.server import create_app
from sandbox.serving import TenantServer
from taskmanager.core import http
from taskmanager.signin.providers import registry
from taskmanager.signin.request import keep_person
from taskmanager.signin.session_store import SIGNED_IN_AT, SessionStore
from taskmanager.signin.values import Person, Tokens
from taskmanager.wsgi import Utf8Request
from tests import environment
from tests.fuzz.judge import Stopwatch, Tracebacks, faults
from tests.fuzz.people import Input
from tests.fuzz.upstream import Hostile
from tests.session_tokens import keep
from workitems.web.looks import REASON

HOST: Final = "http://localhost:8000"


class Sender:
    """The dashboard, its tenant, and who is signed in."""

    def __init__(self) -> None:
        client_module.WSGIRequest = Utf8Request  # type: ignore[misc]  # as gunicorn serves it
        http.ANSWER_SECONDS = 1.0  # an interim answer is waited for that long
        app = create_app(
            redirect_uris=[f"{HOST}/signin/callback/"],
            client_secret=environment.CLIENT_SECRET,
            issuer=environment.TENANT_URL,
            rate_limit=None,
        )
        self.sandbox, self.upstream = app.sandbox, Hostile(app)
        server = TenantServer(("127.0.0.1", environment.TENANT_PORT), self.upstream)  # type: ignore[arg-type]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.tracebacks = Tracebacks()
        for name in ("", *logging.root.manager.loggerDict):
            if not name or not logging.getLogger(name).propagate:
                logging.getLogger(name).addHandler(self.tracebacks)
        self.items: list[str] = []
        self.lines: list[str] = []

    def refresh(self) -> None:
        """The tenant's queues as at first, and the ids in them."""
        self.upstream.rng = None
        self.sandbox.reset()
        cache.clear()
        page = self.browser("approver").get("/").getvalue().decode()
        self.items = sorted(set(re.findall(r"/work-items/([\w-]+)/", page)))
        self.lines = sorted(set(re.findall(r"/approve/([\w-]+)/", page)))

    def browser(self, who: str) -> Client:
        browser = Client(raise_request_exception=False, HTTP_HOST="localhost:8000")
        if not who:
            return browser
        persona, session = self.sandbox.persona(who), SessionStore()
        is_admin = "ORG_ADMIN" in persona.authorities
        person = Person(persona.id, persona.name, persona.alias, is_admin, is_auditor=is_admin)
        keep_person(session, person)
        session[REASON] = "a reason"
        session[SIGNED_IN_AT] = time.time() - 600
        session.save()
        keep(session, Tokens(self.sandbox.access_token_for(who), expires_at=time.time() + 600))
        browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
        return browser

    def send(self, one: Input, rng: Random) -> tuple[int, list[str]]:
        """The status, and what was wrong."""
        self.tracebacks.seen.clear()
        self.upstream.did.clear()
        browser = self.browser(one.who)
        if one.part is not None:
            registry.provider_of.cache_clear()
            self.upstream.begin(rng, one.part)
        try:
            with Stopwatch() as watch:
                response = self._signed_in(browser) if one.signs_in else _answer(browser, one)
        except Exception:  # noqa: BLE001 - what even Django's own handler lets through
            return 0, [f"escaped\n{traceback.format_exc()}"]
        finally:
            self.upstream.rng = None
        return response.status_code, faults(response, watch.seconds, self.tracebacks.seen)

    def _signed_in(self, browser: Client) -> Any:
        """The whole way to the provider and back, and out again."""
        began: Any = browser.get("/signin/")
        if not began.headers.get("Location", "").startswith(environment.TENANT_URL):
            return began
        rng, self.upstream.rng = self.upstream.rng, None  # its pages are the browser's
        data = {"persona": "approver"}
        chosen = requests.post(began.headers["Location"], data, allow_redirects=False, timeout=5)
        self.upstream.rng = rng
        back = urlsplit(chosen.headers.get("Location", "/signin/callback/"))
        response = browser.get(f"{back.path}?{back.query}")
        if response.status_code != 302:
            return response
        page = browser.get("/")
        return page if page.status_code == 500 else browser.post("/signout/")


def _answer(browser: Client, one: Input) -> Any:
    parts = urlsplit(one.path) if one.path.startswith("/") and "[" not in one.path else None
    path, query = (parts.path, parts.query) if parts else (one.path, "")
    for name, value in one.cookies.items():
        browser.defaults["HTTP_COOKIE"] = f"{name}={value}"
    named = {f"HTTP_{name.upper().replace('-', '_')}": v for name, v in one.headers.items()}
    named["QUERY_STRING"] = query
    return browser.generic(one.method, path, one.body, one.content_type, **named)
