"""What was done here with a task, and the note that only the author and auditors read."""

from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.reading import row, says, stands_still, writes

TASK = "Treasury to ximena.caballero"
NOTE = "Asked Ana in the corridor, she agreed"


def test_a_task_is_decided_with_a_note_and_says_so_afterwards(
    approver: Page, sandbox: Sandbox
) -> None:
    row(approver, TASK).get_by_role("link", name=TASK).click()
    pane = approver.get_by_role("region", name=TASK)
    pane.get_by_text("With a private note").click()
    noting = pane.get_by_role("group").filter(has_text="With a private note")
    stands_still(noting.get_by_role("button", name="Approve")).click()
    dialog = approver.get_by_role("dialog")
    expect(dialog).to_contain_text("SailPoint has no place for it")
    dialog.get_by_role("textbox", name="Private note").fill(NOTE)
    stands_still(dialog.get_by_role("button", name="Approve 1 item")).click()
    says(approver, "Approved.")
    expect(pane).to_have_count(0)  # it has gone on to the next task
    row(approver, TASK).get_by_role("link", name=TASK).click()
    expect(pane).to_contain_text("What was done here")
    expect(pane).to_contain_text("You: Approve")
    expect(pane).to_contain_text(NOTE)
    assert len(writes(sandbox)) == 1
    assert NOTE not in str(sandbox.calls)
