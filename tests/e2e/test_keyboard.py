"""Everything works by keyboard, with a visible focus at every step."""

from itertools import pairwise

from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignedIn
from tests.e2e.reading import says

NAME = """() => {
  const element = document.activeElement;
  return (element.getAttribute("aria-label") ?? element.innerText).replace(/\\s+/g, " ").trim();
}"""
# The focus of a row's link is shown around the whole row.
IS_MARKED = """() => {
  const focused = document.activeElement;
  const isOutlined = (element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const box = focused.getBoundingClientRect();
  const isOnScreen = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  return isOnScreen && [focused, focused.closest("article") ?? focused].some(isOutlined);
}"""


def walk(page: Page, until: str, *, most: int = 80) -> list[str]:
    """Press Tab until the focused element's name starts with `until`; check each focus ring."""
    names: list[str] = []
    while len(names) < most:
        page.keyboard.press("Tab")
        names.append(page.evaluate(NAME))
        assert page.evaluate(IS_MARKED), f"one does not see the focus on {names[-1]!r}"
        if names[-1].startswith(until):
            return names
    raise AssertionError(f"{until!r} was not among {names}")


def test_tab_leads_from_the_header_over_the_tabs_to_the_first_row(approver: Page) -> None:
    first_row = approver.get_by_role("article").first.get_by_role("link").inner_text()
    names = walk(approver, first_row)
    places = [names.index(name) for name in ("Skip to the content", "My Tasks", "María Santos")]
    places += [next(i for i, name in enumerate(names) if name.startswith("Pending"))]
    places += [next(i for i, name in enumerate(names) if name.startswith("Completed"))]
    assert places == sorted(places)
    assert len(names) < 14


def test_the_skip_link_leads_past_the_header(approver: Page) -> None:
    approver.keyboard.press("Tab")
    expect(approver.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    approver.keyboard.press("Enter")
    assert walk(approver, "Pending", most=2)


def test_a_task_is_approved_by_keyboard_alone_and_the_focus_is_on_the_next(
    signed_in: SignedIn,
) -> None:
    page = signed_in("approver", viewport={"width": 1280, "height": 700})
    walk(page, "Approve: Give Treasury to ximena.caballero")
    page.keyboard.press("Enter")
    says(page, "Approved.")
    assert page.evaluate(NAME) == next_title(page, "Give Treasury to ximena.caballero")
    assert page.evaluate(IS_MARKED)


def next_title(page: Page, text: str) -> str:
    titles = page.get_by_role("article").get_by_role("heading").all_inner_texts()
    return next(after for here, after in pairwise(titles) if here.startswith(text))


def test_a_dialog_keeps_the_focus_until_it_is_closed(approver: Page) -> None:
    names = walk(approver, "Approve all: ")
    approver.keyboard.press("Enter")
    dialog = approver.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(6):
        approver.keyboard.press("Tab")
        assert approver.evaluate(
            "document.activeElement === document.body"
            " || document.querySelector('dialog').contains(document.activeElement)"
        )
    approver.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert approver.evaluate(NAME) == names[-1]


def test_the_persons_menu_opens_and_closes_by_keyboard(approver: Page) -> None:
    walk(approver, "María Santos")
    approver.keyboard.press("Enter")
    expect(approver.get_by_role("button", name="Sign out")).to_be_visible()
    walk(approver, "Sign out", most=14)  # languages, themes and densities among them
    approver.keyboard.press("Escape")
    expect(approver.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(approver.get_by_role("button", name="María Santos")).to_be_focused()
