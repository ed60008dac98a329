"""The same for what is sent later: with a job worker, which the other pages run without."""

from itertools import product
from pathlib import Path

import pytest

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import Choose
from tests.e2e.scenes_held import HELD_SCENES
from tests.e2e.test_accessibility import PICTURES, THEMES, WIDTHS, findings
from tests.e2e.watching import ABORTED, Watch


@pytest.mark.parametrize("scene", HELD_SCENES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    signed_in: SignedIn, sandbox: Sandbox, choose: Choose, watch: Watch, scene: str
) -> None:
    watch.expect_status(409, 422)
    watch.expect(ABORTED)  # a scene may leave a page before its icon has arrived
    page = HELD_SCENES[scene](signed_in, sandbox, choose)
    for width, theme in product(WIDTHS, THEMES):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{scene}-{theme}-{width}.png")
        assert findings(page) == [], f"{width} px, {theme}"
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
