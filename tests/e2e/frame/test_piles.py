"""Look-alikes in a frame: opened in place, decided after all that is named has been seen."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.portal import SEEN, Portal, open_portal
from tests.e2e.holding import PUT_SETTINGS, asked
from tests.e2e.reading import item_id

SIZES = {"phone": (360, 480), "wide": (1024, 700)}
UNSEEN = "not all of the tasks named here have been in full view"
PICTURES = os.environ.get("PICTURES")


def choose(world: World, seconds: int) -> None:
    asked(world.database, PUT_SETTINGS, world.tenant.persona("approver").id, seconds, 1)


def alike(world: World, count: int, *, flagged: int = 0) -> None:
    """Put so many requests of the same access, and no other, into the approver's queue.

    Some of them are the approver's own, which is flagged.
    """
    approver = world.tenant.persona("approver")
    entry = world.tenant.world.get(item_id(world.tenant, "approver", "ximena.caballero"))
    assert entry
    [line] = entry.body["approvalItems"]
    entries = []
    for number in range(count):
        item = {**line, "id": f"line-{number}", "account": f"person.{number:03}"}
        body = {**entry.body, "id": f"alike-{number:03}", "approvalItems": [item]}
        if number < flagged:
            body |= {"requesterId": approver.id, "requesterDisplayName": approver.name}
        entries.append(replace(entry, key=f"alike-{number:03}", body=body))
    world.tenant.world.replace_pending(approver.id, entries)


def opened(
    browser: BrowserContext, world: World, size: str = "phone", attributes: str = ""
) -> Portal:
    width, height = SIZES[size]
    how = f'max-height="{height}" {attributes}'
    portal = open_portal(browser, world, how, width=width, height=height)
    portal.sign_in()
    look_alikes(portal).click()
    expect(pile(portal)).to_be_visible()
    portal.page.wait_for_timeout(SEEN)
    return portal


def look_alikes(portal: Portal) -> Locator:
    return portal.widget.get_by_role("link", name="Look-alikes")


def pile(portal: Portal) -> Locator:
    return portal.widget.locator("article.pile")


def title(portal: Portal) -> Locator:
    return portal.widget.get_by_role("heading", level=1)


def ask(portal: Portal, label: str) -> Locator:
    """Press a pile's button; the button of the confirmation."""
    pile(portal).get_by_role("button", name=re.compile(f"^{label}")).click()
    button = portal.widget.locator("#dialog [data-submit]")
    expect(button).to_be_visible()
    return button


def look_through(portal: Portal) -> None:
    """Scroll from the beginning to the end, with a stop at each page."""
    where = portal.frame
    where.evaluate("scrollTo(0, 0)")
    while True:
        portal.page.wait_for_timeout(SEEN)
        before = where.evaluate("scrollY")
        where.evaluate("scrollBy(0, innerHeight / 2)")
        if where.evaluate("scrollY") == before:
            return


def picture(portal: Portal, name: str) -> None:
    if PICTURES:
        portal.page.screenshot(caret="initial", path=Path(PICTURES) / f"frame-{name}.png")


def fits(portal: Portal) -> bool:
    return bool(portal.frame.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("size", SIZES)
def test_one_press_shows_the_look_alikes_and_one_each_task_again(
    browser: BrowserContext, world: World, size: str
) -> None:
    alike(world, 12)
    portal = opened(browser, world, size)
    expect(look_alikes(portal)).to_have_attribute("aria-current", "true")
    expect(pile(portal)).to_contain_text("12 people")
    expect(portal.widget.get_by_role("checkbox")).to_have_count(0)
    picture(portal, f"piles-{size}")
    portal.check_accessibility()
    pile(portal).locator("summary").click()
    expect(pile(portal).locator("article[data-task]")).to_have_count(12)
    assert fits(portal)
    picture(portal, f"open-{size}")
    look_alikes(portal).press("Enter")
    expect(pile(portal)).to_have_count(0)
    expect(portal.widget.locator("article[data-task]")).to_have_count(12)
    expect(look_alikes(portal)).to_be_focused()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [3, 12, 60])
