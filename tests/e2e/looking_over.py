"""A page in all its looks: WCAG 2.2 AA as far as axe-core can tell, and nothing too wide."""

import os
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# No preload: axe would copy the files that site.css imports into inline styles, which our
# Content-Security-Policy blocks. None of these rules needs it.
# The two rules beside those of WCAG: a way to the content for people who cannot see it.
ALSO: Final = {"landmark-one-main": {"enabled": True}, "page-has-heading-one": {"enabled": True}}
RULES: Final = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": ALSO,
    "preload": False,
    "resultTypes": ["violations"],  # to name all that is in order as well takes twice as long
}
WIDTHS: Final = (1280, 360)
NARROWEST: Final = {"width": 320, "height": 640}
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
TOO_WIDE: Final = """() => {
  const dialog = document.querySelector("dialog[open]");
  const parts = [document.documentElement, dialog ?? document.body];
  return parts.some((one) => one.scrollWidth > one.clientWidth);
}"""
PICTURES: Final = os.environ.get("E2E_PICTURES")  # a folder for a screenshot of each look


def findings(page: Page) -> list[str]:
    """One line per violation, with the element it was found at.

    From the top of the page: what is scrolled halfway below the sticky head is a smaller target.
    """
    page.evaluate("scrollTo(0, 0)")
    response: dict[str, Any] = Axe().run(page, options=RULES).response
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in response["violations"]
        for node in rule["nodes"]
    ]


def look_over(page: Page, name: str) -> None:
    """One page in both widths and themes; it is left at the narrowest width.

    `name` is the beginning of the pictures' file names.
    """
    for width, theme in product(WIDTHS, THEMES):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{theme}-{width}.png")
        assert findings(page) == [], f"{name}, {width} px, {theme}"
        assert not too_wide(page), f"{name}, {width} px"
    page.set_viewport_size(NARROWEST)
    assert not too_wide(page), f"{name}, {NARROWEST['width']} px"


def too_wide(page: Page) -> bool:
    """Whether one would have to scroll sideways: the page, or its open dialog."""
    return bool(page.evaluate(TOO_WIDE))
