"""Descriptions that show nothing, and names that lie about their order."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from sandbox.entries import Json
from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn

HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3164]")


def first_says(sandbox: Sandbox, **fields: Json) -> str:
    """Have the tenant say something else of the agent's newest task; returns its id."""
    owner = sandbox.persona("agent").id
    key = sandbox.world.queue(owner, done=False)[0]
    entry = sandbox.world.get(key)
    nothing = {"approvalItems": [], "remediationItems": [], "form": None, "name": ""}
    sandbox.world.put(replace(entry, body={**entry.body, **nothing, **fields}))
    return key


@pytest.mark.parametrize("blank", [" ", "\u200b", "\u3164"])
def test_a_task_whose_description_shows_nothing_can_be_opened(
    signed_in: SignedIn, sandbox: Sandbox, blank: str
) -> None:
    first_says(sandbox, description=blank, type="ManualAction")
    page = signed_in("agent")
    link = page.get_by_role("link", name="A work item without a description")
    box = link.first.bounding_box()
    assert box is not None
    assert box["width"] > 50
    link.first.click()
    expect(page.locator("#panel-title")).to_have_text("A work item without a description")


def test_no_button_has_a_name_with_hidden_characters(signed_in: SignedIn, sandbox: Sandbox) -> None:
    first_says(sandbox, description="Readers\u202enimdA \u200b\u2066x", type="ManualAction")
    page = signed_in("agent")
    page.get_by_role("link", name="ReadersnimdA x").first.click()
    expect(page.locator("#panel-title")).to_have_text("ReadersnimdA x")
    expect(page.get_by_role("button", name="Mark complete: ReadersnimdA x").first).to_be_visible()
    assert HIDDEN.findall(page.locator("body").aria_snapshot()) == []
