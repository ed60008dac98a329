"""WCAG 2.2 AA as far as axe-core can tell, light and dark, wide and narrow."""

import pytest

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.looking_over import look_over
from tests.e2e.scenes import SCENES
from tests.e2e.watching import ABORTED, Watch


@pytest.mark.parametrize("scene", SCENES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    signed_in: SignedIn, sandbox: Sandbox, watch: Watch, scene: str
) -> None:
    watch.expect_status(400, 422, 429, 503)
    watch.expect(ABORTED)  # a scene may leave a page before its icon has arrived
    look_over(SCENES[scene](signed_in, sandbox), scene)
