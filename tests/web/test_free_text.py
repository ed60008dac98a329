"""What people write is counted, kept and sent with one character at the end of a line."""

import pytest

from sandbox.handle import Sandbox
from tests.web.conftest import Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import dashboard, several, single, writes
from tests.web.test_flags import changed
from tests.web.test_forward import dialog, forwards
from tests.web.test_ledger import only_row
from tests.web.test_looks import looks
from tests.web.test_selection import FORMS, answers, opened
from workitems.web.looks import REASON

pytestmark = pytest.mark.django_db
FREE = "textarea[name^=field-]"
LINES = "\n".join(["a line of text, and so on: 33 char"] * 57)  # with \r\n 57 * 34 + 56 * 2 > 2000


def as_sent(text: str, end: str) -> str:
    return text.replace("\n", end)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("htmx", [True, False])
def test_a_comment_is_counted_and_sent_as_it_was_typed(
    approver: Browser, sandbox: Sandbox, end: str, htmx: bool
) -> None:
    form = dialog(approver, single(dashboard(approver)))
    target = sandbox.persona("agent").id
    assert len(LINES) <= 2000 < len(as_sent(LINES, "\r\n"))
    press(approver, form, "Forward", htmx=htmx, target=target, comment=as_sent(LINES, end))
    assert [body["comment"] for body in forwards(sandbox)] == [LINES]


def test_a_comment_that_is_too_long_is_refused_whatever_ends_its_lines(
    approver: Browser, sandbox: Sandbox
) -> None:
    form = dialog(approver, single(dashboard(approver)))
    target, comment = sandbox.persona("agent").id, "x\r\n" * 1001 + "x"
    again = press(approver, form, "Forward", target=target, comment=comment)
    assert "2003" in words(parsed(again).select_one(".errorlist"))
    assert forwards(sandbox) == []


def test_a_comment_that_shows_nothing_is_missing(approver: Browser, sandbox: Sandbox) -> None:
    form = dialog(approver, single(dashboard(approver)))
    target = sandbox.persona("agent").id
    again = press(approver, form, "Forward", target=target, comment="\u200b\u3164")
    assert "Say in a few words" in words(parsed(again).select_one(".errorlist"))


def test_a_note_keeps_its_lines(approver: Browser) -> None:
    question = parsed(press(approver, several(dashboard(approver)), "Reject all"))
    press(approver, question, "Reject all 2 items", note=as_sent(LINES, "\r\n"))
    assert only_row().opened()["note"] == LINES


def test_a_reason_is_kept_with_its_lines(admin: Browser, sandbox: Sandbox) -> None:
    session = admin.session
    del session[REASON]
    session.save()
    owner, reason = sandbox.persona("approver").id, "\n".join(["on leave"] * 33)
    address = f"/reason/?next=/%3Fowner%3D{owner}"
    assert admin.post(address, {"reason": as_sent(reason, "\r\n")}).status_code == 302
    admin.get(f"/?owner={owner}")
    assert [look.opened()["note"] for look in looks()] == [reason]


def test_an_answer_reaches_sailpoint_with_its_lines(approver: Browser, sandbox: Sandbox) -> None:
    panel = next(
        page for page in (opened(approver, form) for form in FORMS) if page.select_one(FREE)
    )
    name = str(panel.select_one(FREE)["name"])
    press(approver, panel, "Send", **{**answers(panel), name: "one\r\ntwo\rthree"})
    (body,) = [c.body for c in sandbox.api_calls if c.path.endswith("/submit-account-selection")]
    assert body[name.removeprefix("field-")] == "one\ntwo\nthree"


def test_a_sentence_of_two_lines_is_decided_with_one_press(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = next(r for r in dashboard(approver).select("article") if "Mark complete" in words(r))
    said = "Return the laptop,\r\nthen the badge"
    changed(sandbox, row, description=said, approvalItems="", remediationItems="")
    again = dashboard(approver).select_one(f"#{row['id']}")
    shown = str(again.select_one("[name=shown]")["value"])
    assert shown.endswith("laptop,\nthen the badge")
    press(approver, again, "Mark complete", shown=as_sent(shown, "\r\n"))
    assert len(writes(sandbox)) == 1
