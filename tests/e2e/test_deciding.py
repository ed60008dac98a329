"""Approve and reject in the list: only the row, the numbers and the status line change."""

import pytest
from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.reading import decide_elsewhere, expect_numbers, numbers, row, says, writes
from tests.e2e.watching import Watch, page_loads

SINGLE = "Treasury to ximena.caballero"
THREE = "Z_AP_CLERK"


@pytest.mark.parametrize("profile", ["openid", "isc"])
def test_approving_redraws_row_numbers_and_status_without_a_page_load(
    signed_in: SignedIn, sandbox: Sandbox, profile: str
) -> None:
    page = signed_in("approver", profile=profile)
    pending, completed = numbers(page)
    with page_loads(page, 0):
        row(page, SINGLE).get_by_role("button", name="Approve").click()
        says(page, "Approved.")
        expect(row(page, SINGLE)).to_contain_text("Approved.")
        expect(row(page, SINGLE).get_by_role("button")).to_have_count(0)
        expect_numbers(page, pending - 1, completed + 1)
        expect(page.locator("#range")).to_contain_text(f"of {pending - 1}")
        expect(page).to_have_title(f"({pending - 1}) Pending · My Tasks")
    assert len(writes(sandbox)) == 1


def test_after_a_decision_the_focus_is_on_the_next_open_row_and_the_page_does_not_jump(
    signed_in: SignedIn,
) -> None:
    page = signed_in("approver", viewport={"width": 1280, "height": 500})
    button = row(page, SINGLE).get_by_role("button", name="Approve")
    button.scroll_into_view_if_needed()
    page.mouse.wheel(0, 60)
    before = page.evaluate("scrollY")
    button.click()
    says(page, "Approved.")
    following = row(page, SINGLE).locator("xpath=ancestor::li/following-sibling::li[1]")
    expect(following.get_by_role("link").first).to_be_focused()
    assert abs(page.evaluate("scrollY") - before) < 120


@pytest.mark.parametrize("profile", ["openid", "isc"])
def test_rejecting_one_of_three_moves_the_progress_and_keeps_the_items_open(
    signed_in: SignedIn, profile: str
) -> None:
    page = signed_in("approver", profile=profile)
    pending, completed = numbers(page)
    task = row(page, THREE)
    task.get_by_text("Decide 3 items one by one").click()
    line = task.get_by_role("listitem").filter(has_text="Z_AP_CLERK")
    with page_loads(page, 0):
        line.get_by_role("button", name="Reject: ").click()
        says(page, "Rejected.")
        expect(task).to_contain_text("2 of 3 decided")
        expect(line).to_contain_text("Rejected")
    expect_numbers(page, pending, completed)
    expect(task.get_by_text("Decide 3 items one by one")).to_be_focused()


def test_approving_all_lists_what_it_decides_and_can_be_left_with_escape(
    approver: Page, sandbox: Sandbox
) -> None:
    pending, completed = numbers(approver)
    task = row(approver, THREE)
    opener = task.get_by_role("button", name="Approve all")
    dialog = approver.get_by_role("dialog", name="Approve 2 items?")
    with page_loads(approver, 0):
        opener.click()
        expect(dialog.get_by_role("listitem")).to_have_count(2)
        approver.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()
        assert writes(sandbox) == []
        opener.press("Enter")
        dialog.get_by_role("button", name="Approve all 2 items").click()
        says(approver, "Approved.")
        expect(dialog).to_be_hidden()
        expect_numbers(approver, pending - 1, completed + 1)
    assert ["bulk-approve" in path for path in writes(sandbox)] == [True]


def test_the_cancel_button_leaves_everything_as_it_was(approver: Page, sandbox: Sandbox) -> None:
    opener = row(approver, THREE).get_by_role("button", name="Reject all")
    opener.click()
    dialog = approver.get_by_role("dialog")
    expect(dialog).to_contain_text("Z_AP_CLERK")
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    assert writes(sandbox) == []


def test_completing_a_manual_task_lowers_the_badge_without_a_page_load(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    page = signed_in("agent")
    pending, completed = numbers(page)
    task = row(page, "Clean room")
    with page_loads(page, 0):
        task.get_by_role("button", name="Mark complete").click()
        says(page, "Completed.")
        expect_numbers(page, pending - 1, completed + 1)
    assert len(writes(sandbox)) == 1


def test_the_second_tab_is_told_that_it_was_decided_before(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(409)
    second = approver.context.new_page()
    second.goto("/")
    row(approver, SINGLE).get_by_role("button", name="Approve").click()
    says(approver, "Approved.")
    row(second, SINGLE).get_by_role("button", name="Reject").click()
    says(second, "Not done: Already approved by you at")
    expect(row(second, SINGLE)).to_contain_text("Approved")
    expect(row(second, SINGLE).get_by_role("button")).to_have_count(0)
    assert [path.split("/")[-2] for path in writes(sandbox)] == ["approve", "reject"]


def test_a_task_decided_elsewhere_is_reported_as_already_decided(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(409)
    decide_elsewhere(sandbox, "approver", "Treasury dashboards")
    row(approver, SINGLE).get_by_role("button", name="Reject").click()
    says(approver, "This was decided differently: Approved.")


def test_a_double_click_decides_once(approver: Page, sandbox: Sandbox) -> None:
    sandbox.fault("POST", "/approve/", latency=0.6)
    row(approver, SINGLE).get_by_role("button", name="Approve").dblclick(delay=5)
    says(approver, "Approved.")
    assert len(writes(sandbox)) == 1


def test_the_whole_group_is_disabled_while_a_decision_is_under_way(
    approver: Page, sandbox: Sandbox
) -> None:
    sandbox.fault("POST", "/approve/", latency=1.5)
    task = row(approver, SINGLE)
    task.get_by_role("button", name="Approve").click()
    for name in ("Approve", "Reject", "Forward"):
        expect(task.get_by_role("button", name=name)).to_be_disabled()
    expect(row(approver, THREE).get_by_role("button", name="Approve all")).to_be_enabled()
    says(approver, "Approved.")
