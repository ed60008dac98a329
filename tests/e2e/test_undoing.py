"""Decisions that can be taken back: in the page, by key, without scripts, with the tab closed."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.dashboard import Dashboard
from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import SHORT, Choose, asked, statuses, wait_for, wait_for_heartbeat
from tests.e2e.reading import expect_numbers, numbers, row, writes
from tests.e2e.watching import ABORTED, Watch, page_loads

SINGLE = "Treasury to ximena.caballero"
THREE = "Z_AP_CLERK"
MANUAL = "Disable the account"


def held(page: Page) -> Locator:
    """What stands at the foot."""
    return page.locator("#held [data-held]:visible")


def approve(page: Page, text: str = SINGLE) -> Locator:
    """Press, and wait until it stands in the row as what can be undone; the row."""
    task = row(page, text)
    task.get_by_role("button", name="Approve").click()
    expect(task).to_contain_text("Approved.")
    expect(task.get_by_role("button", name="Undo")).to_be_visible()
    return task


def height(part: Locator) -> float:
    box = part.bounding_box()
    assert box is not None
    return box["height"]


@pytest.mark.parametrize("width", [1280, 360])
def test_undo_in_time_sends_nothing_and_gives_the_buttons_back(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox, width: int
) -> None:
    choose(10)
    page = signed_in("approver", viewport={"width": width, "height": 800})
    pending, completed = numbers(page)
    before = height(row(page, SINGLE))
    with page_loads(page, 0):
        task = approve(page)
        expect(task.get_by_role("button")).to_have_count(1)
        assert height(task) == pytest.approx(before, abs=1)
        expect_numbers(page, pending - 1, completed + 1)
        expect(held(page)).to_contain_text("Approved. Give Treasury to ximena.caballero on Tableau")
        time.sleep(0.8)  # what has just appeared under the pointer takes no press
        task.get_by_role("button", name="Undo").click()
        expect(task.get_by_role("button", name="Approve")).to_be_visible()
        expect(held(page)).to_have_count(0)
        expect_numbers(page, pending, completed)
        expect(page.get_by_role("status")).to_contain_text("Taken back. Nothing was sent.")
    time.sleep(1)
    assert writes(sandbox) == []


def test_the_buttons_that_come_back_decide_once_more(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox, ledgers: list[Path]
) -> None:
    choose(SHORT)
    page = signed_in("approver")
    approve(page)
    held(page).get_by_role("button", name="Undo").click()
    expect(held(page)).to_have_count(0)
    approve(page)
    expect(row(page, SINGLE).get_by_role("button")).to_have_count(0)
    assert len(writes(sandbox)) == 1
    wait_for(ledgers[0], "cancelled", "succeeded")


@pytest.mark.parametrize("label", ["Approve", "Reject"])
def test_the_end_of_the_window_sends_it_once_and_shows_how_it_ended(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox, ledgers: list[Path], label: str
) -> None:
    choose(SHORT)
    page = signed_in("approver")
    pending, completed = numbers(page)
    with page_loads(page, 0):
        row(page, SINGLE).get_by_role("button", name=label).click()
        pressed_at = time.time()
        expect(held(page)).to_be_visible()
        expect(row(page, SINGLE).get_by_role("button")).to_have_count(0)
        expect(held(page)).to_have_count(0)
        expect_numbers(page, pending - 1, completed + 1)
    (call,) = [one for one in sandbox.api_calls if one.method == "POST"]
    assert SHORT - 0.3 < call.at - pressed_at < SHORT + 1
    time.sleep(1.5)
    assert len(writes(sandbox)) == 1
    wait_for(ledgers[0], "succeeded")


def test_undo_at_the_last_moment(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox, ledgers: list[Path]
) -> None:
    choose(SHORT)
    page = signed_in("approver")
    approve(page)
    while held(page).locator("progress").evaluate("(bar) => bar.value") > 0.3:
        time.sleep(0.02)
    page.keyboard.press("u")
    expect(row(page, SINGLE).get_by_role("button", name="Approve")).to_be_visible()
    time.sleep(2)
    assert writes(sandbox) == []
    assert statuses(ledgers[0]) == ["cancelled"]


def test_the_worker_sends_it_in_time_when_the_tab_was_closed(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox, ledgers: list[Path]
) -> None:
    choose(SHORT)
    page = signed_in("approver")
    approve(page)
    pressed_at = time.time()
    page.close()
    wait_for(ledgers[0], "succeeded")
    (call,) = [one for one in sandbox.api_calls if one.method == "POST"]
    assert SHORT - 0.3 < call.at - pressed_at < SHORT + 1


def test_it_is_sent_when_the_worker_was_stopped_and_comes_back(
    signed_in: SignedIn,
    choose: Choose,
    sandbox: Sandbox,
    ledgers: list[Path],
    job_worker: Dashboard,
) -> None:
    choose(SHORT)
    page = signed_in("approver")
    approve(page)
    page.close()
    job_worker.stop_beside()
    time.sleep(SHORT + 1.5)
    assert writes(sandbox) == []
    job_worker.start_beside("run_worker")
    wait_for(ledgers[0], "succeeded", seconds=15)
    assert len(writes(sandbox)) == 1
    wait_for_heartbeat(ledgers[0])


def test_letters_are_no_keys_while_typing_or_where_they_are_switched_off(
    signed_in: SignedIn, choose: Choose, ledgers: list[Path], watch: Watch
) -> None:
    watch.expect(ABORTED)  # the search for one letter, as the dialog is closed
    choose(20)
    page = signed_in("approver")
    approve(page)
    row(page, THREE).get_by_role("button", name="Forward").click()
    page.get_by_role("searchbox", name="Search people").press("u")
    page.keyboard.press("Escape")
    expect(held(page)).to_be_visible()
    asked(ledgers[0], "UPDATE workitems_personsettings SET has_keys = 0")
    page.goto("/")
    page.keyboard.press("u")
    expect(held(page)).to_be_visible()
    assert statuses(ledgers[0]) == ["scheduled"]


def test_the_newest_stands_at_the_foot_on_every_list(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox
) -> None:
    choose(20)
    page = signed_in("approver")
    approve(page)
    row(page, MANUAL).get_by_role("button", name="Mark complete").click()
    expect(held(page)).to_contain_text("Completed.")
    page.get_by_role("link", name="Completed").first.click()
    expect(page.get_by_role("heading", name="Completed tasks")).to_be_visible()
    expect(held(page)).to_contain_text("Completed.")
    held(page).get_by_role("button", name="Undo").click()
    expect(held(page)).to_contain_text("Approved.")
    time.sleep(0.8)  # what has just appeared under the pointer takes no press
    held(page).get_by_role("button", name="Undo").click()
    expect(held(page)).to_have_count(0)
    assert writes(sandbox) == []


def test_one_of_several_items_is_undone_where_it_stands(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox
) -> None:
    choose(20)
    page = signed_in("approver")
    task = row(page, THREE)
    task.get_by_text("Decide 3 items one by one").click()
    line = task.get_by_role("listitem").filter(has_text="Z_AP_CLERK")
    line.get_by_role("button", name="Approve: ").click()
    expect(line).to_contain_text("Approved.")
    expect(task.get_by_role("button", name="Approve all")).to_be_visible()
    task.get_by_role("link", name=THREE).first.click()
    pane = page.locator("#panel-actions")
    expect(pane).to_contain_text("Approved.")
    pane.get_by_role("button", name="Undo").click()
    expect(line.get_by_role("button", name="Approve: ")).to_be_visible()
    expect(pane.get_by_role("button", name="Undo")).to_have_count(0)
    assert writes(sandbox) == []


def test_a_forward_is_undone_and_what_was_typed_in_a_form_is_still_there(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox
) -> None:
    choose(20)
    page = signed_in("approver")
    row(page, "Choose the SAP account").get_by_role("button", name="Forward").click()
    page.get_by_role("searchbox", name="Search people").press_sequentially("kowalczyk", delay=20)
    page.get_by_role("radio", name="Tomasz Kowalczyk").check()
    page.get_by_label("Comment").fill("On my behalf")
    page.get_by_role("dialog").get_by_role("button", name="Forward").click()
    expect(held(page)).to_contain_text("Forwarded to")
    expect(row(page, "Choose the SAP account")).to_contain_text("Forwarded to")
    held(page).get_by_role("button", name="Undo").click()
    expect(
        row(page, "Choose the SAP account").get_by_role("button", name="Forward")
    ).to_be_visible()
    assert writes(sandbox) == []


def test_what_could_not_be_sent_comes_back_with_its_reason(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox, watch: Watch
) -> None:
    choose(SHORT)
    watch.expect_status(409)
    page = signed_in("approver")
    pending, completed = numbers(page)
    sandbox.fault("POST", "/approve/", status=501)
    approve(page)
    expect(page.get_by_role("status")).to_contain_text("Not sent: SailPoint cannot be reached.")
    expect(row(page, SINGLE).get_by_role("button", name="Approve")).to_be_visible()
    expect_numbers(page, pending, completed)
    news = page.get_by_role("region", name="These decisions did not go through")
    expect(news).to_contain_text("Not sent: SailPoint cannot be reached.")
    news.get_by_role("button", name="Send it now").click()
    expect(row(page, SINGLE).get_by_role("button")).to_have_count(0)
    expect(news).to_have_count(0)


def test_another_page_learns_by_itself_what_could_not_be_sent(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox, ledgers: list[Path]
) -> None:
    choose(SHORT)
    page = signed_in("approver")
    approve(page)
    sandbox.fault("POST", "/approve/", status=501)
    page.goto("/sessions/")
    wait_for(ledgers[0], "not-sent")
    page.goto("/?tab=completed")
    expect(page.get_by_role("region", name="These decisions did not go through")).to_be_visible()


def test_until_i_press_send(signed_in: SignedIn, choose: Choose, sandbox: Sandbox) -> None:
    choose(None)
    page = signed_in("approver")
    pending, completed = numbers(page)
    row(page, SINGLE).get_by_role("button", name="Approve").click()
    expect(held(page)).to_contain_text("Approve: not sent yet.")
    expect_numbers(page, pending, completed)
    time.sleep(1)
    assert writes(sandbox) == []
    page.reload()
    row(page, SINGLE).get_by_role("button", name="Send").click()
    expect(row(page, SINGLE)).to_contain_text("Approved.")
    expect(row(page, SINGLE).get_by_role("button")).to_have_count(0)
    assert len(writes(sandbox)) == 1


def test_signing_out_in_the_middle_sends_what_is_held(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox, ledgers: list[Path]
) -> None:
    choose(60)
    page = signed_in("approver")
    approve(page)
    page.get_by_role("button", name="María Santos").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()
    assert statuses(ledgers[0]) == ["succeeded"]
    assert len(writes(sandbox)) == 1


def test_it_works_without_scripts(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox, ledgers: list[Path]
) -> None:
    choose(SHORT)
    page = signed_in("approver", java_script_enabled=False)
    row(page, SINGLE).get_by_role("button", name="Approve").click()
    expect(page.locator("#notices")).to_contain_text("You can undo this for 2 seconds.")
    row(page, SINGLE).get_by_role("button", name="Undo").click()
    expect(page.locator("#notices")).to_contain_text("Taken back. Nothing was sent.")
    row(page, SINGLE).get_by_role("button", name="Approve").click()
    wait_for(ledgers[0], "cancelled", "succeeded")
    assert len(writes(sandbox)) == 1


def test_it_is_told_to_a_screen_reader_and_undone_by_its_name(
    signed_in: SignedIn, choose: Choose
) -> None:
    choose(20)
    page = signed_in("approver")
    task = approve(page)
    status = "Treasury to ximena.caballero on Tableau: Approved. You can undo this for 20 seconds."
    expect(page.get_by_role("status")).to_contain_text(status)
    name = "Undo: Give Treasury to ximena.caballero on Tableau"
    button = task.get_by_role("button", name=name)
    button.focus()
    button.press("Enter")
    expect(task.get_by_role("button", name="Approve")).to_be_visible()


def test_the_settings_page_is_reached_from_the_menu_and_keeps_what_is_chosen(
    signed_in: SignedIn, choose: Choose
) -> None:
    page = signed_in("approver")
    page.get_by_role("button", name="María Santos").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("20 seconds", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("20 seconds", exact=True)).to_be_checked()
