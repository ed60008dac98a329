"""Something on the way answers in our place: a proxy, a firewall, a captive portal."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from sandbox.handle import Sandbox
from tests.e2e.reading import numbers, row, says, stands_still, writes
from tests.e2e.watching import Watch, page_loads

TASK = "Treasury to ximena.caballero"
PAGE = "<html><head><title>504 Gateway Time-out</title></head><body><h1>nginx</h1></body></html>"
UNKNOWN, UNREAD = "know yet whether it was done", "No answer came from My Tasks"
Answer = Callable[[Route], None]

FOREIGN = pytest.mark.parametrize(
    ("status", "headers"),
    [
        (504, {}),
        (502, {"Retry-After": "5", "X-Request-ID": "of-the-proxy"}),
        (403, {"HX-Redirect": "/signed-out/", "HX-Trigger": "dialog:close"}),
        (413, {"HX-Refresh": "true"}),
        (429, {"Retry-After": "1"}),
        (401, {"HX-Location": "/owner/"}),
        (200, {"HX-Retarget": "body", "HX-Push-Url": "/portal/"}),
    ],
)


def foreign(status: int, headers: dict[str, str], *, arrives: bool = False) -> Answer:
    """Answers with somebody else's page; `arrives`: after My Tasks has done what was asked."""

    def answer(route: Route) -> None:
        if arrives:
            route.fetch()
        route.fulfill(status=status, headers=headers, content_type="text/html", body=PAGE)

    return answer


def once(page: Page, address: str, answer: Answer) -> None:
    page.route(address, answer, times=1)


def press(page: Page, name: str = "Approve") -> None:
    row(page, TASK).get_by_role("button", name=name).click()


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Tasks").get_by_role("link", name=name).click()


@FOREIGN
def test_a_list_stays_and_its_tabs_work(
    approver: Page, watch: Watch, status: int, headers: dict[str, str]
) -> None:
    watch.expect_status(status)
    title = approver.title()
    once(approver, "**/?tab=completed", foreign(status, headers))
    with page_loads(approver, 0):
        tab(approver, "Completed")
        expect(approver.locator("#notices")).to_contain_text(UNREAD)
        expect(approver.get_by_role("heading", name="Pending tasks")).to_be_visible()
        assert approver.title() == title
        assert approver.url.endswith("/")
        tab(approver, "Completed")
        expect(approver.get_by_role("heading", name="Completed tasks")).to_be_visible()
        expect(approver.locator("#notices")).to_be_empty()


@FOREIGN
def test_a_decision_that_was_carried_out_is_told_once_we_answer(
    approver: Page, sandbox: Sandbox, watch: Watch, status: int, headers: dict[str, str]
) -> None:
    watch.expect_status(status)
    pending, _completed = numbers(approver)
    once(approver, "**/approve/**", foreign(status, headers, arrives=True))
    with page_loads(approver, 0):
        press(approver)
        expect(row(approver, TASK).get_by_role("alert").first).to_contain_text(UNKNOWN)
        assert "504" not in approver.title()
        says(approver, "Approved.")
    expect(row(approver, TASK).get_by_role("button")).to_have_count(0)
    expect(approver.get_by_text(UNKNOWN)).to_have_count(0)
    assert numbers(approver)[0] == pending - 1
    assert len(writes(sandbox)) == 1


def test_a_decision_that_never_came_here_can_be_pressed_again(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(502)
    once(approver, "**/reject/**", foreign(502, {}))
    press(approver, "Reject")
    notice = row(approver, TASK).get_by_role("alert").first
    expect(notice).to_contain_text(UNKNOWN)
    expect(notice).to_contain_text("It did not reach My Tasks: nothing was sent.")
    assert writes(sandbox) == []
    press(approver, "Reject")
    says(approver, "Rejected.")
    assert len(writes(sandbox)) == 1


def test_as_long_as_nobody_of_us_answers_the_page_goes_on_asking(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(504)
    approver.route("**/work-items/**", foreign(504, {}))
    press(approver)
    notice = row(approver, TASK).get_by_role("alert").first
    with approver.expect_response("**/pressed/**"):
        expect(notice).to_contain_text(UNKNOWN)
    expect(notice).to_contain_text(UNKNOWN)
    approver.unroute("**/work-items/**")
    expect(notice).to_contain_text("It did not reach My Tasks")
    assert writes(sandbox) == []


def test_a_forward_keeps_its_form_and_what_was_typed(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(502)
    press(approver, "Forward")
    dialog = approver.get_by_role("dialog")
    once(approver, "**/people/**", foreign(502, {}))
    dialog.get_by_role("searchbox").fill("kowal")
    expect(dialog).to_contain_text(UNREAD)
    dialog.get_by_role("searchbox").fill("kowalczyk")
    dialog.get_by_role("radio", name=re.compile("Kowalczyk")).check()
    dialog.get_by_label("Comment").fill("While I am away")
    once(approver, "**/forward/**", foreign(502, {}))
    dialog.get_by_role("button", name="Forward").click()
    expect(dialog).to_contain_text(UNKNOWN)
    expect(dialog).to_contain_text("It did not reach My Tasks")
    expect(dialog.get_by_label("Comment")).to_have_value("While I am away")
    once(approver, "**/forward/**", foreign(502, {}, arrives=True))
    stands_still(dialog.get_by_role("button", name="Forward")).click()
    says(approver, "Forwarded to")
    expect(approver.get_by_role("dialog")).to_have_count(0)
    assert len(writes(sandbox)) == 1
