"""Rows of one line in shared columns, and what stays in view while the page scrolls."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.reading import item_id, row, says

LAPTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
WIDTHS = (320, 360, 700, 1100, 1280)
ZOOMED = (320, 225)  # what is left of a laptop's window at 400 %
Box = dict[str, float]


def box_of(element: Locator) -> Box:
    box = element.bounding_box()
    assert box
    return dict(box)


def lefts(parts: Locator) -> set[int]:
    return {round(box_of(part)["x"]) for part in parts.all() if part.is_visible()}


def test_a_screen_shows_twenty_rows_of_one_line(signed_in: SignedIn) -> None:
    page = signed_in("approver", "/?tab=completed", viewport=LAPTOP)
    plain = page.locator("#tasks li:not(:has(.task__why))")
    assert plain.count() > 10
    heights = [box_of(one)["height"] for one in plain.all()]
    above = box_of(page.locator("#tasks li").first)["y"]
    assert (LAPTOP["height"] - above) / max(heights) >= 20


def test_how_many_were_found_is_said_on_one_page_as_well(signed_in: SignedIn) -> None:
    page = signed_in("approver", "/?q=salesforce", viewport=LAPTOP)
    expect(page.get_by_text(re.compile("^1\N{EN DASH}[0-9]+ of [0-9]+ found$"))).to_be_visible()


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
def test_a_phone_shows_five_rows_and_their_buttons_stay_apart(
    signed_in: SignedIn, locale: str
) -> None:
    page = signed_in("heavy", viewport={"width": 360, "height": 800}, has_touch=True, locale=locale)
    tasks = page.locator("#tasks .tasks__item")
    heights = [box_of(one)["height"] for one in tasks.all()]
    beside_the_head = 800 - box_of(page.locator("#tabs"))["height"]
    assert beside_the_head / (sum(heights) / len(heights)) >= 4.7
    deciding = tasks.filter(has=page.locator("[formaction*='/approve/']"))
    assert deciding.count() > 1
    for one in deciding.all():
        buttons = one.get_by_role("button").all()
        reject, approve = (box_of(button) for button in buttons[-2:])
        assert approve["x"] - (reject["x"] + reject["width"]) >= 16
        assert min(box_of(button)["height"] for button in buttons) >= 44
        assert len({round(box_of(button)["y"]) for button in buttons[-2:]}) == 1


def test_a_comfortable_row_is_higher(signed_in: SignedIn) -> None:
    page = signed_in("approver", viewport=LAPTOP)
    expect(page.locator("html")).to_have_attribute("data-density", "dense")
    task = row(page, "Choose the mailbox")
    dense = box_of(task)["height"]
    page.evaluate("document.documentElement.dataset.density = 'comfortable'")
    assert box_of(task)["height"] >= dense + 16


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
@pytest.mark.parametrize("density", ["dense", "comfortable"])
def test_what_is_alike_stands_below_one_another(
    signed_in: SignedIn, locale: str, density: str
) -> None:
    page = signed_in("approver", viewport=LAPTOP, locale=locale)
    page.evaluate("chosen => document.documentElement.dataset.density = chosen", density)
    for part in ("forward/", "approve", "reject", "complete/"):
        buttons = page.locator(f"#tasks .task__buttons [formaction*='/{part}']")
        assert buttons.count() > 1
        assert len(lefts(buttons)) == 1, part
    if density == "dense":
        for column in (".task__title", ".task__type"):
            assert len(lefts(page.locator(f"#tasks {column}"))) == 1, column


@pytest.mark.parametrize("who", ["approver", "odd"])
def test_nothing_is_wider_than_the_window(signed_in: SignedIn, who: str) -> None:
    page = signed_in(who, viewport=LAPTOP, locale="de-DE")
    for width, height in [(width, 800) for width in WIDTHS] + [ZOOMED]:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        wide = page.evaluate(
            "() => [...document.querySelectorAll('.task__title, .task__meta > *, .task .button')]"
            ".filter((part) => part.scrollWidth > part.clientWidth + 1 && part.clientWidth)"
            ".filter((part) => getComputedStyle(part).display !== 'inline')"
            ".map((part) => part.textContent)"
        )
        assert wide == [], width


def top_of_view(page: Page) -> float:
    """Where what stays in view ends."""
    tabs = box_of(page.locator("#tabs"))
    return tabs["y"] + tabs["height"]


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (1280, 520), (360, 740)])
def test_the_head_stays_in_view_and_hides_no_focus(
    signed_in: SignedIn, width: int, height: int
) -> None:
    page = signed_in("approver", viewport={"width": width, "height": height})
    page.mouse.wheel(0, 1200)
    page.wait_for_function("scrollY > 900")
    assert 0 <= box_of(page.locator("#tabs"))["y"] < 100
    links = page.locator("#tasks .task__link")
    links.last.focus()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        focused = box_of(page.locator(":focus"))
        assert focused["y"] >= top_of_view(page) - 1
        assert focused["y"] + focused["height"] <= height


def test_the_head_scrolls_where_the_window_is_short(signed_in: SignedIn) -> None:
    page = signed_in("approver", viewport={"width": ZOOMED[0], "height": ZOOMED[1]})
    page.mouse.wheel(0, 1200)
    page.wait_for_function("scrollY > 900")
    assert box_of(page.locator("#tabs"))["y"] < 0


def test_the_banner_of_another_queue_stays_above_the_tabs(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    owner = sandbox.persona("approver").id
    page = signed_in("admin", f"/?owner={owner}", viewport={"width": 1280, "height": 700})
    page.mouse.wheel(0, 1200)
    page.wait_for_function("scrollY > 900")
    banner = box_of(page.get_by_role("region", name="Somebody else"))
    assert banner["y"] == 0
    assert banner["height"] <= box_of(page.locator("#tabs"))["y"] + 1


@pytest.mark.parametrize("is_page", [True, False])
@pytest.mark.parametrize("task", ["Treasury dashboards", "Z_AP_CLERK"])
@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
def test_a_thumb_reaches_the_buttons_of_a_task(
    signed_in: SignedIn, sandbox: Sandbox, task: str, locale: str, *, is_page: bool
) -> None:
    path = f"/work-items/{item_id(sandbox, 'approver', task)}/"
    page = signed_in("approver", path if is_page else "/", viewport=PHONE, locale=locale)
    if not is_page:
        page.locator("#tasks article", has_text=task).first.get_by_role("link").first.click()
    expect(page.locator("#panel")).to_be_visible()
    buttons = page.locator("#panel-actions > .panel__buttons button")
    reject, forward, approve = sorted(map(box_of, buttons.all()), key=lambda box: box["x"])
    for one in (reject, forward, approve):
        assert one["height"] >= 44
        assert one["y"] + one["height"] <= PHONE["height"]
        assert one["y"] == reject["y"]
    assert forward["x"] - (reject["x"] + reject["width"]) >= 16
    assert approve["x"] - (forward["x"] + forward["width"]) >= 16
    assert "reject" in str(buttons.nth(1).get_attribute("formaction"))
    assert box_of(buttons.nth(1)) == reject
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.locator("#panel :focus")
        if focused.count() and not focused.evaluate("one => !!one.closest('.panel__buttons')"):
            box = box_of(focused)
            assert box["y"] + min(box["height"], 44) <= reject["y"]


def test_a_value_of_a_manual_task_is_copied(signed_in: SignedIn, sandbox: Sandbox) -> None:
    path = f"/work-items/{item_id(sandbox, 'agent', 'Clean room')}/"
    page = signed_in("agent", path, permissions=["clipboard-read", "clipboard-write"])
    panel = page.locator("#panel")
    expect(panel.get_by_role("button", name="Mark complete")).to_be_visible()
    expect(panel.get_by_role("button", name="Approve")).to_have_count(0)
    panel.get_by_role("button", name="Copy: Value, Clean room").click()
    says(page, "Copied")
    paper = page.context.new_page()  # our own pages may not read the clipboard
    paper.set_content("<textarea autofocus></textarea>")
    paper.get_by_role("textbox").press("Control+V")
    expect(paper.get_by_role("textbox")).to_have_value("Clean room")


def test_a_value_has_no_button_where_nothing_can_be_copied(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    page = signed_in("agent", "/")
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto(f"/work-items/{item_id(sandbox, 'agent', 'Clean room')}/")
    expect(page.locator("#panel").get_by_text("Clean room", exact=True).last).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
