"""Account selection: filling in the form that ISC declares."""

from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.reading import expect_numbers, numbers, row, says, writes
from tests.e2e.watching import Watch, page_loads

TASK = "developer access of Nadia Belkacem"
ANSWERS = {
    "accountName": "CN=adm-nbelkacem,OU=Admins,DC=acme,DC=example",
    "justification": "She maintains the pipeline",
    "mfaExempt": True,
    "environment": "stage",
    "startDate": "2027-01-31",
    "repositories": ["payments", "mobile"],
    "costCentre": "CC-4410",
}


def fill_in(panel: Locator) -> None:
    """Fill in one field of every kind, found by its label within its section."""
    panel.get_by_role("combobox", name="Account").select_option(
        label="adm-nbelkacem (Active Directory, privileged)"
    )
    panel.get_by_role("textbox", name="Why this account?").fill("She maintains the pipeline")
    advanced = panel.get_by_role("group", name="Advanced")
    advanced.get_by_role("checkbox", name="Exempt from multi-factor").check()
    advanced.get_by_role("group", name="Environment").get_by_label("Staging").check()
    panel.get_by_label("Start date").fill("2027-01-31")
    repositories = panel.get_by_role("group", name="Repositories")
    repositories.get_by_role("checkbox", name="Payments").check()
    repositories.get_by_role("checkbox", name="Mobile app").check()


def test_a_form_with_every_kind_of_field_complains_at_the_field_and_then_is_sent(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(422)
    pending, completed = numbers(approver)
    with page_loads(approver, 0):
        row(approver, TASK).get_by_role("link", name="Open form").click()
        panel = approver.get_by_role("region", name=TASK)
        panel.get_by_role("button", name="Send").click()
        says(approver, "nothing was sent")
        account = panel.get_by_role("combobox", name="Account")
        expect(account).to_be_focused()
        expect(account).to_have_accessible_description("This field is required.")
        assert writes(sandbox) == []
        fill_in(panel)
        panel.get_by_role("button", name="Send").click()
        says(approver, "Sent.")
        expect_numbers(approver, pending - 1, completed + 1)
    assert [call.body for call in sandbox.api_calls if call.method == "POST"] == [ANSWERS]


def test_a_refusal_of_sailpoint_keeps_the_answers(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(422)
    row(approver, "SAP account of Rohan").get_by_role("link", name="Open form").click()
    panel = approver.get_by_role("region", name="SAP account of Rohan")
    panel.get_by_role("combobox", name="SAP account").select_option("200/RKAPADIA2")
    panel.get_by_role("textbox", name="Note").fill("The second one, please")
    sandbox.fault("POST", "/submit-account-selection$", status=400)
    panel.get_by_role("button", name="Send").click()
    expect(panel.get_by_role("alert").first).to_contain_text("A fault that")
    expect(panel.get_by_role("combobox", name="SAP account")).to_have_value("200/RKAPADIA2")
    expect(panel.get_by_role("textbox", name="Note")).to_have_value("The second one, please")
