"""Requests as no browser sends them, and as one does while the tenant answers with nonsense."""

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.fuzz import values
from tests.security.routes import ADDRESSES

METHODS: Final = ("GET", "GET", "POST", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "FOO")
FORM: Final = "application/x-www-form-urlencoded"
HTMX: Final = {"HX-Request": "true", "HX-Current-URL": "http://localhost:8000/"}
HEADERS: Final = (
    *("HX-Request", "HX-Current-URL", "HX-Current-URL-URI-AutoEncoded", "HX-Target", "HX-Trigger"),
    *("HX-Boosted", "HX-History-Restore-Request", "HX-Prompt", "Accept-Language", "Accept"),
    *("Accept-Encoding", "Host", "Referer", "Origin", "User-Agent", "Cookie", "X-CSRFToken"),
    *("If-Modified-Since", "If-None-Match", "Range", "Content-Encoding", "X-Request-ID"),
    *("Sec-Fetch-Dest", "Sec-Fetch-Site", "X-Forwarded-For", "X-Forwarded-Proto", "Authorization"),
)
COOKIES: Final = (
    "session",
    "__Host-widget",
    "signin-1-a",
    "csrftoken",
    "messages",
    "django_language",
)
FIELDS: Final = (
    *(
        "tab",
        "page",
        "after",
        "owner",
        "as_of",
        "change",
        "open",
        "completed",
        "leaving",
        "closing",
    ),
    *("key", "part", "note", "pane", "confirmed", "mark", "shown", "fingerprint", "waits", "asked"),
    *("rows_of", "first", "last", "q", "target", "listed", "comment", "notify", "reason", "person"),
    *("queue", "action", "outcome", "since", "until", "item", "items", "item_id", "undo", "next"),
    *("code", "state", "error", "ticket", "frame", "session", "logout_token", "theme", "accent"),
    *("lang", "density", "envelope", "undo_seconds", "pick", "all", "csrfmiddlewaretoken", "iss"),
)
PARTS: Final = ("", "work-items", "/summary", "public-identities", "/work-items/", "completed")
PROVIDER: Final = ("", "openid-configuration", "token", "jwks", "userinfo", "revoke")


@dataclass
class Input:
    """One request; `part` of the upstream's paths answers nonsense meanwhile, None: no path."""

    method: str
    path: str
    who: str  # "" for nobody
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = FORM
    part: str | None = None
    signs_in: bool = False

    @property
    def kind(self) -> str:
        if self.signs_in:
            return "provider"
        return "people" if self.part is None else "upstream"


def made(rng: Random, items: list[str], lines: list[str]) -> Input:
    ids = Ids(rng, items, lines)
    kind = rng.random()
    if kind < 0.1:
        return Input("GET", "/signin/", "", part=rng.choice(PROVIDER), signs_in=True)
    return _beside_nonsense(rng, ids) if kind < 0.45 else _nonsense(rng, ids)


@dataclass(frozen=True)
class Ids:
    rng: Random
    items: list[str]
    lines: list[str]

    def put_into(self, route: str, odds: float) -> str:
        """The route with ids that exist; or, by these odds, with what cannot be one."""
        for known in (self.items, self.lines):
            one = (
                values.text(self.rng)[:300] if self.rng.random() < odds else self.rng.choice(known)
            )
            route = route.replace("an-id", quote(one, safe="/" if odds else ""), 1)
        return route


def _beside_nonsense(rng: Random, ids: Ids) -> Input:
    """What a browser asks for."""
    path = ids.put_into(rng.choice(ADDRESSES).replace("bulk/an-id", "bulk/approve"), 0)
    fields = {"confirmed": "1", "key": str(UUID(int=rng.getrandbits(128))), "q": "ann"}
    fields |= {"target": "x", "comment": "c", "items": rng.choice(ids.items), "reason": "r"}
    headers = {**HTMX, "Referer": "http://localhost:8000/"} if rng.random() < 0.6 else {}
    owner = rng.choice(("", "", "?tab=completed", "?owner=2c9180857725c14301772a93bb77242d"))
    method, who = (
        rng.choice(("GET", "POST")),
        rng.choice(("approver", "approver", "admin", "agent")),
    )
    body = urlencode(fields).encode() if method == "POST" else b""
    query = owner or f"?{urlencode(fields)}"
    return Input(method, path + query, who, headers, body=body, part=rng.choice(PARTS))


def _nonsense(rng: Random, ids: Ids) -> Input:
    path = ids.put_into(rng.choice(ADDRESSES), 0.3)
    if rng.random() < 0.05:
        path = "/" + quote(values.text(rng)[:2000], safe="/")
    one = Input(rng.choice(METHODS), path, rng.choice(("", "approver", "approver", "admin")))
    one.path += rng.choice(("", "?" + _fields(rng), "?" + _fields(rng)))
    one.headers = dict(HTMX) if rng.random() < 0.5 else {}
    one.headers |= {name: values.header(rng) for name in rng.sample(HEADERS, rng.choice((0, 1, 3)))}
    if rng.random() < 0.2:
        one.cookies = {rng.choice(COOKIES): values.header(rng)[:3000]}
    if one.method in {"POST", "PUT", "DELETE"}:
        one.body, one.content_type = _body(rng)
    return one


def _pairs(rng: Random) -> list[tuple[str, str]]:
    names = [rng.choice((*FIELDS, values.text(rng)[:200])) for _ in range(rng.choice((1, 3, 9)))]
    pairs = [(name, values.text(rng)) for name in names]
    good = [("confirmed", "1"), ("key", "k"), ("q", "ann"), ("tab", "completed")]
    return pairs + good[: rng.randrange(5)]


def _fields(rng: Random) -> str:
    query = urlencode(_pairs(rng), errors="replace")[:60_000]
    return (
        query if rng.random() < 0.9 else query + rng.choice(("&%", "%00&;", "&a=%ED%A0%80&=", "#"))
    )


def _body(rng: Random) -> tuple[bytes, str]:
    kind = rng.random()
    if kind < 0.6:
        return _fields(rng).encode(), FORM
    if kind < 0.75:
        return encode_multipart(BOUNDARY, dict(_pairs(rng))), MULTIPART_CONTENT
    if kind < 0.9:
        whole = encode_multipart(BOUNDARY, dict(_pairs(rng)))
        kinds = (
            "multipart/form-data",
            f"{MULTIPART_CONTENT}\xff",
            "multipart/form-data; boundary=",
        )
        return whole[: rng.randrange(len(whole))], rng.choice((*kinds, MULTIPART_CONTENT))
    noise: Any = rng.choice((b"\0", b"\xff" * 90, b"a=1&" * 3000, b"x" * 1_100_000))
    return noise, rng.choice((FORM, f"{FORM}; charset={values.header(rng)[:99]}", "text/plain", ""))
