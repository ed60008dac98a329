"""What is logged, and which values never are."""

import io
import json
import logging
import time
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from taskmanager.logging import (
    SECRETS,
    ConsoleFormatter,
    JsonFormatter,
    calm_about_outsiders,
    redact,
    request_id,
)
from taskmanager.signin.token_store import tokens_of
from tests.signin.conftest import JWT, Provider, Visitor

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"token {TOKEN} end", TOKEN),
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("Authorization: Basic dXNlcjpwdw==", "dXNlcjpwdw"),
        ("GET /signin/callback/?code=s3cret&state=alsos3cret", "s3cret"),
        ('{"refresh_token": "s3cret"}', "s3cret"),
        ("{'code_verifier': 's3cret'}", "s3cret"),
        ("client_secret=s3cret", "s3cret"),
        ("Cookie: session=s3cret; other=s3cret", "s3cret"),
        ("Set-Cookie: __Host-session=s3cret; Path=/", "s3cret"),
    ],
)
def test_secrets_are_hidden(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert secret not in redact(f"{text} für é")


@pytest.mark.parametrize(
    "text", ["{} s3cret", "{}: s3cret", "{}=s3cret", "x&{}=s3cret", "{}\n=s3cret"]
)
@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
@pytest.mark.parametrize("end", ["", " é"])
def test_to_look_for_the_words_first_changes_no_line(
    text: str, case: Callable[[str], str], end: str
) -> None:
    """The patterns are tried only where one of their words stands in the line."""
    words = "bearer basic cookie set-cookie code state nonce code_verifier client_secret id_token "
    words += "refresh_token access_token id_token_hint session_state bas\u0131c \u017ftate else"
    for word in words.split():
        line = text.format(case(word)) + end
        looked = line
        for pattern, replacement in SECRETS:
            looked = pattern.sub(replacement, looked)
        assert redact(line) == looked


@pytest.mark.parametrize("before", ["", "x", "eyJ", "_-", "a.b.eyJ.", "eyJabc "])
def test_a_token_is_hidden_whatever_stands_before_it(before: str) -> None:
    assert TOKEN.split(".")[1] not in redact(f"{before}{TOKEN} end")
    assert redact(f"{before}{TOKEN} end").endswith("[token] end")


@pytest.mark.parametrize("rest", ["", ".", ". ", "..", "..a", ".,a"])
def test_half_a_token_stays(rest: str) -> None:
    assert redact(f"eyJeyJhbGci{rest}") == f"eyJeyJhbGci{rest}"


@pytest.mark.parametrize(
    "unit",
    [
        "eyJ", "eyJ-", "eyJa.", "eyJa..", "eyJ.a", "eyJa-eyJ.", "eyJ ", "bearer ", "bearer\t\n",
        "basic" + " " * 99, "cookie:", "set-cookie", "cookie" + " " * 99, "cookie:\n", "code=",
        "code='", "code" + " " * 99, "code = ", "state:\n\n", "id_token_hint", "session_", "\n",
    ],
)  # fmt: skip
def test_the_time_to_redact_grows_with_the_text_only(unit: str) -> None:
    began = time.perf_counter()
    for size in (60_000, 600_000):
        redact(unit * (size // len(unit)))
        redact(unit + " " * size + unit)

    assert time.perf_counter() - began < 2.0


@pytest.mark.parametrize("host", ["evil.example", "a b", "[::1", "localhost:8000@evil.example"])
def test_a_wrong_host_name_is_a_warning_of_one_line(client: Client, host: str) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(ConsoleFormatter())
    handler.addFilter(calm_about_outsiders)
    logging.getLogger().addHandler(handler)
    try:
        assert client.get("/", headers={"Host": host}).status_code == 400
    finally:
        logging.getLogger().removeHandler(handler)

    (line,) = [each for each in written.getvalue().splitlines() if "DisallowedHost" in each]
    assert " WARNING " in line
    assert "Traceback" not in written.getvalue()


def test_other_words_stay() -> None:
    line = "GET /work-items/2c9180835d2e5168015d32f890ca1581/ 200 state of the work item"
    assert redact(line) == line


def _logged(formatter: logging.Formatter, *args: object, exc: Exception | None = None) -> str:
    info = (type(exc), exc, None) if exc else None
    record = logging.LogRecord("a.logger", logging.INFO, "p", 1, "said %s", args, info)
    return formatter.format(record)


def test_a_json_line_is_one_object_with_the_request_id() -> None:
    token = request_id.set("abc123")
    line = _logged(JsonFormatter(), "one\ntwo", exc=ValueError(f"with {TOKEN}"))
    request_id.reset(token)

    entry = json.loads(line)
    assert "\n" not in line
    assert entry["message"] == "said one\ntwo"
    assert entry["request"] == "abc123"
    assert TOKEN not in entry["traceback"]


def test_what_somebody_typed_cannot_forge_a_line() -> None:
    assert "\n" not in _logged(ConsoleFormatter(), "x\n2026-01-01 ERROR forged")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The output of all loggers, at level DEBUG."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ConsoleFormatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(before)
    root.removeHandler(handler)


def test_a_sign_in_and_a_sign_out_leave_a_trace_without_names_or_secrets(
    any_profile: Provider, visitor: Visitor, lines: io.StringIO
) -> None:
    visitor.sign_in("approver")
    key, held = visitor.session_key, tokens_of(visitor.client.session)
    person = visitor.client.session["person"]
    visitor.post("/signout/")

    log = lines.getvalue()
    ours = "\n".join(line for line in log.splitlines() if "taskmanager" in line)
    assert f"signed in actor={person['id']} outcome=succeeded session=page" in ours
    assert f"signed out actor={person['id']} outcome=succeeded session=page sessions=1" in ours
    assert person["name"] not in ours
    assert held is not None
    for secret in (key, held.access_token, held.refresh_token, held.id_token):
        assert secret is None or secret not in log
    assert not JWT.search(log)
    assert "code_verifier" not in log


def test_no_page_holds_a_token(any_profile: Provider, visitor: Visitor) -> None:
    visitor.sign_in("approver")
    held = tokens_of(visitor.client.session)
    assert held is not None

    for address in ("/", "/?tab=completed", "/counts/", "/work-items/nothing/", "/signed-out/"):
        response = visitor.client.get(address)
        everything = response.content.decode() + str(response.headers)
        assert not JWT.search(everything)
        assert held.access_token not in everything