def test_a_pile_is_decided_once_all_that_is_named_was_in_view(
    browser: BrowserContext, working: World, count: int, size: str
) -> None:
    alike(working, count)
    portal = opened(browser, working, size)
    button = ask(portal, f"Approve {count}")
    expect(title(portal)).to_have_text(f"Approve {count} tasks")
    expect(portal.widget.locator("#dialog li")).to_have_count(count)
    assert fits(portal)
    picture(portal, f"confirm-{count}-{size}")
    if count > 3:  # three are in view as it opens
        button.scroll_into_view_if_needed()
        portal.page.wait_for_timeout(SEEN)
        button.click()
        expect(portal.widget.get_by_role("alert").filter(has_text=UNSEEN)).to_be_visible()
        assert asked(working.database, "SELECT 1 FROM workitems_attempt") == []
        picture(portal, f"unseen-{count}-{size}")
    look_through(portal)
    button.click()
    run = portal.widget.locator("#run")
    expect(run).to_be_visible()
    expect(title(portal)).to_be_focused()
    picture(portal, f"run-{count}-{size}")
    assert len(asked(working.database, "SELECT 1 FROM workitems_attempt")) == count
    expect(run).to_contain_text(f"{count} of {count} done.", timeout=40_000)
    assert portal.decisions() == count
    picture(portal, f"receipt-{count}-{size}")


def test_what_is_flagged_is_named_and_not_part_of_it(
    browser: BrowserContext, working: World
) -> None:
    alike(working, 6, flagged=2)
    portal = opened(browser, working)
    expect(pile(portal)).to_contain_text("2 are flagged: they are left out")
    button = ask(portal, "Approve 4 of 6")
    expect(button).to_have_text("Approve 4 of 6 tasks")
    expect(portal.widget.get_by_role("checkbox")).to_have_count(0)
    expect(portal.widget.locator("#dialog")).to_contain_text("2 tasks are flagged")
    picture(portal, "flagged")
    portal.check_accessibility()


@pytest.mark.parametrize("size", SIZES)
def test_too_many_are_left_to_the_full_page(
    browser: BrowserContext, world: World, size: str
) -> None:
    alike(world, 200)
    portal = opened(browser, world, size, 'target="host"')
    pile(portal).get_by_role("button", name=re.compile("^Reject 200")).click()
    expect(title(portal)).to_have_text("Reject 200 tasks")
    picture(portal, f"too-many-{size}")
    portal.check_accessibility()
    portal.widget.locator("#dialog").get_by_role("link", name="Open the full page").click()
    assert "/bulk/reject/?group=alike" in portal.wait_for("navigate")["url"]
    portal.widget.get_by_role("link", name="Back to the list").click()
    expect(pile(portal)).to_be_visible()
    assert portal.decisions() == 0


def test_what_was_not_seen_is_marked_and_one_press_leads_there_by_keyboard(
    browser: BrowserContext, working: World
) -> None:
    alike(working, 12)
    portal = opened(browser, working)
    button = ask(portal, "Approve 12")
    button.press("Enter")
    lead = portal.widget.get_by_role("button", name="Show the first of them")
    expect(lead).to_be_visible()
    portal.check_accessibility()
    lead.press("Enter")
    first = portal.widget.locator("[data-missed]").first
    expect(first).to_be_focused()
    look_through(portal)
    button.press("Enter")
    expect(portal.widget.locator("#run")).to_be_visible()


def test_a_pile_is_forwarded_in_the_frame_and_asks_before_what_was_typed_is_dropped(
    browser: BrowserContext, working: World
) -> None:
    alike(working, 4)
    portal = opened(browser, working)
    button = ask(portal, "Forward 4")
    expect(title(portal)).to_be_focused()
    dialog = portal.widget.locator("#dialog")
    look_through(portal)
    button.click()
    expect(dialog.locator("[aria-invalid=true]").first).to_be_focused()
    picture(portal, "forward")
    portal.check_accessibility()
    dialog.get_by_label("Comment").fill("On leave until May")
    dialog.get_by_role("link", name="Cancel").click()
    dialog.get_by_role("button", name="Keep writing").click()
    dialog.get_by_label("Search people").fill("tom")
    dialog.get_by_role("radio", name=re.compile("^Tomasz Kowalczyk")).check()
    button.scroll_into_view_if_needed()
    portal.page.wait_for_timeout(SEEN)
    button.click()  # what is named was seen before the form came back
    expect(portal.widget.locator("#run")).to_contain_text("4 of 4 done.", timeout=40_000)
    assert portal.decisions() == 4


def test_a_browser_that_cannot_tell_what_covers_it_asks_to_look_and_twice(
    browser: BrowserContext, working: World
) -> None:
    browser.add_init_script(
        "if (location.search.includes('c0ffed'))"
        " delete IntersectionObserverEntry.prototype.isVisible"
    )
    alike(working, 12)
    portal = opened(browser, working, attributes='accent="c0ffed"')
    button = ask(portal, "Approve 12")
    button.click()
    expect(portal.widget.locator("#dialog")).to_contain_text(UNSEEN)
    look_through(portal)
    button.click()
    expect(portal.widget.locator("#dialog")).to_contain_text("Press again to confirm.")
    portal.page.wait_for_timeout(600)
    button.click()
    expect(portal.widget.locator("#run")).to_be_visible()
