"""Every task can be done without JavaScript, by plain forms and pages."""

import re

import pytest
from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn, Visitor
from tests.e2e.reading import numbers, row, writes
from tests.e2e.sign_in_steps import sign_in, sign_out
from tests.e2e.watching import Watch

TASK = "Treasury to ximena.caballero"


@pytest.fixture(autouse=True)
def dropped_preloads(watch: Watch) -> None:
    """Without JavaScript, Chromium reports each preload of a module as a failed request."""
    watch.expect(r"^GET \S+/static/js/[\w-]+\.js failed: csp$")


@pytest.fixture
def plain(signed_in: SignedIn) -> Page:
    return signed_in("approver", java_script_enabled=False)


def expect_message(page: Page, text: str) -> None:
    expect(page.locator("#notices")).to_contain_text(text)


def test_sign_in_and_out(visitor: Visitor, sandbox: Sandbox) -> None:
    page, name = visitor(java_script_enabled=False), sandbox.persona("approver").name
    page.goto("/")
    sign_in(page, name)
    expect(page.get_by_role("heading", name="Pending tasks")).to_be_visible()
    sign_out(page, name)


def test_approve(plain: Page) -> None:
    pending, completed = numbers(plain)
    row(plain, TASK).get_by_role("button", name="Approve").click()
    expect_message(plain, "Approved.")
    expect(row(plain, TASK)).to_have_count(0)
    assert numbers(plain) == (pending - 1, completed + 1)


def test_approve_all_asks_on_a_page_of_its_own(plain: Page, sandbox: Sandbox) -> None:
    row(plain, "Z_AP_CLERK").get_by_role("button", name="Approve all").click()
    expect(plain.get_by_role("heading", name="Approve 2 items?")).to_be_visible()
    expect(plain.get_by_role("main").get_by_role("listitem")).to_have_count(2)
    assert writes(sandbox) == []
    plain.get_by_role("button", name="Approve all 2 items").click()
    expect_message(plain, "Approved.")


def test_forward_with_the_search_button(plain: Page, sandbox: Sandbox) -> None:
    agent = sandbox.persona("agent")
    row(plain, TASK).get_by_role("button", name="Forward").click()
    plain.get_by_role("textbox", name="Comment").fill("Typed before the search")
    plain.get_by_role("searchbox", name="Search people").fill(agent.alias)
    plain.get_by_role("button", name="Search").click()
    plain.get_by_role("radio", name=agent.name).check()
    expect(plain.get_by_role("textbox", name="Comment")).to_have_value("Typed before the search")
    plain.get_by_role("button", name="Forward").click()
    expect_message(plain, f"Forwarded to {agent.name}.")
    (sent,) = [call.body for call in sandbox.api_calls if call.method == "POST"]
    assert sent["targetOwnerId"] == agent.id
    assert sent["comment"] == "Typed before the search"


def test_answer_a_form_after_a_complaint(plain: Page, sandbox: Sandbox, watch: Watch) -> None:
    watch.expect_status(422)
    row(plain, "SAP account of Rohan").get_by_role("link", name="Open form").click()
    plain.get_by_role("textbox", name="Note").fill("The second one")
    plain.get_by_role("button", name="Send").click()
    account = plain.get_by_role("combobox", name="SAP account")
    expect(account).to_have_accessible_description("This field is required.")
    expect(plain.get_by_role("textbox", name="Note")).to_have_value("The second one")
    assert writes(sandbox) == []
    account.select_option("200/RKAPADIA2")
    plain.get_by_role("button", name="Send").click()
    expect_message(plain, "Sent.")


def test_complete_and_change_the_tab(plain: Page) -> None:
    row(plain, "Badge System").get_by_role("button", name="Mark complete").click()
    expect_message(plain, "Completed.")
    plain.get_by_role("link", name=re.compile("^Completed")).click()
    expect(row(plain, "Badge System").first).to_be_visible()
