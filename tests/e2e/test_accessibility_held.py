"""The same for what is sent later: with a job worker, which the other pages run without."""

import pytest

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import Choose
from tests.e2e.looking_over import look_over
from tests.e2e.scenes_held import HELD_SCENES
from tests.e2e.watching import ABORTED, Watch


@pytest.mark.parametrize("scene", HELD_SCENES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    signed_in: SignedIn, sandbox: Sandbox, choose: Choose, watch: Watch, scene: str
) -> None:
    watch.expect_status(409, 422)
    watch.expect(ABORTED)  # a scene may leave a page before its icon has arrived
    look_over(HELD_SCENES[scene](signed_in, sandbox, choose), scene)
