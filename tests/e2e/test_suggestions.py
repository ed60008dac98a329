"""People and comments that the forward form offers: by mouse, by keys, without scripts."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import SHORT, Choose
from tests.e2e.reading import row, says, writes
from tests.e2e.test_forwarding import TASK, opened
from tests.e2e.watching import ABORTED, Watch

READY = "You know this team better than I do."
MANAGER = re.compile("Your manager")
PRELOADS = r"^GET \S+/static/js/[\w-]+\.js failed: csp$"


def sent_to(sandbox: Sandbox) -> list[Any]:
    return [call.body for call in sandbox.api_calls if call.path.endswith("/forward")]


def offered(form: Locator) -> Locator:
    radio = form.get_by_role("radio", name=MANAGER)
    expect(radio).to_have_count(1)
    return radio


def test_my_manager_and_a_ready_comment_are_a_few_presses(approver: Page, sandbox: Sandbox) -> None:
    dialog = opened(approver)
    offered(dialog).check()
    expect(dialog.get_by_role("searchbox")).to_have_value("")
    dialog.get_by_role("textbox", name="Comment").fill("Hello.")
    dialog.get_by_text("Use a ready-made comment").click()
    dialog.get_by_role("button", name=READY).click()
    comment = dialog.get_by_role("textbox", name="Comment")
    expect(comment).to_have_value(f"Hello.\n{READY}")
    expect(comment).to_be_focused()
    expect(dialog.get_by_role("button", name=READY)).to_be_hidden()
    dialog.get_by_role("button", name="Forward").click()
    says(approver, "Forwarded to Ravi Subramanian.")
    assert sent_to(sandbox)[0]["comment"] == f"Hello.\n{READY}"


def test_who_was_forwarded_to_is_offered_for_the_next_one(approver: Page, sandbox: Sandbox) -> None:
    name = sandbox.persona("agent").name
    dialog = opened(approver)
    dialog.get_by_role("searchbox").fill(name[:6])
    dialog.get_by_role("radio", name=name).check()
    dialog.get_by_role("textbox", name="Comment").fill("x")
    dialog.get_by_role("button", name="Forward").click()
    says(approver, f"Forwarded to {name}.")
    row(approver, "Z_AP_CLERK").get_by_role("button", name="Forward").click()
    again = approver.get_by_role("dialog", name="Forward this task")
    recent = again.get_by_role("radio", name=re.compile(f"{name}.*You forwarded to them lately"))
    expect(recent).to_be_enabled()


def test_a_search_replaces_them_and_an_empty_field_brings_them_back(
    approver: Page, watch: Watch
) -> None:
    watch.expect(ABORTED)  # a search replaced by the next
    dialog = opened(approver)
    offered(dialog)
    said = dialog.get_by_role("status")
    expect(said).to_contain_text("people are suggested.")
    dialog.get_by_role("searchbox").fill("kowalczyk")
    expect(said).to_have_text("1 person found")
    expect(dialog.get_by_role("radio", name=MANAGER)).to_have_count(0)
    dialog.get_by_role("searchbox").fill("")
    expect(said).to_contain_text("people are suggested.")
    offered(dialog)


def test_by_keys_alone(approver: Page, sandbox: Sandbox) -> None:
    row(approver, TASK).get_by_role("button", name="Forward").focus()
    approver.keyboard.press("Enter")
    dialog = approver.get_by_role("dialog", name="Forward this task")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    offered(dialog)
    for key in ("Tab", "Tab", "Space", "Tab", "Tab", "Enter"):
        approver.keyboard.press(key)
    expect(offered(dialog)).to_be_checked()
    expect(dialog.get_by_role("button", name=READY)).to_be_visible()
    for key in ("Tab", "Tab", "Enter"):
        approver.keyboard.press(key)
    expect(dialog.get_by_role("textbox", name="Comment")).to_have_value(READY)
    for key in ("Tab", "Tab", "Tab", "Tab", "Enter"):
        approver.keyboard.press(key)
    says(approver, "Forwarded to Ravi Subramanian.")
    assert len(writes(sandbox)) == 1


@pytest.mark.parametrize("path", ["dialog", "bulk"])
def test_without_scripts_buttons_do_the_same(
    signed_in: SignedIn, sandbox: Sandbox, watch: Watch, choose: Choose, path: str
) -> None:
    watch.expect(PRELOADS)
    choose(SHORT)
    page = signed_in("approver", java_script_enabled=False)
    if path == "dialog":
        row(page, TASK).get_by_role("button", name="Forward").click()
    else:
        link = row(page, TASK).get_by_role("heading").get_by_role("link")
        page.goto(f"/bulk/forward/?item={str(link.get_attribute('href')).split('/')[2]}")
    form = page.locator(".dialog__form")
    form.get_by_role("textbox", name="Comment").fill("Mine.")
    form.get_by_role("button", name="Show suggestions").click()
    offered(form).check()
    form.get_by_text("Use a ready-made comment").click()
    form.get_by_role("button", name=READY).click()
    comment = form.get_by_role("textbox", name="Comment")
    expect(comment).to_have_value(f"Mine.\n{READY}")
    expect(comment).to_be_focused()
    expect(offered(form)).to_be_checked()
    assert writes(sandbox) == []
    form.get_by_role("button", name="Forward").click()
    told = page.locator("#held" if path == "dialog" else "#run")
    expect(told).to_contain_text("Forward")


def test_a_tenant_that_refuses_people_leaves_the_form_as_it_was(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    page = signed_in("agent")  # nobody else's test forwards as this person: nothing is kept
    sandbox.fault("GET", "/public-identities", status=429, retry_after=5)
    with page.expect_response(re.compile("/people/")) as answer:
        page.get_by_role("button", name="Forward").first.click()
    assert answer.value.status == 200
    dialog = page.get_by_role("dialog", name="Forward this task")
    expect(dialog.get_by_role("status")).to_have_text("Type at least two letters to search.")
    expect(dialog.get_by_role("alert").filter(has_text=re.compile("."))).to_have_count(0)
    expect(dialog.get_by_role("searchbox")).to_be_focused()


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_all_of_it_fits_a_narrow_screen(signed_in: SignedIn, language: str) -> None:
    page = signed_in("approver", viewport={"width": 360, "height": 800}, locale=language)
    task = page.locator("article[data-task]", has_text="ximena.caballero").first
    task.locator("button[formaction$='forward/']").click()
    dialog = page.locator("#dialog")
    expect(dialog.get_by_role("radio")).to_have_count(2)
    dialog.locator("summary").click()
    for one in dialog.locator("[data-ready-comment], .choice, summary").all():
        box = one.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["height"] >= 24
