"""Bulk runs in a browser: confirmed, left and found again, stopped, and told by a receipt."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import SHORT, Choose
from tests.e2e.reading import expect_numbers, numbers, writes
from tests.e2e.watching import page_loads

NAMES = ("Opportunity Editor", "Treasury to ximena.caballero", "Z_AP_CLERK")
IDS = "(links) => links.map((one) => one.getAttribute('href').split('/')[2])"


def ids_of(page: Page, names: Sequence[str] = NAMES) -> list[str]:
    articles = page.locator("article[data-task]")
    return [
        str(articles.filter(has_text=name).locator("h2 a").evaluate_all(IDS)[0]) for name in names
    ]


def confirm(page: Page, verb: str = "approve", names: Sequence[str] = NAMES) -> list[str]:
    """Open the confirmation of these tasks and press its button; their ids."""
    ids = ids_of(page, names)
    page.goto(f"/bulk/{verb}/?" + "&".join(f"item={one}" for one in ids))
    page.get_by_role("button", name=f"{verb.capitalize()} {len(ids)} tasks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        f"{verb.capitalize()} {len(ids)} tasks"
    )
    return ids


def test_a_run_is_left_and_found_again_with_its_receipt(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox
) -> None:
    choose(SHORT)
    page = signed_in("approver")
    pending, completed = numbers(page)
    for one in confirm(page):
        sandbox.fault("POST", one, latency=1.0)
    expect(page.get_by_role("status").first).to_contain_text("It begins in a moment.")
    address = page.url
    page.goto("/")
    expect_numbers(page, pending - 3, completed + 3)
    expect(page.locator("#held")).to_contain_text("Approve 3 tasks")
    page.goto("/sessions/")
    time.sleep(SHORT + 5)
    page.goto("/")
    news = page.locator("#news")
    expect(news).to_contain_text("Approve 3 tasks: 3 of 3 done.")
    news.get_by_role("link", name="See the receipt").click()
    assert page.url == address
    done = page.get_by_role("region", name="Done 3")
    for name in NAMES:
        expect(done).to_contain_text(name)
    assert len(writes(sandbox)) == 3


def test_the_page_of_a_run_shows_its_progress_by_itself(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox
) -> None:
    choose(SHORT)
    page = signed_in("approver")
    confirm(page)
    with page_loads(page, 0):
        expect(page.get_by_role("progressbar")).to_be_visible()
        expect(page.locator("#run")).to_contain_text("3 of 3 done.")
        expect(page.get_by_role("progressbar")).to_have_count(0)


def test_what_failed_is_told_with_its_reason_and_tried_again(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox
) -> None:
    choose(SHORT)
    page = signed_in("approver")
    ids = confirm(page)
    sandbox.fault("POST", ids[1], status=400)
    expect(page.locator("#run")).to_contain_text("2 of 3 done.")
    refused = page.get_by_role("region", name="Refused by SailPoint 1")
    expect(refused).to_contain_text(NAMES[1])
    expect(refused).to_contain_text("SailPoint request")
    first = page.url
    page.get_by_role("button", name="Retry the 1 that failed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve 1 task")
    expect(page.locator("#run")).to_contain_text("1 of 1 done.")
    assert page.url != first
    assert len(writes(sandbox)) == 4


def test_a_run_is_undone_from_the_list(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox
) -> None:
    choose(20)
    page = signed_in("approver")
    pending, completed = numbers(page)
    confirm(page, "reject")
    page.goto("/")
    held = page.locator("#held")
    expect(held).to_contain_text("Reject 3 tasks")
    held.get_by_role("button", name="Undo").click()
    expect(held.locator("[data-held]")).to_have_count(0)
    expect_numbers(page, pending, completed)
    expect(
        page.locator("article[data-task]")
        .filter(has_text=NAMES[1])
        .get_by_role("button", name="Approve")
    ).to_be_visible()
    assert writes(sandbox) == []


def test_a_run_is_stopped(signed_in: SignedIn, choose: Choose, sandbox: Sandbox) -> None:
    choose(SHORT)
    page = signed_in("approver")
    ids = confirm(page)
    sandbox.fault("POST", ids[0], latency=4.0)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#run")).to_contain_text("1 of 3 done.")
    unsent = page.get_by_role("region", name="Not sent 2")
    expect(unsent).to_contain_text("The run was stopped before its turn")
    assert len(writes(sandbox)) == 1


def test_signing_out_in_the_middle_leaves_the_rest_for_the_next_sign_in(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox
) -> None:
    choose(SHORT)
    page = signed_in("approver")
    for one in confirm(page):
        sandbox.fault("POST", one, latency=4.0)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.get_by_role("button", name="María Santos").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()
    time.sleep(5)
    page = signed_in("approver")
    expect(page.locator("#news")).to_contain_text("1 of 3 done.")


def test_a_run_by_keyboard_alone_and_without_scripts(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox
) -> None:
    choose(SHORT)
    page = signed_in("approver", java_script_enabled=False)
    ids = sandbox_ids(page)[1:3]  # the first one is flagged: it would have to be ticked
    page.goto("/bulk/approve/?" + "&".join(f"item={one}" for one in ids))
    button = page.get_by_role("button", name="Approve 2 tasks")
    button.focus()
    button.press("Enter")
    expect(page.locator("#run")).to_contain_text("It begins in a moment.")
    time.sleep(SHORT + 2)
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("#run")).to_contain_text("2 of 2 done.")
    assert len(writes(sandbox)) == 2


def sandbox_ids(page: Page) -> list[str]:
    """Of the tasks with a choice of two, without a script of ours in the page."""
    found = page.locator("article[data-task]:has(button[formaction*='/approve'])").all()
    links = [one.locator("h2 a").get_attribute("href") or "" for one in found]
    return [link.split("/")[2] for link in links]


@pytest.mark.parametrize("width", [1280, 360])
def test_a_receipt_fits_the_window_and_prints_without_its_buttons(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox, width: int
) -> None:
    choose(SHORT)
    page = signed_in("approver", viewport={"width": width, "height": 800})
    confirm(page)
    expect(page.locator("#run")).to_contain_text("3 of 3 done.")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Download as CSV")).to_be_hidden()
    expect(page.get_by_role("region", name="Done 3")).to_be_visible()


def test_the_receipt_is_taken_along_as_csv(
    signed_in: SignedIn, choose: Choose, tmp_path: Path
) -> None:
    choose(SHORT)
    page = signed_in("approver")
    confirm(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download as CSV").click()
    started.value.save_as(tmp_path / "receipt.csv")
    lines = (tmp_path / "receipt.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("outcome,task,action,work_item")
    assert len(lines) == 4
