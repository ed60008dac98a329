"""Pages and states of what is sent later, each opened as a person does; a job worker lives."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import Choose
from tests.e2e.reading import row
from tests.e2e.scenes import CALM, TASK

HeldScene = Callable[[SignedIn, Sandbox, Choose], Page]
SINGLE = "Treasury to ximena.caballero"
IDS = "(links) => links.map((one) => one.getAttribute('href').split('/')[2])"


def held(signed_in: SignedIn, _: Sandbox, choose: Choose) -> Page:
    """Several kinds at once: a row, a part of a row and of the pane, and the foot."""
    choose(120)
    page = signed_in("approver", **CALM)
    row(page, SINGLE).get_by_role("button", name="Approve").click()
    row(page, "Disable the account").get_by_role("button", name="Mark complete").click()
    row(page, TASK).get_by_text("Decide 3 items one by one").click()
    row(page, TASK).get_by_role("button", name="Reject: ").first.click()
    row(page, TASK).get_by_role("link", name=TASK).first.click()
    expect(page.locator("#panel-actions")).to_contain_text("Rejected.")
    return page


def by_hand(signed_in: SignedIn, _: Sandbox, choose: Choose) -> Page:
    choose(None)
    page = signed_in("approver", **CALM)
    row(page, SINGLE).get_by_role("button", name="Approve").click()
    expect(page.locator("#held")).to_contain_text("not sent yet")
    return page


def unsent(signed_in: SignedIn, sandbox: Sandbox, choose: Choose) -> Page:
    choose(1)
    page = signed_in("approver", **CALM)
    sandbox.fault("POST", "/approve/", status=501)
    row(page, SINGLE).get_by_role("button", name="Approve").click()
    expect(page.locator("#news")).to_contain_text("Not sent")
    return page


def settings(signed_in: SignedIn, _: Sandbox, choose: Choose) -> Page:
    choose(20)
    return signed_in("approver", "/settings/", **CALM)


def confirmation(signed_in: SignedIn, _: Sandbox, choose: Choose) -> Page:
    return _asked(signed_in, "reject")


def forwarding(signed_in: SignedIn, _: Sandbox, choose: Choose) -> Page:
    page = _asked(signed_in, "forward")
    page.get_by_role("button", name=re.compile(r"^Forward \d+ tasks")).click()
    expect(page.get_by_text("Say in a few words why you forward it.")).to_be_visible()
    return page


def run(signed_in: SignedIn, _: Sandbox, choose: Choose) -> Page:
    choose(120)
    page = _asked(signed_in, "approve")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    return page


def run_in_the_list(signed_in: SignedIn, sandbox: Sandbox, choose: Choose) -> Page:
    page = run(signed_in, sandbox, choose)
    page.goto("/")
    expect(page.locator("#held")).to_contain_text("Approve")
    return page


def receipt(signed_in: SignedIn, sandbox: Sandbox, choose: Choose) -> Page:
    choose(1)
    page = _asked(signed_in, "approve")
    sandbox.fault("POST", "/work-items/", status=400)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("button", name="Retry the 1 that failed")).to_be_visible()
    return page


def _asked(signed_in: SignedIn, verb: str) -> Page:
    page = signed_in("approver", **CALM)
    ids = page.locator("article[data-task] h2 a").evaluate_all(IDS)
    page.goto(f"/bulk/{verb}/?" + "&".join(f"item={one}" for one in ids[:9]))
    return page


HELD_SCENES: dict[str, HeldScene] = {
    scene.__name__: scene
    for scene in (
        held,
        by_hand,
        unsent,
        settings,
        confirmation,
        forwarding,
        run,
        run_in_the_list,
        receipt,
    )
}
