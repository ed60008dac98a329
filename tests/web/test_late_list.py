"""SailPoint is slow: the frame of the page comes first, and the list follows in the same answer."""

import re
import time
from collections.abc import Iterator
from contextlib import closing

import brotli
import pytest
from bs4 import BeautifulSoup
from django.conf import LazySettings
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client

from sandbox.handle import Sandbox
from tests.web.conftest import HTMX, AsUser, Browser, parsed, words
from workitems.web import late_list

pytestmark = pytest.mark.django_db
SLOW, LONGER = 1.0, 4.0  # seconds
PAGES = ("/", "/?tab=completed", "/widget/", "/widget/?tab=completed")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch, patient_pages: None, settings: LazySettings) -> None:
    monkeypatch.setattr(late_list, "PATIENCE", 0.2)
    settings.FRAME_ANCESTORS = ["https://intranet.example"]


def slow(sandbox: Sandbox, seconds: float = SLOW, **fault: object) -> None:
    """Both calls of a page, and those that follow a refused token."""
    sandbox.fault("GET", "/work-items", latency=seconds, times=4, **fault)


def opened(browser: Client, path: str) -> HttpResponse:
    headers = {"Sec-Fetch-Dest": "iframe"} if path.startswith("/widget/") else {}
    return browser.get(path, headers=headers)


def parts_of(answer: HttpResponse) -> Iterator[bytes]:
    """Closed at the end, as a server does it."""
    assert isinstance(answer, StreamingHttpResponse)
    with closing(answer):
        yield from answer  # type: ignore[misc]  # bytes, under WSGI


def late_part(answer: HttpResponse) -> bytes:
    _frame, late, _rest = parts_of(answer)
    return late


def whole(answer: HttpResponse) -> BeautifulSoup:
    """The page when all of it has come."""
    return BeautifulSoup(b"".join(parts_of(answer)), "html.parser")


def undated(page: BeautifulSoup, selector: str) -> str:
    """The words without their waiting times: a minute may end between two answers."""
    return re.sub(r"\b\d+ minutes?\b", "some minutes", words(page.select_one(selector)))


def moved(page: BeautifulSoup) -> BeautifulSoup:
    """What late.js puts in its place."""
    template = page.select_one(".asking ~ template[data-late]")
    assert template is not None
    return BeautifulSoup(template.decode_contents(), "html.parser")


@pytest.mark.parametrize("path", PAGES)
def test_the_frame_comes_before_sailpoint_has_answered(
    approver: Browser, sandbox: Sandbox, path: str
) -> None:
    slow(sandbox, LONGER)
    asked_at = time.monotonic()
    parts = parts_of(opened(approver, path))
    frame = next(parts)
    assert time.monotonic() - asked_at < LONGER
    assert b"</head>" in frame
    assert b"We are asking SailPoint." in frame
    assert b"Completed tasks" in frame if "completed" in path else b"Pending tasks" in frame

    rest = b"".join(parts)
    assert time.monotonic() - asked_at >= LONGER
    assert b'id="tasks"' in rest
    assert rest.endswith(b"</html>")


