"""Pages and states of many tasks at once, each opened as a person does."""

from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.scenes_finding import CALM, Scene, found

SEEN = 20_000  # milliseconds: how much waits for an owner is asked when the page stands


def selected(signed_in: SignedIn, _: Sandbox) -> Page:
    page = found(signed_in, "/?q=vpn&find=1")
    page.reload()
    page.locator("[name=all]").check()
    expect(page.locator("#selected")).to_contain_text("selected")
    return page


def piles(signed_in: SignedIn, _: Sandbox) -> Page:
    page = found(signed_in, "/?group=alike")
    page.reload()
    expect(page.locator(".pile").first).to_be_visible()
    return page


def opened_pile(signed_in: SignedIn, sandbox: Sandbox) -> Page:
    page = piles(signed_in, sandbox)
    page.locator(".pile summary").first.click()
    expect(page.locator(".pile .task").first).to_be_visible()
    return page


def asked_pile(signed_in: SignedIn, sandbox: Sandbox) -> Page:
    page = piles(signed_in, sandbox)
    page.get_by_role("button", name="Approve").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Approve")
    return page


def flagged_card(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("approver", "/triage/?q=READ_ALL&find=1", **CALM)
    expect(page.locator("#panel .flag").first).to_be_visible(timeout=SEEN)
    return page


def decided_card(signed_in: SignedIn, _: Sandbox) -> Page:
    """One of three items lies in the basket."""
    page = signed_in("approver", "/triage/?q=Opportunity+Editor&find=1", **CALM)
    page.locator("[data-line] [data-key=r]").first.click(timeout=SEEN)
    expect(page.locator("[data-line] [aria-pressed=true]")).to_have_count(1)
    return page


def owners(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("admin", "/owner/?q=ma", **CALM)
    expect(page.locator(".owner__numbers b").nth(2)).to_be_visible(timeout=SEEN)
    return page


def board(signed_in: SignedIn, sandbox: Sandbox) -> Page:
    page = signed_in("admin", f"/owner/?q={sandbox.persona('agent').alias}", **CALM)
    page.get_by_role("button", name="Pin to the board").first.click()
    expect(page.get_by_role("button", name="Take off the board").first).to_be_visible()
    page.goto("/board/")
    expect(page.locator(".owner__numbers b").first).to_be_visible(timeout=SEEN)
    page.get_by_text("Tell the owner").first.click()
    return page


SCENES_OF_MANY: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        selected,
        piles,
        opened_pile,
        asked_pile,
        flagged_card,
        decided_card,
        owners,
        board,
    )
}
