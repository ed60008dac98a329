"""What is logged, and which values never are."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from taskmanager.logging import ConsoleFormatter, JsonFormatter, redact, request_id
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
    assert f"signed in: identity {person['id']}" in ours
    assert f"signed out: identity {person['id']}" in ours
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