@pytest.mark.parametrize("path", PAGES)
def test_the_list_is_the_one_that_a_fast_page_shows(
    approver: Browser, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(late_list, "PATIENCE", 30.0)
    fast = parsed(opened(approver, path))
    monkeypatch.setattr(late_list, "PATIENCE", 0.2)
    slow(sandbox)
    answer = opened(approver, path)
    page = whole(answer)

    assert undated(page, "#tasks") == undated(fast, "#tasks")
    assert page.select_one(".asking").find_next_sibling()["id"] == "tasks"  # type: ignore[index, union-attr]
    late = moved(page)
    assert words(late.title) == words(fast.title)
    for name in ("#badge", "#tabs", "#held", "#news"):
        assert undated(late, name) == undated(fast, name)
        late_attributes, attributes = (one.select_one(name).attrs for one in (late, fast))  # type: ignore[union-attr]
        assert {**late_attributes, "data-next-poll": ""} == {**attributes, "data-next-poll": ""}


@pytest.mark.parametrize("path", PAGES)
def test_it_costs_the_same_calls(approver: Browser, sandbox: Sandbox, path: str) -> None:
    sandbox.calls.clear()
    opened(approver, path)
    fast = sorted(call.path for call in sandbox.api_calls)
    sandbox.calls.clear()
    slow(sandbox)
    whole(opened(approver, path))
    assert sorted(call.path for call in sandbox.api_calls) == fast


@pytest.mark.parametrize(("path", "headers"), [("/", HTMX), ("/widget/?page=2", HTMX)])
def test_a_fragment_waits_for_its_list(
    approver: Browser, sandbox: Sandbox, path: str, headers: dict[str, str]
) -> None:
    slow(sandbox)
    answer = approver.get(path, headers=headers)
    assert not answer.streaming
    assert b"asking" not in answer.content


def test_a_list_in_time_comes_in_one_piece(
    as_user: AsUser, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(late_list, "PATIENCE", 30.0)
    slow(sandbox)
    answer = as_user("heavy").get("/")
    assert not answer.streaming
    assert b"asking" not in answer.content
    assert b"data-late" not in answer.content


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ({"status": 403}, "403", "SailPoint does not show this"),
        ({"status": 429, "retry_after": 7}, "429", "wait 7 seconds"),
        ({"status": 503}, "503", "cannot be reached"),
        ({"html": True, "status": 200}, "502", "makes no sense"),
        ({"drop": True}, "503", "cannot be reached"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/widget/"])
def test_a_failure_is_told_in_the_page(
    approver: Browser, sandbox: Sandbox, path: str, fault: dict[str, object], status: str, said: str
) -> None:
    slow(sandbox, **fault)
    answer = opened(approver, path)
    page = whole(answer)
    problem = page.select_one(".asking + [data-problem]")
    assert problem is not None
    assert problem["data-problem"] == status
    assert said in words(problem)
    assert problem.select_one(f"a[href='{path}']") is not None
    assert words(moved(page).title).startswith(words(problem.h1))


def test_an_error_of_ours_is_told_and_logged(
    approver: Browser, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.fault("GET", "/work-items$", latency=SLOW)
    parts = parts_of(approver.get("/"))
    next(parts)
    with pytest.MonkeyPatch.context() as patch:  # nothing that SailPoint says ends in such an error
        patch.setattr("workitems.view_models.page.TaskPage.of", lambda *_, **__: 1 / 0)
        late = next(parts)
    assert "Something broke on our side" in late.decode()
    assert b"</html>" in next(parts)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("path", ["/?tab=completed", "/widget/"])
def test_a_refused_token_leads_to_the_sign_in(
    approver: Browser, sandbox: Sandbox, path: str
) -> None:
    slow(sandbox, status=401)
    late = late_part(opened(approver, path))
    assert b'<meta http-equiv="refresh" content="0">' in late
    assert f'href="{path}"'.encode() in late

    sandbox.reset()
    sandbox.calls.clear()
    again = opened(approver, path)
    if path.startswith("/widget/"):
        assert again.status_code == 401
        assert b"data-signin" in again.content
    else:
        assert again["Location"] == "/signin/?next=%2F%3Ftab%3Dcompleted"
    assert sandbox.api_calls == []


def test_an_administrator_who_is_refused_is_none_any_more(admin: Browser, sandbox: Sandbox) -> None:
    owner = sandbox.persona("approver").id
    admin.get(f"/?owner={owner}")
    sandbox.fault("GET", "/work-items", latency=SLOW, status=403, times=4)
    assert b'data-problem="403"' in late_part(admin.get(f"/?owner={owner}"))
    assert admin.get(f"/?owner={owner}").status_code == 403


def test_it_speaks_the_language_of_the_page(approver: Browser, sandbox: Sandbox) -> None:
    slow(sandbox)
    frame, late, _rest = parts_of(approver.get("/", headers={"Accept-Language": "de"}))
    assert b'lang="de"' in frame
    assert "Ausstehend" in late.decode()


def test_each_part_is_packed_by_itself(approver: Browser, sandbox: Sandbox) -> None:
    slow(sandbox)
    parts = parts_of(approver.get("/", headers={"Accept-Encoding": "gzip, br"}))
    unpack = brotli.Decompressor()
    assert b"We are asking SailPoint." in unpack.process(next(parts))
    assert b'id="tasks"' in unpack.process(next(parts))
    assert b"</html>" in b"".join(unpack.process(part) for part in parts)


def test_without_brotli_it_is_not_packed(approver: Browser, sandbox: Sandbox) -> None:
    slow(sandbox)
    answer = approver.get("/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer
    assert b"We are asking SailPoint." in b"".join(parts_of(answer))


def test_its_headers_are_those_of_a_page(approver: Browser, sandbox: Sandbox) -> None:
    fast = approver.get("/")
    slow(sandbox)
    answer = approver.get("/")
    own = {"X-Accel-Buffering": "no"}
    varying = ("Content-Length", "X-Request-ID")
    assert {name: value for name, value in answer.items() if name not in varying} == {
        name: value for name, value in fast.items() if name not in varying
    } | own
    assert fast["Cache-Control"] == "no-store"
    answer.close()


def test_its_forms_can_be_sent(approver: Browser, sandbox: Sandbox) -> None:
    """The session's token exists before the frame leaves, and the late forms hold the same."""
    slow(sandbox)
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = approver.cookies
    page = whole(strict.get("/"))
    button = page.select_one("#tasks form[method=post] button[formaction*='/approve/']")
    assert button is not None
    form = button.find_parent("form")
    assert form is not None
    fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]")}
    answer = strict.post(str(button["formaction"]), fields)
    assert answer.status_code != 403
