"""Text that does not fit into a small frame together with its button, or not even alone."""

from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.portal import SEEN, Portal, open_portal
from tests.e2e.reading import item_id

NAME = "CN=Readers of the quarterly ledger {n},OU=Shared,OU=Groups,DC=emea,DC=acme,DC=example"
SHORTER = 320, 240
LONG_NAME = "".join(NAME.format(n=n) for n in range(18))  # 1,500 characters
LONG_TEXT = "Reads the yearly ledger of each branch and whatever is filed with it. " * 12
# Whether the last characters of a text are within its box.
SHOWS_ITS_END = """box => {
  const range = document.createRange();
  range.selectNodeContents(box);
  const end = [...range.getClientRects()].filter(({ width }) => width).at(-1);
  return end.bottom <= box.getBoundingClientRect().bottom + 1;
}"""


def opened(
    browser: BrowserContext, world: World, size: tuple[int, int], text: str, limit: int = 0
) -> Portal:
    """The widget in a window of this size, with one task whose access has this name."""
    key = item_id(world.tenant, "approver", "ximena.caballero")
    entry = world.tenant.world.get(key)
    assert entry
    [item] = entry.body["approvalItems"]
    body = {**entry.body, "approvalItems": [{**item, "value": text}]}
    world.tenant.world.put(replace(entry, body=body))
    width, height = size
    how = f'max-height="{limit or height}"'
    portal = open_portal(browser, world, how, width=width, height=height)
    portal.sign_in()
    return portal


def parts(portal: Portal) -> tuple[Locator, Locator, Locator]:
    row = portal.widget.locator("article", has_text="ximena.caballero").first
    return row, row.locator("[data-subject]").first, row.get_by_role("button", name="Approve")


def show(portal: Portal, part: Locator, block: str, milliseconds: int = 3 * SEEN) -> None:
    part.evaluate("(part, block) => part.scrollIntoView({ block })", block)
    portal.page.wait_for_timeout(milliseconds)


def test_text_and_button_that_do_not_fit_together_are_seen_one_after_the_other(
    browser: BrowserContext, world: World
) -> None:
    portal = opened(browser, world, SHORTER, NAME.format(n=1) + NAME.format(n=2))
    row, subject, button = parts(portal)
    show(portal, button, "end")
    button.click()
    expect(row.get_by_role("alert").last).to_contain_text("do not fit into the window together")
    expect(row.get_by_role("link", name="Open the full page")).to_be_visible()
    assert portal.decisions() == 0

    show(portal, subject, "start")
    show(portal, button, "end")
    button.click()
    expect(row).to_contain_text("Approved.")
    assert portal.decisions() == 1


def test_what_was_seen_too_long_ago_or_has_changed_since_does_not_count(
    browser: BrowserContext, world: World
) -> None:
    portal = opened(browser, world, SHORTER, NAME.format(n=1) + NAME.format(n=2))
    row, subject, button = parts(portal)
    show(portal, subject, "start")
    show(portal, button, "end")
    portal.frame.evaluate(
        "() => { window.asItWas = performance.now.bind(performance);"
        " performance.now = () => asItWas() + 61_000; }"
    )
    button.click()
    expect(row.get_by_role("alert").last).to_contain_text("Nothing was sent")
    portal.frame.evaluate("() => { performance.now = asItWas; }")

    show(portal, subject, "start")
    show(portal, button, "end")
    subject.locator("b").first.evaluate(
        "name => { name.textContent = name.textContent.replace('Readers', 'Editors'); }"
    )
    button.click()
    expect(row.get_by_role("alert").last).to_contain_text("Nothing was sent")
    assert portal.decisions() == 0


def test_a_text_that_fits_must_be_in_view_at_the_press(
    browser: BrowserContext, world: World
) -> None:
    portal = opened(browser, world, (320, 480), "Ledger")
    row, subject, button = parts(portal)
    show(portal, subject, "center", 2 * SEEN)
    portal.frame.evaluate(
        "() => document.body.append(Object.assign(document.createElement('div'), { id: 'lid' }))"
    )
    subject.evaluate(
        """subject => {
          const { top, left, width, height } = subject.getBoundingClientRect();
          Object.assign(document.getElementById("lid").style, { position: "fixed", zIndex: 99,
            top: `${top}px`, left: `${left}px`, width: `${width}px`, height: `${height}px`,
            background: "#fff" });
        }"""
    )
    portal.page.wait_for_timeout(SEEN)
    button.click()
    expect(row.get_by_role("alert").last).to_contain_text("must be in full view")
    assert portal.decisions() == 0


@pytest.mark.parametrize(
    ("size", "text"),
    [(SHORTER, LONG_NAME), ((360, 200), LONG_TEXT), ((360, 640), LONG_TEXT * 3)],
    ids=["a name of 1,500 characters", "a description", "in a higher frame"],
)
def test_a_text_that_is_alone_too_tall_is_cut_and_can_be_decided(
    browser: BrowserContext, world: World, size: tuple[int, int], text: str
) -> None:
    portal = opened(browser, world, size, text)
    row, subject, button = parts(portal)
    height = subject.evaluate("subject => subject.getBoundingClientRect().height")
    assert height <= size[1] / 2
    show(portal, subject, "start")
    show(portal, button, "end")
    button.click()
    expect(row).to_contain_text("Approved.")
    assert portal.decisions() == 1


