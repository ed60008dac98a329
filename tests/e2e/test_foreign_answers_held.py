"""The answer to a decision that can be taken back gets lost on the way."""

from playwright.sync_api import expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.holding import Choose
from tests.e2e.reading import row, says, writes
from tests.e2e.test_foreign_answers import TASK, UNKNOWN, foreign, once, press
from tests.e2e.watching import Watch


def test_a_press_of_undo_goes_on_until_we_answer(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(504)
    choose(10)
    page = signed_in("approver")
    press(page)
    says(page, "You can undo this")
    once(page, "**/undo/**", foreign(504, {}))
    row(page, TASK).get_by_role("button", name="Undo").click()
    says(page, "Taken back. Nothing was sent.")
    expect(row(page, TASK).get_by_role("button", name="Approve")).to_be_visible()
    assert writes(sandbox) == []


def test_what_is_held_when_the_answer_is_lost_can_still_be_undone(
    signed_in: SignedIn, choose: Choose, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(504)
    choose(20)
    page = signed_in("approver")
    once(page, "**/approve/**", foreign(504, {}, arrives=True))
    press(page)
    expect(row(page, TASK).get_by_role("button", name="Undo")).to_be_visible()
    expect(page.get_by_text(UNKNOWN)).to_have_count(0)
    row(page, TASK).get_by_role("button", name="Undo").click()
    says(page, "Taken back. Nothing was sent.")
    assert writes(sandbox) == []
