"""Forwarding: search, choose a person, comment; typed text is never lost."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.reading import expect_numbers, numbers, row, says, writes
from tests.e2e.watching import ABORTED, Watch, page_loads

TASK = "Treasury to ximena.caballero"
WHY = "You know this team better than I do."
TYPE_AT_ONCE = """text => new MutationObserver((changes, observer) => {
  const box = document.querySelector("#dialog input[type=search]");
  if (!box) return;
  observer.disconnect();
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}).observe(document.getElementById("dialog"), { childList: true })"""


def opened(page: Page) -> Locator:
    row(page, TASK).get_by_role("button", name="Forward").click()
    dialog = page.get_by_role("dialog", name="Forward this task")
    expect(dialog.get_by_role("searchbox", name="Search people")).to_be_focused()
    return dialog


def fill_in(dialog: Locator, name: str) -> None:
    dialog.get_by_role("searchbox").press_sequentially(name[:6])
    dialog.get_by_role("radio", name=name).check()
    dialog.get_by_role("textbox", name="Comment").fill(WHY)


@pytest.mark.parametrize("profile", ["openid", "isc"])
def test_a_task_is_forwarded_from_a_dialog_without_a_page_load(
    signed_in: SignedIn, sandbox: Sandbox, profile: str
) -> None:
    page = signed_in("approver", profile=profile)
    pending, completed = numbers(page)
    agent = sandbox.persona("agent")
    with page_loads(page, 0):
        dialog = opened(page)
        fill_in(dialog, agent.name)
        dialog.get_by_role("checkbox", name="Notify them").uncheck()
        dialog.get_by_role("button", name="Forward").click()
        says(page, f"Forwarded to {agent.name}.")
        expect(dialog).to_be_hidden()
        expect(page.get_by_role("article", name=TASK)).to_have_count(0)
        expect_numbers(page, pending - 1, completed)
    (sent,) = [call.body for call in sandbox.api_calls if call.path.endswith("/forward")]
    assert sent == {"targetOwnerId": agent.id, "comment": WHY, "sendNotifications": False}


def test_typing_searches_once_and_not_at_every_letter(approver: Page, watch: Watch) -> None:
    watch.expect(ABORTED)  # a search replaced by that for the next letter
    searches: list[str] = []
    approver.on("request", lambda sent: searches.append(sent.url) if "/people/" in sent.url else 0)
    dialog = opened(approver)
    dialog.get_by_role("searchbox").press_sequentially("kowalczyk", delay=20)
    expect(dialog.get_by_role("status")).to_have_text("1 person found")
    assert len(searches) < len("kowalczyk") / 2


def test_what_is_typed_the_moment_the_form_is_there_is_searched_for(approver: Page) -> None:
    approver.evaluate(TYPE_AT_ONCE, "kowalczyk")
    dialog = opened(approver)
    expect(dialog.get_by_role("status")).to_have_text("1 person found")


def test_inactive_people_are_shown_with_the_reason_and_cannot_be_chosen(approver: Page) -> None:
    dialog = opened(approver)
    dialog.get_by_role("searchbox").press_sequentially("lukas.b")
    option = dialog.get_by_role("radio", name="Lukas Brandt")
    expect(option).to_be_disabled()
    expect(option).to_have_accessible_name(re.compile("inactive"))


def test_enter_on_the_chosen_person_forwards_and_does_not_search(
    approver: Page, sandbox: Sandbox
) -> None:
    name = sandbox.persona("agent").name
    dialog = opened(approver)
    fill_in(dialog, name)
    dialog.get_by_role("radio", name=name).press("Enter")

    says(approver, f"Forwarded to {name}.")


def test_a_form_that_is_not_complete_says_so_and_sends_nothing(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(422)
    dialog = opened(approver)
    dialog.get_by_role("textbox", name="Comment").fill(WHY)
    dialog.get_by_role("button", name="Forward").click()
    expect(dialog).to_contain_text("Choose the person who gets this work item.")
    expect(dialog.get_by_role("textbox", name="Comment")).to_have_value(WHY)
    assert writes(sandbox) == []


def test_a_refusal_keeps_all_that_was_typed(approver: Page, sandbox: Sandbox, watch: Watch) -> None:
    watch.expect_status(422)
    name = sandbox.persona("agent").name
    dialog = opened(approver)
    fill_in(dialog, name)
    sandbox.fault("POST", "/forward$", status=400)
    dialog.get_by_role("button", name="Forward").click()
    expect(dialog.get_by_role("alert").filter(has_text="SailPoint refused")).to_be_focused()
    expect(dialog.get_by_role("textbox", name="Comment")).to_have_value(WHY)
    expect(dialog.get_by_role("searchbox")).to_have_value(name[:6])
    expect(dialog.get_by_role("radio", name=name)).to_be_checked()
    dialog.get_by_role("button", name="Forward").click()
    says(approver, f"Forwarded to {name}.")


def test_escape_closes_the_dialog_and_the_focus_is_back_where_it_was(
    approver: Page, sandbox: Sandbox
) -> None:
    dialog = opened(approver)
    approver.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(row(approver, TASK).get_by_role("button", name="Forward")).to_be_focused()
    assert writes(sandbox) == []


def test_a_session_that_ended_while_typing_costs_nothing_that_was_typed(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(401, 403)
    name = sandbox.persona("agent").name
    dialog = opened(approver)
    fill_in(dialog, name)
    approver.context.clear_cookies(domain="localhost")
    forward = dialog.get_by_role("button", name="Forward")
    forward.click()
    expect(dialog.get_by_role("alert")).to_contain_text("Your sign-in has run out.")
    with approver.context.expect_page() as opening:
        dialog.get_by_role("link", name="Sign in again").click()
    expect(opening.value.get_by_role("heading", name="Pending tasks")).to_be_visible()
    forward.click()
    expect(dialog.get_by_role("alert")).to_contain_text("press the button once more")
    expect(dialog.get_by_role("textbox", name="Comment")).to_have_value(WHY)
    forward.click()
    says(approver, f"Forwarded to {name}.")
