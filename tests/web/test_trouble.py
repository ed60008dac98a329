"""Upstream failures: each kind has its own message, and no input is lost or write repeated."""

import logging
import time

import pytest

from sandbox.clients import DASHBOARD_CLIENT_ID
from sandbox.handle import Sandbox
from sandbox.people import personas
from sandbox.tokens import SignIn
from taskmanager.signin.values import Tokens
from tests.session_tokens import keep
from tests.web.conftest import Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import dashboard, single, writes
from workitems.models import Attempt

pytestmark = pytest.mark.django_db

READ_TROUBLE = [
    ({"status": 403}, 403, "SailPoint does not show this"),
    ({"status": 404}, 404, "SailPoint has nothing at this address"),
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
    assert response["HX-Push-Url"] == "false"  # the address bar keeps the URL of the displayed list
    assert said in words(parsed(response))
    assert parsed(response).select_one("[role=alert]") is not None
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
        (
            {"status": 429, "retry_after": 2},
            429,
            "not sent yet. Please press the button again in 2 seconds",
        ),
        ({"status": 501}, 503, "Nothing was changed"),
        ({"status": 400}, 409, "refused"),
        ({"status": 403}, 409, "refused"),
        ({"status": 403, "html": True}, 409, "does not allow you to do this"),
        ({"status": 404}, 409, "refused"),
        ({"status": 404, "html": True}, 409, "refused"),
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
    "fault",
    [
        {"drop": True},
        {"html": True, "status": 200},
        {"status": 500},
        {"status": 502},
        {"status": 503},
        {"status": 504},
    ],
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
    standing = answer.select_one(f"#{row['id']}-actions")
    assert "don't know yet" in words(standing)
    assert standing.select("button") == []
    assert len(writes(sandbox)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": True},
        {"html": True},
        {"truncate": True},
        {"status": 500},
        {"status": 503},
        {"status": 504},
    ],
)
def test_a_write_that_did_happen_without_an_answer_is_a_success(
    approver: Browser, sandbox: Sandbox, fault: dict[str, object]
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", after=True, **fault)
    response = press(approver, row, "Approve")
    assert response.status_code == 200
    assert "only when asked again" in words(parsed(response).select_one("#status"))
    assert len(writes(sandbox)) == 1


def test_a_write_whose_end_cannot_be_known_says_so(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", drop=True)
    sandbox.fault("GET", "/work-items/", status=500, times=2)
    response = press(approver, row, "Approve")
    assert response.status_code == 504
    assert "don't know yet" in words(parsed(response).select_one("#status"))


def test_an_accepted_write_that_shows_nowhere_is_told_as_not_known(
    approver: Browser, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", empty=True)
    sandbox.fault("GET", "/work-items/", status=503, times=2)
    with caplog.at_level(logging.INFO, "workitems.decisions"):
        response = press(approver, row, "Approve")
    assert response.status_code == 504
    assert "accepted this and does not show it yet" in words(parsed(response).select_one("#status"))
    assert [record.fields["status"] for record in decisions(caplog)] == ["unconfirmed"]


def test_an_empty_answer_is_a_success_once_a_read_shows_it(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", empty=True, after=True)
    response = press(approver, row, "Approve")
    assert response.status_code == 200
    assert words(parsed(response).select_one("#status")).endswith("Tableau: Approved.")


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        ({"drop": True}, "unconfirmed"),
        ({"status": 501}, "not-sent"),
        ({"status": 429}, "not-sent"),
        ({"status": 403}, "refused"),
        ({"status": 400}, "refused"),
    ],
)
def test_who_tried_to_decide_stands_in_the_log_however_it_ended(
    approver: Browser,
    sandbox: Sandbox,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, object],
    end: str,
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", **fault)
    if "drop" in fault:
        sandbox.fault("GET", "/work-items/", status=503, times=2)
    with caplog.at_level(logging.INFO, "workitems.decisions"):
        press(approver, row, "Approve")
    (record,) = decisions(caplog)
    fields = record.fields
    assert (fields["actor"], fields["owner"]) == (approver.persona_id, approver.persona_id)
    assert fields["status"] == end


def decisions(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "workitems.decisions"]


def test_an_item_withdrawn_meanwhile_loses_its_buttons_alone(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", status=404)
    sandbox.fault("GET", "/work-items/", status=404)
    response = press(approver, row, "Approve")
    assert response.status_code == 404
    gone = parsed(response).select_one(f"#{row['id']}-actions")
    assert "already finished or withdrawn" in words(gone)
    assert gone.select("button") == []
    assert parsed(response).select_one(f"#{row['id']}") is None  # the row keeps its title


@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_whose_item_cannot_be_read_takes_no_row_away(
    approver: Browser, sandbox: Sandbox, status: int, html: bool
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", status=status, html=html)
    sandbox.fault("GET", "/work-items/", status=503, times=2)
    response = press(approver, row, "Approve")
    answer = parsed(response)
    assert response.status_code == 504
    assert "don't know yet" in words(answer.select_one("#status"))
    assert "don't know yet" in words(answer.select_one(f"#{row['id']}-actions"))
    assert answer.select_one("[hx-get*='/standing/']") is not None  # asked for again by itself
    assert Attempt.objects.get().status == "unconfirmed"
    assert dashboard(approver).select_one(f"#{row['id']}") is not None


def test_without_javascript_what_was_typed_can_be_sent_again(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", status=501)
    response = press(approver, row, "Approve", htmx=False)
    assert response.status_code == 503
    again = press(approver, parsed(response).select_one("main"), "Try again", htmx=False)
    assert again.status_code == 302
    assert len(writes(sandbox)) == 2


@pytest.fixture
def refused(approver: Browser, sandbox: Sandbox) -> str:
    """The session's access token is revoked upstream; its refresh token is still valid."""
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


@pytest.mark.parametrize("status", [401, 429])
def test_a_refusal_by_the_gateway_is_not_believed_where_the_item_was_decided(
    approver: Browser, sandbox: Sandbox, status: int
) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/approve/", status=status, after=True)
    response = press(approver, row, "Approve")
    assert response.status_code == 409
    assert "already been decided" in words(parsed(response).select_one("#status"))
    assert len(writes(sandbox)) == 1


def test_an_end_that_cannot_be_known_is_never_told_as_nothing_sent(
    approver: Browser, sandbox: Sandbox, request: pytest.FixtureRequest
) -> None:
    row = single(dashboard(approver))
    request.getfixturevalue("refused")
    sandbox.fault("POST", "/approve/", after=True, drop=True)
    sandbox.fault("POST", "/openid/token", status=503, times=9)
    response = press(approver, row, "Approve")
    assert response.status_code == 504
    assert "don't know yet" in words(parsed(response))


@pytest.mark.usefixtures("refused")
def test_a_sign_in_service_that_is_down_signs_nobody_out_of_the_page(
    approver: Browser, sandbox: Sandbox
) -> None:
    sandbox.fault("POST", "/openid/token", status=503, times=9)
    response = approver.get("/")
    assert response.status_code == 503
    main = parsed(response).select_one("main")
    assert "The sign-in service does not answer" in words(main)
    again = approver.get("/?tab=completed")
    assert parsed(again).select_one("main a.button[href='/?tab=completed']")


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
