"""Upstream trouble is a normal day: every case has its own words, nothing is lost or repeated."""

import time

import pytest

from sandbox.clients import DASHBOARD_CLIENT_ID
from sandbox.handle import Sandbox
from sandbox.people import personas
from sandbox.tokens import SignIn
from taskmanager.signin.tokens import Tokens, keep
from tests.web.conftest import Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import dashboard, single, writes

pytestmark = pytest.mark.django_db

READ_TROUBLE = [
    ({"status": 403}, 403, "You may not do this"),
    ({"status": 404}, 404, "no longer here"),
    ({"status": 429, "retry_after": 7}, 429, "wait 7 seconds"),
    ({"status": 500}, 503, "cannot be reached"),
    ({"status": 503}, 503, "cannot be reached"),
    ({"html": True}, 503, "cannot be reached"),
    ({"html": True, "status": 200}, 502, "makes no sense"),
    ({"truncate": True}, 502, "makes no sense"),
    ({"drop": True}, 503, "cannot be reached"),
]


@pytest.mark.parametrize(("fault", "status", "said"), READ_TROUBLE)
def test_a_page_that_cannot_be_read_says_why(
    approver: Browser, sandbox: Sandbox, fault: dict[str, object], status: int, said: str
) -> None:
    sandbox.fault("GET", "/work-items$", **fault, times=2)
    response = approver.get("/")
    page = parsed(response)
    assert response.status_code == status
    assert said in words(page.select_one("main"))
    assert page.select_one("a[href='/']") is not None


@pytest.mark.parametrize(("fault", "status", "said"), READ_TROUBLE)
def test_in_the_page_the_list_stays_and_a_notice_says_why(
    approver: Browser, sandbox: Sandbox, fault: dict[str, object], status: int, said: str
) -> None:
    sandbox.fault("GET", "/completed$", **fault, times=2)
    response = approver.fragment("/?tab=completed")
    assert response.status_code == status
    assert response["HX-Retarget"] == "#notices"
    assert said in words(parsed(response))
    assert parsed(response).select_one("#tasks") is None


def test_the_request_id_of_sailpoint_is_shown(approver: Browser, sandbox: Sandbox) -> None:
    sandbox.fault("GET", "/work-items$", status=500)
    page = parsed(approver.get("/"))
    assert "SailPoint request" in words(page.select_one("main"))


def test_a_read_recovers_by_itself_after_a_rate_limit(approver: Browser, sandbox: Sandbox) -> None:
    sandbox.fault("GET", "/completed$", status=429, retry_after=3)
    response = approver.fragment("/?tab=completed")
    assert response["Retry-After"] == "3"
    assert parsed(response).select_one("[data-retry-after='3']") is not None


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ({"status": 429, "retry_after": 2}, 429, "wait 2 seconds"),
        ({"status": 500}, 503, "cannot be reached"),
        ({"status": 503}, 503, "cannot be reached"),
        ({"status": 400}, 409, "refused"),
    ],
)
def test_a_refused_write_says_so_where_it_was_pressed_and_is_not_repeated(
    approver: Browser, sandbox: Sandbox, fault: dict[str, object], status: int, said: str
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", **fault)
    response = press(approver, row, "Approve")
    assert response.status_code == status
    assert said in words(parsed(response))
    assert len(writes(sandbox)) == 1


@pytest.mark.parametrize(
    "fault", [{"drop": True}, {"html": True, "status": 200}, {"status": 502}, {"status": 504}]
)
def test_a_write_without_an_answer_is_looked_up_and_told_truly(
    approver: Browser, sandbox: Sandbox, fault: dict[str, object]
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", **fault)
    response = press(approver, row, "Approve")
    answer = parsed(response)
    assert response.status_code == 504
    assert "still waits" in words(answer.select_one("#status"))
    assert answer.select_one(f"#{row['id']} button") is not None
    assert len(writes(sandbox)) == 1


@pytest.mark.parametrize(
    "fault", [{"drop": True}, {"html": True}, {"truncate": True}, {"status": 504}]
)
def test_a_write_that_did_happen_without_an_answer_is_a_success(
    approver: Browser, sandbox: Sandbox, fault: dict[str, object]
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", after=True, **fault)
    response = press(approver, row, "Approve")
    assert response.status_code == 200
    assert "slow to say so" in words(parsed(response).select_one("#status"))
    assert len(writes(sandbox)) == 1


def test_a_write_whose_end_cannot_be_known_says_so(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", drop=True)
    sandbox.fault("GET", "/work-items/", status=500, times=2)
    response = press(approver, row, "Approve")
    assert response.status_code == 504
    assert response["HX-Retarget"] == "find [data-notice]"
    assert "don't know yet" in words(parsed(response))


def test_an_item_withdrawn_meanwhile_goes_with_its_row(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", status=404)
    response = press(approver, row, "Approve")
    assert response.status_code == 404
    gone = parsed(response).select_one(f"#{row['id']}")
    assert "already finished or withdrawn" in words(gone)
    assert gone.select("button") == []


def test_without_javascript_what_was_typed_can_be_sent_again(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", status=503)
    response = press(approver, row, "Approve", htmx=False)
    assert response.status_code == 503
    again = press(approver, parsed(response).select_one("main"), "Try again", htmx=False)
    assert again.status_code == 302
    assert len(writes(sandbox)) == 2


@pytest.fixture
def refused(approver: Browser, sandbox: Sandbox) -> str:
    """The session's access token is revoked upstream; its refresh token still is good."""
    persona = personas()["approver"]
    sign_in = SignIn(persona, "sid", int(time.time()), "family")
    refresh = sandbox.tokens.refresh_token(sign_in, DASHBOARD_CLIENT_ID, "openid sp:scopes:all")
    access = sandbox.access_token_for("approver")
    keep(approver.session, Tokens(access, refresh, expires_at=time.time() + 600))
    sandbox.revoke(access)
    sandbox.calls.clear()
    return access


def refreshes(sandbox: Sandbox) -> int:
    return sum(call.path.endswith("/token") for call in sandbox.calls)


@pytest.mark.usefixtures("refused")
def test_a_refused_token_is_renewed_once_and_the_page_shows(
    approver: Browser, sandbox: Sandbox
) -> None:
    page = parsed(approver.get("/"))
    assert page.select("article[data-task]")
    assert words(page.select_one("#count-completed")).isdigit()
    assert refreshes(sandbox) == 1


def test_a_refused_write_is_not_repeated_but_may_be_pressed_again(
    approver: Browser, sandbox: Sandbox, request: pytest.FixtureRequest
) -> None:
    row = single(dashboard(approver))
    request.getfixturevalue("refused")
    response = press(approver, row, "Approve")
    assert response.status_code == 409
    assert "press the button again" in words(parsed(response))
    assert (len(writes(sandbox)), refreshes(sandbox)) == (1, 1)
    assert press(approver, row, "Approve").status_code == 200


def test_a_token_that_cannot_be_renewed_leads_to_sign_in_on_the_same_address(
    approver: Browser, sandbox: Sandbox
) -> None:
    sandbox.fault("GET", "/v2024/", status=401, times=9)
    response = approver.get("/?tab=completed")
    assert response.status_code == 302
    assert response["Location"] == "/signin/?next=%2F%3Ftab%3Dcompleted"


def test_in_the_page_a_write_without_a_session_keeps_what_was_typed(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    approver.session.flush()
    response = press(approver, row, "Approve")
    assert response.status_code in {401, 403}
    assert response["HX-Retarget"] == "find [data-notice]"
    assert writes(sandbox) == []
