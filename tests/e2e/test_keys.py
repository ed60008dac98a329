"""Keys of one letter: what each does, where they are off, and a list decided without a mouse."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import PUT_SETTINGS, Choose, asked
from tests.e2e.queues import fill
from tests.e2e.reading import decide_elsewhere, row, says, writes

STILL = 800  # milliseconds: after a change a key that decides is taken again
MANUAL = "Disable the account"
THREE = "Z_AP_CLERK"
IS_LOST = "document.activeElement === document.body"


@pytest.fixture(autouse=True)
def sent_at_once(choose: Choose) -> None:
    for key in ("approver", "empty"):
        choose(0, key)


def titles(page: Page) -> list[str]:
    return page.get_by_role("article").get_by_role("heading").all_inner_texts()


def link(page: Page, text: str) -> Locator:
    return row(page, text).get_by_role("heading").get_by_role("link")


def panel(page: Page) -> Locator:
    return page.locator("#panel")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def open_pane(page: Page, text: str) -> None:
    link(page, text).focus()
    press(page, "Enter")
    expect(panel(page).locator("#panel-title")).to_be_focused()
    page.wait_for_timeout(STILL)


def test_j_and_k_and_the_arrows_lead_through_the_rows_in_their_order(approver: Page) -> None:
    names = titles(approver)
    for key, place in (("j", 0), ("j", 1), ("J", 2), ("k", 1), ("ArrowDown", 2), ("ArrowUp", 1)):
        press(approver, key)
        expect(link(approver, names[place]).first).to_be_focused()
    press(approver, "k", "k", "k")
    expect(link(approver, names[0]).first).to_be_focused()


def test_arrows_scroll_where_no_row_has_the_focus(approver: Page) -> None:
    press(approver, "ArrowDown")
    assert approver.evaluate(IS_LOST)


@pytest.mark.parametrize(("key", "said"), [("a", "Approved."), ("R", "Rejected.")])
def test_a_and_r_decide_the_row_with_the_focus_which_goes_to_the_next(
    signed_in: SignedIn, sandbox: Sandbox, key: str, said: str
) -> None:
    values = fill(sandbox, "empty", 3)
    page = signed_in("empty")
    press(page, "j", "j", key)
    expect(row(page, values[1])).to_contain_text(said)
    expect(link(page, values[2])).to_be_focused()
    assert len(writes(sandbox)) == 1


def test_f_opens_the_form_in_which_letters_are_letters(approver: Page, sandbox: Sandbox) -> None:
    link(approver, MANUAL).focus()
    press(approver, "f")
    search = approver.get_by_role("dialog").get_by_role("searchbox")
    expect(search).to_be_focused()
    press(approver, "c", "u", "?")
    expect(search).to_have_value("cu?")
    assert writes(sandbox) == []


def test_c_marks_a_task_complete(approver: Page, sandbox: Sandbox) -> None:
    link(approver, MANUAL).focus()
    press(approver, "c")
    expect(row(approver, MANUAL)).to_contain_text("Completed.")
    assert len(writes(sandbox)) == 1
    assert not approver.evaluate(IS_LOST)


def test_a_key_without_a_button_says_so_and_decides_nothing(
    approver: Page, sandbox: Sandbox
) -> None:
    link(approver, MANUAL).focus()
    press(approver, "a")
    says(approver, "There is no button here that this key could press.")
    assert writes(sandbox) == []


def test_what_is_asked_of_a_press_is_asked_of_a_key(approver: Page, sandbox: Sandbox) -> None:
    link(approver, THREE).first.focus()
    press(approver, "a")
    expect(approver.get_by_role("dialog").get_by_role("heading")).to_be_visible()
    press(approver, "a", "r")  # the dialog is not the list
    assert writes(sandbox) == []
    press(approver, "Escape")
    expect(link(approver, THREE).first).to_be_focused()


def test_an_item_is_decided_by_key_where_the_focus_is_on_it(
    approver: Page, sandbox: Sandbox
) -> None:
    row(approver, THREE).get_by_text("Decide 3 items one by one").click()
    row(approver, THREE).get_by_role("button", name="Reject: ").nth(1).focus()
    press(approver, "r")
    says(approver, "Rejected.")
    assert len(writes(sandbox)) == 1


def test_g_leads_to_the_tabs_and_not_to_a_decision(approver: Page, sandbox: Sandbox) -> None:
    link(approver, MANUAL).focus()
    press(approver, "g", "c")
    expect(approver.get_by_role("heading", name="Completed tasks")).to_be_visible()
    press(approver, "g", "p")
    expect(approver.get_by_role("heading", name="Pending tasks")).to_be_visible()
    approver.wait_for_timeout(STILL)
    link(approver, MANUAL).focus()
    press(approver, "g", "x", "g")
    approver.wait_for_timeout(1600)
    press(approver, "p")
    expect(approver.get_by_role("heading", name="Pending tasks")).to_be_visible()
    assert writes(sandbox) == []


def test_the_sheet_names_the_keys(approver: Page) -> None:
    link(approver, MANUAL).focus()
    press(approver, "?")
    sheet = approver.get_by_role("dialog", name="Keys")
    expect(sheet.get_by_role("row", name="A Approve")).to_be_visible()
    press(approver, "j", "Escape")
    expect(sheet).to_be_hidden()
    expect(link(approver, MANUAL)).to_be_focused()
    menu = approver.get_by_role("button", name="María Santos")
    menu.press("Enter")
    approver.get_by_role("link", name="Keys").press("Enter")
    expect(sheet).to_be_visible()
    sheet.get_by_role("link", name="Close").press("Enter")
    expect(menu).to_be_focused()


def test_keys_are_off_with_others_held_and_where_they_are_switched_off(
    approver: Page, ledgers: list[Path], sandbox: Sandbox
) -> None:
    press(approver, "Control+j", "Alt+j", "Meta+j")
    assert approver.evaluate(IS_LOST)
    person = sandbox.persona("approver").id
    asked(ledgers[0], PUT_SETTINGS, person, 0, 0)
    approver.reload()
    link(approver, "Treasury to ximena.caballero").focus()
    press(approver, "j", "a", "r", "f", "?")
    expect(approver.get_by_role("dialog")).to_be_hidden()
    expect(link(approver, "Treasury to ximena.caballero")).to_be_focused()
    assert writes(sandbox) == []


def test_a_second_press_and_a_key_held_down_decide_nothing_more(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    values = fill(sandbox, "empty", 4)
    page = signed_in("empty")
    press(page, "j", "a", "a")
    expect(row(page, values[0])).to_contain_text("Approved.")
    press(page, "a")
    expect(link(page, values[1])).to_be_focused()
    page.wait_for_timeout(STILL)
    page.keyboard.down("r")
    expect(row(page, values[1])).to_contain_text("Rejected.")
    page.wait_for_timeout(STILL)
    page.keyboard.down("r")  # as a key that is held repeats
    page.keyboard.up("r")
    expect(link(page, values[2])).to_be_focused()
    assert len(writes(sandbox)) == 2


def test_the_pane_goes_on_and_says_where_in_the_list_it_is(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    values = fill(sandbox, "empty", 3)
    page = signed_in("empty")
    open_pane(page, values[1])
    place = panel(page).get_by_role("navigation")
    expect(place).to_contain_text("2 of 3")
    ahead = place.get_by_role("link", name=re.compile(rf"^Next: .*{values[2]}"))
    assert str(ahead.get_attribute("href")).startswith("/work-items/")
    press(page, "a")
    expect(panel(page).locator("#panel-title")).to_contain_text(values[2])
    expect(place).to_contain_text("2 of 2")
    says(page, "Approved.")
    press(page, "a")  # too soon for a task that has just come
    expect(place.get_by_text("Next", exact=True)).to_be_visible()
    expect(place.get_by_role("link", name=re.compile("^Next"))).to_have_count(0)
    page.wait_for_timeout(STILL)
    press(page, "r")
    expect(panel(page).locator("#panel-title")).to_contain_text(values[0])
    expect(place).to_contain_text("1 of 1")
    page.wait_for_timeout(STILL)
    panel(page).get_by_role("button", name="Approve").press("Enter")
    none = place.get_by_text("Nothing is left to decide on this page.")
    expect(none).to_be_focused()
    assert len(writes(sandbox)) == 3


def test_next_and_previous_lead_through_the_pane(signed_in: SignedIn, sandbox: Sandbox) -> None:
    values = fill(sandbox, "empty", 3)
    page = signed_in("empty")
    open_pane(page, values[0])
    for how, value in (("j", 1), ("j", 2), ("k", 1)):
        press(page, how)
        expect(panel(page).locator("#panel-title")).to_contain_text(values[value])
        expect(panel(page)).to_contain_text(f"{value + 1} of 3")
        expect(panel(page).locator("#panel-title")).to_be_focused()
    panel(page).get_by_role("link", name="Next: ").click()
    expect(panel(page).locator("#panel-title")).to_contain_text(values[2])
    item = str(link(page, values[2]).get_attribute("href")).split("/")[-2]
    assert page.url.endswith(f"task={item}")


def test_a_page_that_is_loaded_anew_knows_the_place_and_has_keys(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    values = fill(sandbox, "empty", 52)
    page = signed_in("empty", "/?page=2")
    open_pane(page, values[-1])
    expect(panel(page)).to_contain_text("52 of 52")
    page.reload()
    expect(panel(page)).to_contain_text("52 of 52")
    page.wait_for_timeout(800)  # what has just changed takes no key
    press(page, "a")
    says(page, "Approved.")


def test_a_task_alone_knows_no_place_and_has_keys(signed_in: SignedIn, sandbox: Sandbox) -> None:
    fill(sandbox, "empty", 3)
    key = sandbox.world.queue(sandbox.persona("empty").id, done=False)[1]
    page = signed_in("empty", f"/work-items/{key}/")
    expect(page.get_by_text("2 of 3")).to_be_hidden()
    expect(page.get_by_role("link", name=re.compile("^(Next|Previous)"))).to_have_count(0)
    press(page, "a")
    says(page, "Approved.")


def test_the_end_of_a_page_leads_to_the_next(signed_in: SignedIn, sandbox: Sandbox) -> None:
    values = fill(sandbox, "empty", 52)
    page = signed_in("empty")
    # All but the last of the page are decided, as this page would have shown it.
    page.locator("#tasks [data-actions]").evaluate_all(
        "all => all.slice(0, 49).forEach((one) => one.remove())"
    )
    for value in values[:49]:
        decide_elsewhere(sandbox, "empty", value)
    page.get_by_role("button", name="Read it anew").click()
    expect(page.locator("#index")).to_contain_text("All 3 tasks, read just now.")
    open_pane(page, values[49])
    press(page, "r")
    expect(page.get_by_text("Nothing is left to decide on this page.")).to_be_focused()
    press(page, "Tab")
    expect(page.get_by_role("link", name="Go to the next page")).to_be_focused()
    press(page, "Enter")
    expect(row(page, values[51])).to_be_visible()
    expect(row(page, values[0])).to_have_count(0)


def test_what_is_held_is_left_and_can_be_undone(
    signed_in: SignedIn, sandbox: Sandbox, choose: Choose
) -> None:
    values = fill(sandbox, "empty", 3)
    choose(60, "empty")
    page = signed_in("empty")
    open_pane(page, values[0])
    press(page, "a")
    expect(panel(page).locator("#panel-title")).to_contain_text(values[1])
    expect(row(page, values[0]).get_by_role("button", name="Undo")).to_be_visible()
    press(page, "u")
    says(page, "Taken back.")
    expect(row(page, values[0]).get_by_role("button", name="Approve")).to_be_visible()
    expect(panel(page)).to_contain_text("2 of 3")
    press(page, "Escape")
    expect(link(page, values[1])).to_be_focused()
    page.wait_for_timeout(STILL)
    press(page, "r")
    expect(link(page, values[2])).to_be_focused()
    assert writes(sandbox) == []


def test_forty_two_tasks_are_decided_without_a_mouse(signed_in: SignedIn, sandbox: Sandbox) -> None:
    values = fill(sandbox, "empty", 42)
    page = signed_in("empty")
    press(page, "j")
    for number, value in enumerate(values):
        if number == 20:  # the second half in the pane
            press(page, "Enter")
            expect(panel(page).locator("#panel-title")).to_be_focused()
            page.wait_for_timeout(STILL)
        press(page, "ar"[number % 2])
        expect(row(page, value)).to_contain_text(("Approved.", "Rejected.")[number % 2])
        if number >= 20 and value != values[-1]:
            expect(panel(page).locator("#panel-title")).to_contain_text(values[number + 1])
        page.wait_for_timeout(STILL)
        assert not page.evaluate(IS_LOST), value
    expect(page.get_by_text("Nothing is left to decide on this page.")).to_be_focused()
    assert len(writes(sandbox)) == 42