def test_a_frame_as_tall_as_its_content_is_measured_by_the_window_around_it(
    browser: BrowserContext, world: World
) -> None:
    portal = opened(browser, world, (360, 400), LONG_TEXT, limit=5000)
    row, subject, button = parts(portal)
    assert portal.frame.evaluate("innerHeight > 2 * outerHeight")
    show(portal, subject, "start")  # the button as well: the text is cut
    button.click()
    expect(row).to_contain_text("Approved.")


def test_a_cut_text_is_read_to_its_end_and_folded_again_with_keys_alone(
    browser: BrowserContext, world: World
) -> None:
    portal = opened(browser, world, SHORTER, LONG_NAME)
    row, subject, _ = parts(portal)
    toggle, keys = row.get_by_role("button", name="Show all"), portal.page.keyboard
    assert not subject.evaluate(SHOWS_ITS_END)
    before = toggle.bounding_box()
    assert before
    assert before["height"] >= 24
    subject.get_by_role("link").focus()
    keys.press("Tab")
    expect(toggle).to_be_focused()
    keys.press("Enter")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    assert not subject.evaluate(SHOWS_ITS_END)

    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    expect(subject).to_be_focused()
    keys.press("End")
    portal.page.wait_for_timeout(SEEN)
    assert subject.evaluate(SHOWS_ITS_END)

    keys.press("Tab")
    keys.press("Tab")
    expect(toggle).to_be_focused()
    keys.press("Space")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    assert subject.evaluate("subject => subject.scrollTop") == 0
    expect(subject).not_to_have_attribute("tabindex", "0")


@pytest.mark.parametrize("is_whole", [False, True])
def test_a_cut_text_must_be_seen_like_any_other(
    browser: BrowserContext, world: World, is_whole: bool
) -> None:
    portal = opened(browser, world, (360, 480), LONG_TEXT * 2)
    row, subject, button = parts(portal)
    if is_whole:
        row.get_by_role("button", name="Show all").press("Enter")
    show(portal, button, "start")
    portal.page.wait_for_timeout(SEEN)
    assert subject.evaluate("subject => subject.getBoundingClientRect().top") < 0
    button.press("Enter")
    expect(row.get_by_role("alert").last).to_contain_text("must be in full view")
    assert portal.decisions() == 0

    show(portal, subject, "start")
    button.press("Enter")
    expect(row).to_contain_text("Approved.")


@pytest.mark.parametrize(
    ("size", "text"),
    [(SHORTER, "Ledger"), (SHORTER, LONG_NAME[:160]), ((360, 640), LONG_TEXT[:600])],
)
def test_a_text_that_fits_is_not_cut(
    browser: BrowserContext, world: World, size: tuple[int, int], text: str
) -> None:
    portal = opened(browser, world, size, text)
    row, subject, _ = parts(portal)
    expect(row.get_by_role("button", name="Show all")).to_have_count(0)
    assert subject.evaluate(SHOWS_ITS_END)


def test_a_list_that_is_drawn_anew_keeps_what_is_cut_and_what_is_shown_whole(
    browser: BrowserContext, world: World
) -> None:
    portal = opened(browser, world, SHORTER, LONG_NAME)
    row, subject, button = parts(portal)
    row.get_by_role("button", name="Show all").press("Enter")
    subject.evaluate("subject => { subject.dataset.old = ''; }")
    portal.page.evaluate(
        "document.querySelector('iframe').contentWindow.postMessage("
        "{source: 'my-tasks-host', version: 2, type: 'refresh'}, '*')"
    )
    expect(row.get_by_role("button", name="Show all")).to_have_attribute("aria-expanded", "true")
    expect(row.locator("[data-subject][data-old]")).to_have_count(0)
    expect(row.get_by_role("button", name="Show all")).to_have_count(1)
    expect(row.get_by_role("button", name="Show all")).to_have_attribute("aria-expanded", "true")
    show(portal, subject, "start")
    show(portal, button, "end")
    button.click()
    expect(row).to_contain_text("Approved.")


def test_the_lines_of_a_task_are_cut_as_well_and_axe_finds_nothing(
    browser: BrowserContext, world: World
) -> None:
    portal = opened(browser, world, (360, 640), LONG_TEXT * 3)
    row, subject, _ = parts(portal)
    row.get_by_role("button", name="Show all").press("Enter")
    clean(portal)
    subject.get_by_role("link").press("Enter")
    task = portal.widget.locator("#panel")
    toggle = task.get_by_role("button", name="Show all")
    expect(toggle).to_have_attribute("aria-expanded", "true")  # the same text, asked for before
    region = task.get_by_role("region", name="Whole text")
    region.press("End")
    portal.page.wait_for_timeout(SEEN)
    assert region.evaluate(SHOWS_ITS_END)
    clean(portal)
    toggle.press("Enter")
    expect(region).to_have_count(0)
    clean(portal)


def clean(portal: Portal) -> None:
    portal.check_accessibility()
