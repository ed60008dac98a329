"""Forwarding: search, choose a person, comment; typed text is never lost."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.reading import expect_numbers, numbers, row, says, stands_still, writes
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
        told = page.get_by_role("article", name=TASK)
        expect(told).to_contain_text(f"Forwarded to {agent.name}.")
        expect(told.get_by_role("button")).to_have_count(0)
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


@pytest.mark.parametrize("text", ["van Dijk", "van Dijk, Jan", "O'Brien", "李"])
def test_names_are_found_as_they_are_typed(approver: Page, text: str) -> None:
    dialog = opened(approver)
    dialog.get_by_role("searchbox").fill(text)
    expect(dialog.get_by_role("status")).to_have_text("1 person found")
    expect(dialog.get_by_role("radio")).to_have_count(1)


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


def test_the_dialog_says_which_task_it_forwards(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(422)
    title = row(approver, TASK).get_by_role("heading").inner_text()
    dialog = opened(approver)
    expect(dialog).to_contain_text(title)
    expect(dialog).to_have_accessible_description(title)
    dialog.get_by_role("button", name="Forward").click()
    expect(dialog).to_contain_text("Say in a few words")
    expect(dialog).to_contain_text(title)


@pytest.mark.parametrize("scripts", [True, False])
def test_with_two_errors_the_focus_is_on_the_first(
    signed_in: SignedIn, watch: Watch, scripts: bool
) -> None:
    watch.expect_status(422)
    if not scripts:
        watch.expect(r"^GET \S+/static/js/[\w-]+\.js failed: csp$")  # the preloads
    page = signed_in("approver", java_script_enabled=scripts)
    row(page, TASK).get_by_role("button", name="Forward").click()
    form = page.locator(".dialog__form")
    send = form.get_by_role("button", name="Forward")
    send.click()
    expect(form.get_by_role("searchbox")).to_be_focused()
    expect(form.get_by_role("searchbox")).to_have_accessible_description(re.compile("Choose the"))
    form.get_by_role("searchbox").fill("kowalczyk")
    if not scripts:
        form.get_by_role("button", name="Search").click()
    expect(form.get_by_role("radio")).to_have_count(1)
    stands_still(send).click()
    expect(form.get_by_role("radio")).to_be_focused()
    form.get_by_role("radio").check()
    send.click()
    expect(form.get_by_role("textbox", name="Comment")).to_be_focused()


def test_another_search_keeps_the_person_who_is_chosen(approver: Page, sandbox: Sandbox) -> None:
    name = sandbox.persona("agent").name
    dialog = opened(approver)
    fill_in(dialog, name)
    for text, found in (("lukas.b", "1 person found"), ("zzzz", "Nobody")):
        dialog.get_by_role("searchbox").fill(text)
        expect(dialog.get_by_role("status")).to_contain_text(found)
        expect(dialog.get_by_role("radio").first).to_have_accessible_name(re.compile(name))
        expect(dialog.get_by_role("radio", name=name)).to_be_checked()
    dialog.get_by_role("button", name="Forward").click()
    says(approver, f"Forwarded to {name}.")


@pytest.mark.parametrize("way", ["Escape", "Cancel"])
def test_what_is_typed_is_dropped_only_when_that_is_said(approver: Page, way: str) -> None:
    def leave() -> None:
        if way == "Escape":
            approver.keyboard.press("Escape")
        else:
            stands_still(dialog.get_by_role("link", name="Cancel")).click()

    dialog = opened(approver)
    comment = dialog.get_by_role("textbox", name="Comment")
    question = dialog.get_by_role("group", name="Close and drop what you typed?")
    comment.fill(WHY)
    leave()
    expect(question.get_by_role("button", name="Keep writing")).to_be_focused()
    expect(dialog.get_by_role("link", name="Cancel")).to_be_hidden()
    for _ in range(2):  # the second in a row closes a dialog that leaves it to the browser
        approver.keyboard.press("Escape")
        expect(question).to_be_hidden()
        leave()
        expect(question).to_be_visible()
    stands_still(question.get_by_role("button", name="Keep writing")).click()
    expect(comment).to_have_value(WHY)
    if way == "Escape":
        expect(comment).to_be_focused()
    leave()
    stands_still(question.get_by_role("button", name="Drop it")).click()
    expect(dialog).to_be_hidden()
    expect(row(approver, TASK).get_by_role("button", name="Forward")).to_be_focused()
    assert opened(approver).get_by_role("textbox", name="Comment").input_value() == ""
    leave()
    expect(dialog).to_be_hidden()  # nothing typed: nothing asked


def test_a_press_beside_the_dialog_drops_nothing(approver: Page) -> None:
    dialog = opened(approver)
    dialog.get_by_role("textbox", name="Comment").fill(WHY)
    approver.mouse.click(5, 5)
    expect(dialog.get_by_role("textbox", name="Comment")).to_have_value(WHY)
    expect(dialog).to_be_visible()


def test_escape_asks_as_well_when_the_form_has_come_back_with_what_was_typed(
    approver: Page, watch: Watch
) -> None:
    watch.expect_status(422)
    dialog = opened(approver)
    dialog.get_by_role("button", name="Forward").click()
    expect(dialog).to_contain_text("Choose the person")
    approver.keyboard.press("Escape")  # nothing is typed yet
    expect(dialog).to_be_hidden()
    opened(approver)
    dialog.get_by_role("textbox", name="Comment").fill(WHY)
    dialog.get_by_role("button", name="Forward").click()
    expect(dialog).to_contain_text("Choose the person")
    approver.keyboard.press("Escape")
    expect(dialog.get_by_role("button", name="Keep writing")).to_be_focused()
    expect(dialog.get_by_role("textbox", name="Comment")).to_have_value(WHY)


def test_escape_leaves_the_task_open_behind_the_dialog(approver: Page) -> None:
    row(approver, TASK).get_by_role("link", name=TASK).click()
    expect(approver.locator("#panel")).to_be_visible()
    approver.locator("#panel").get_by_role("button", name="Forward").click()
    expect(approver.get_by_role("dialog").get_by_role("searchbox")).to_be_focused()
    approver.keyboard.press("Escape")
    expect(approver.get_by_role("dialog")).to_be_hidden()
    expect(approver.locator("#panel")).to_be_visible()


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
    stands_still(forward).click()
    says(approver, f"Forwarded to {name}.")
