"""WCAG 2.2 AA as far as axe-core can tell, light and dark, wide and narrow."""

import os
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.scenes import SCENES
from tests.e2e.watching import ABORTED, Watch

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# No preload: axe would copy the files that site.css imports into inline styles, which our
# Content-Security-Policy blocks. None of these rules needs it.
# The two rules beside those of WCAG: a way to the content for people who cannot see it.
ALSO = {"landmark-one-main": {"enabled": True}, "page-has-heading-one": {"enabled": True}}
RULES = {"runOnly": {"type": "tag", "values": TAGS}, "rules": ALSO, "preload": False}
WIDTHS = (1280, 360)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PICTURES = os.environ.get("E2E_PICTURES")  # a folder in which to save a screenshot of each scene


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


@pytest.mark.parametrize("scene", SCENES)
def test_axe_finds_nothing(signed_in: SignedIn, sandbox: Sandbox, watch: Watch, scene: str) -> None:
    watch.expect_status(400, 422, 429, 503)
    watch.expect(ABORTED)  # a scene may leave a page before its icon has arrived
    page = SCENES[scene](signed_in, sandbox)
    for width, theme in product(WIDTHS, THEMES):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{scene}-{theme}-{width}.png")
        assert findings(page) == [], f"{width} px, {theme}"


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_is_wider_than_the_narrowest_screen(
    signed_in: SignedIn, sandbox: Sandbox, watch: Watch, scene: str
) -> None:
    watch.expect_status(400, 422, 429, 503)
    watch.expect(ABORTED)  # a scene may leave a page before its icon has arrived
    page = SCENES[scene](signed_in, sandbox)
    page.set_viewport_size({"width": 320, "height": 640})
    for place in (
        "document.documentElement",
        "(document.querySelector('dialog[open]') ?? document.body)",
    ):
        wide, room = page.evaluate(f"[{place}.scrollWidth, {place}.clientWidth]")
        assert wide <= room, place
