"""Clickjacking protection: a press in a frame counts only if button and subject were visible."""

from playwright.sync_api import BrowserContext, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.portal import SEEN, SINGLE, Portal, open_portal


def test_a_press_under_a_cover_is_ignored_and_says_why(portal: Portal) -> None:
    row = portal.widget.get_by_role("article", name=SINGLE)
    portal.page.evaluate("document.body.append(document.createElement('div'))")
    portal.page.evaluate("document.body.lastChild.className = 'cover'")
    portal.press("Approve")
    expect(row).to_contain_text("Nothing was sent")
    row.get_by_role("button", name="Approve").press("Enter")
    assert portal.decisions() == 0

    portal.page.evaluate("document.body.lastChild.remove()")
    portal.press("Approve")
    expect(row).to_contain_text("Approved.")


def test_a_press_on_a_pale_frame_is_ignored(portal: Portal) -> None:
    row = portal.widget.get_by_role("article", name=SINGLE)
    portal.page.evaluate("document.querySelector('main').className = 'pale'")
    portal.page.wait_for_timeout(300)
    portal.press("Approve")

    expect(row).to_contain_text("Nothing was sent")
    assert portal.decisions() == 0


# Freezes performance.now() at 0.2 seconds after the button has become visible.
FREEZE_CLOCK = """button => new Promise((resolve) => new IntersectionObserver((seen, observer) => {
  const entry = seen.find((one) => one.isVisible);
  if (!entry) return;
  observer.disconnect();
  window.trueNow = performance.now;
  performance.now = () => entry.time + 200;
  resolve();
}, { trackVisibility: true, delay: 100, threshold: 1 }).observe(button))"""
RESUME_CLOCK = "() => { performance.now = trueNow; }"


def test_a_press_in_the_moment_in_which_a_frame_appears_is_ignored(portal: Portal) -> None:
    row = portal.widget.get_by_role("article", name=SINGLE)
    portal.page.evaluate("document.querySelector('main').className = 'pale'")
    portal.press("Approve")
    expect(row).to_contain_text("Nothing was sent")  # the script has noticed that it is not visible
    portal.page.evaluate("document.querySelector('main').className = ''")
    row.get_by_role("button", name="Approve").evaluate(FREEZE_CLOCK)
    portal.press("Approve")
    expect(row).to_contain_text("Nothing was sent")
    assert portal.decisions() == 0

    portal.frame.evaluate(RESUME_CLOCK)
    portal.press("Approve")
    expect(row).to_contain_text("Approved.")


def test_a_browser_that_cannot_tell_what_is_seen_asks_twice(
    browser: BrowserContext, world: World
) -> None:
    # Playwright keeps init scripts in a persistent context, so limit it to this test's colour.
    browser.add_init_script(
        "if (location.search.includes('c0ffee'))"
        " delete IntersectionObserverEntry.prototype.isVisible"
    )
    portal = open_portal(browser, world, 'accent="c0ffee"')
    portal.sign_in()
    row = portal.widget.get_by_role("article", name=SINGLE)
    button = row.get_by_role("button", name="Approve")
    button.dblclick()
    expect(row).to_contain_text("Press again to confirm.")
    assert portal.decisions() == 0
    portal.page.wait_for_timeout(600)
    button.click()
    expect(row).to_contain_text("Approved.")
    assert portal.decisions() == 1


def test_a_button_that_is_cut_out_of_its_row_decides_nothing(portal: Portal) -> None:
    row = portal.widget.get_by_role("article", name=SINGLE)
    button = row.get_by_role("button", name="Approve")
    button.scroll_into_view_if_needed()
    place, frame = button.bounding_box(), portal.page.locator("iframe").bounding_box()
    assert place
    assert frame
    # A box in the host page that shows only the button, with misleading text above it.
    portal.page.evaluate(
        """([left, top, width, height]) => {
          const [box, element] = ["main", "my-tasks"].map((name) => document.querySelector(name));
          Object.assign(box.style, { position: "fixed", left: "40px", top: "80px",
            overflow: "hidden", width: `${width}px`, height: `${height}px` });
          Object.assign(element.style, { position: "absolute", inlineSize: "360px",
            left: `${-left}px`, top: `${-top}px` });
        }""",
        [place["x"] - frame["x"], place["y"] - frame["y"], place["width"], place["height"]],
    )
    portal.page.wait_for_timeout(2 * SEEN)
    portal.page.mouse.click(40 + place["width"] / 2, 80 + place["height"] / 2)

    expect(row).to_contain_text("Nothing was sent")
    assert portal.decisions() == 0


def test_what_was_said_of_one_decision_does_not_cover_the_next(portal: Portal) -> None:
    portal.press("Approve")
    expect(portal.widget.locator("#status")).to_contain_text("Approved.")

    expect(portal.widget.locator("#status .toast")).to_have_count(0, timeout=15_000)
