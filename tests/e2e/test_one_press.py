"""Nothing that is flagged is decided with one press: wherever that is, and by whatever means."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import Choose
from tests.e2e.looking_over import findings
from tests.e2e.reading import item_id, row, writes

GLASS = "BREAKGLASS"  # to be approved, on the privileged list
MANY = "Wale Ogunbanjo"  # to be done by hand, for several people
STILL = 800  # milliseconds: after a change a key that decides is taken again
ROW, PANE = "article[data-task]", "#panel"


def key(page: Page, letter: str) -> None:
    page.wait_for_timeout(STILL)
    page.keyboard.press(letter)


def press_in(page: Page, place: str, text: str, name: str) -> None:
    where = page.locator(place).filter(has_text=text).first
    where.get_by_role("button", name=re.compile(f"^{name}( all)?: ")).first.click()


def on_row(page: Page, text: str, name: str) -> None:
    press_in(page, ROW, text, name)


def by_key_on_row(page: Page, text: str, name: str) -> None:
    row(page, text).locator(".task__link").focus()
    key(page, KEYS[name])


def opened(page: Page, text: str) -> None:
    row(page, text).locator(".task__link").click()
    expect(page.locator("#panel-title")).to_contain_text(text)


def in_pane(page: Page, text: str, name: str) -> None:
    opened(page, text)
    press_in(page, PANE, "", name)


def by_key_in_pane(page: Page, text: str, name: str) -> None:
    opened(page, text)
    page.locator("#panel-title").focus()
    key(page, KEYS[name])


def on_page_of_its_own(page: Page, text: str, name: str) -> None:
    page.goto(str(row(page, text).locator(".task__link").get_attribute("href")))
    press_in(page, PANE, "", name)


def by_bar(page: Page, text: str, name: str) -> None:
    row(page, text).get_by_role("checkbox").click()
    page.locator("#selected").get_by_role("button", name=name).click()


def in_triage(page: Page, text: str, name: str) -> None:
    page.goto(f"/triage/?q={text.replace(' ', '+')}&find=1")
    press_in(page, ".triage__buttons", "", name)


def by_key_in_triage(page: Page, text: str, name: str) -> None:
    page.goto(f"/triage/?q={text.replace(' ', '+')}&find=1")
    expect(page.locator("#panel-title")).to_be_visible()
    key(page, KEYS[name])


KEYS = {"Approve": "a", "Reject": "r", "Mark complete": "c"}
DECISIONS = [(GLASS, "Approve"), (GLASS, "Reject"), (MANY, "Mark complete")]
PRESSES: list[Callable[[Page, str, str], None]] = [
    on_row, by_key_on_row, in_pane, by_key_in_pane, on_page_of_its_own, by_bar, in_triage,
    by_key_in_triage,
]  # fmt: skip


@pytest.mark.parametrize("press", PRESSES, ids=lambda press: press.__name__)
@pytest.mark.parametrize(("text", "name"), DECISIONS)
def test_one_press_asks(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox,
    press: Callable[[Page, str, str], None], text: str, name: str,
) -> None:  # fmt: skip
    choose(0)
    page = signed_in("approver")
    press(page, text, name)
    dialog, title = page.get_by_role("dialog"), page.get_by_role("heading", level=1)
    if press is by_bar:
        expect(title).to_contain_text(" 0 of 1 task")
        expect(page.get_by_role("checkbox", name=text)).not_to_be_checked()
    elif press in {in_triage, by_key_in_triage}:
        page.locator("[data-basket]").first.click()
        expect(page.get_by_role("checkbox", name=text)).not_to_be_checked()
    else:
        expect(dialog.locator(".flags .flag").first).to_be_visible()
    page.wait_for_timeout(STILL)
    assert writes(sandbox) == []


@pytest.mark.parametrize("name", ["Approve", "Reject"])
@pytest.mark.parametrize("by_key", [False, True])
def test_a_pile_with_a_flagged_task_asks_and_leaves_it_out(
    signed_in: SignedIn, sandbox: Sandbox, name: str, by_key: bool
) -> None:
    page = signed_in("approver", "/?group=type")
    pile = page.locator(".pile").filter(has=page.locator(".flag")).first
    button = pile.get_by_role("button", name=name).first
    expect(button).to_be_visible(timeout=30_000)
    button.focus()
    key(page, KEYS[name] if by_key else "Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{name} ")
    boxes = page.locator("input[name=include]")
    assert boxes.count() > 0
    assert page.locator("input[name=include]:checked").count() == 0
    assert writes(sandbox) == []


@pytest.mark.parametrize("locale", ["en", "de-DE"])
def test_a_row_with_four_flags_is_read_on_a_phone(
    signed_in: SignedIn, sandbox: Sandbox, locale: str
) -> None:
    entry = sandbox.world.get(item_id(sandbox, "approver", GLASS))
    assert entry is not None
    more = {"requesterId": sandbox.persona("approver").id, "errors": ["Provisioning failed"]}
    sandbox.world.put(entry.changed(**more))
    page = signed_in("approver")
    page.set_viewport_size({"width": 360, "height": 800})
    page.context.set_extra_http_headers({"Accept-Language": locale})
    page.goto("/?tab=pending")
    row = page.get_by_role("article").filter(has_text="BREAKGLASS")
    expect(row.locator(".flag")).to_have_count(4)  # it waits long besides
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
