"""An administrator works on another person's queue, marked by a banner."""

import re

from playwright.sync_api import expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn, Visitor
from tests.e2e.reading import expect_numbers, numbers, row, says, writes
from tests.e2e.sign_in_steps import sign_in
from tests.e2e.watching import ABORTED, Watch, page_loads

TASK = "Treasury to ximena.caballero"


def test_an_admin_decides_for_somebody_under_a_banner_and_goes_back(
    signed_in: SignedIn, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect(ABORTED)  # a search replaced by that for the next letter
    owner = sandbox.persona("approver")
    page = signed_in("admin")
    page.get_by_role("button", name=sandbox.persona("admin").name).click()
    page.get_by_role("link", name="Look at somebody else").click()
    page.get_by_role("searchbox", name="Search people").press_sequentially("maria.s")
    page.get_by_role("link", name=f"{owner.name} {owner.alias}").click()
    banner = page.get_by_role("region", name="Somebody else")
    expect(banner).to_contain_text(owner.name)
    expect(banner).to_be_in_viewport()
    pending, completed = numbers(page)
    with page_loads(page, 0):
        row(page, TASK).get_by_role("button", name="Approve").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(f"You decide for {owner.name}, not for yourself.")
        assert writes(sandbox) == []
        dialog.get_by_role("button", name="Approve 1 item").click()
        says(page, "Approved.")
        expect_numbers(page, pending - 1, completed + 1)
    page.get_by_role("link", name="Back to my tasks").click()
    expect(banner).to_have_count(0)
    assert numbers(page) == (3, 1)


def test_the_lens_survives_tabs_and_reloads(signed_in: SignedIn, sandbox: Sandbox) -> None:
    owner = sandbox.persona("agent")
    page = signed_in("admin", f"/?owner={owner.id}")
    page.get_by_role("link", name=re.compile("^Completed")).click()
    expect(page.get_by_role("heading", name="Completed tasks")).to_be_visible()
    page.reload()
    expect(page.get_by_role("region", name="Somebody else")).to_contain_text(owner.name)
    expect(page.get_by_role("heading", name="Completed tasks")).to_be_visible()


def test_an_admin_says_once_why_and_auditors_read_it(visitor: Visitor, sandbox: Sandbox) -> None:
    owner, other = sandbox.persona("agent"), sandbox.persona("approver")
    page = visitor()
    page.goto(f"/?owner={owner.id}")
    sign_in(page, sandbox.persona("admin").name)
    page.get_by_label("Why do you look").fill("Her laptop was stolen")
    page.get_by_role("button", name="Go on").click()
    banner = page.get_by_role("region", name="Somebody else")
    expect(banner).to_contain_text(owner.name)
    page.goto(f"/?owner={other.id}")
    expect(banner).to_contain_text(other.name)
    page.get_by_role("button", name=sandbox.persona("admin").name).click()
    page.get_by_role("link", name="Audit", exact=True).click()
    page.get_by_label("Action").select_option("Look at the queue")
    page.get_by_label("Whose queue").fill(other.id)
    page.get_by_role("button", name="Show").click()
    look = page.get_by_role("listitem").filter(has_text="Her laptop was stolen")
    expect(look).to_contain_text(other.name)


def test_nobody_else_may_look(signed_in: SignedIn, sandbox: Sandbox, watch: Watch) -> None:
    watch.expect_status(403)
    page = signed_in("approver", f"/?owner={sandbox.persona('agent').id}")
    expect(page.get_by_role("heading", name="You may not do this")).to_be_visible()
    assert sandbox.api_calls == []
