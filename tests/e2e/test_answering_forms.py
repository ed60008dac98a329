"""Account selection: filling in the form that ISC declares."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.handle import Sandbox
from tests.e2e.reading import expect_numbers, item_id, numbers, row, says, stands_still, writes
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
    stands_still(advanced.get_by_role("checkbox", name="Exempt from multi-factor")).check()
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


def test_a_new_answer_takes_the_place_of_the_one_before(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(422, 503)
    row(approver, "SAP account of Rohan").get_by_role("link", name="Open form").click()
    panel = approver.get_by_role("region", name="SAP account of Rohan")
    panel.get_by_role("combobox", name="SAP account").select_option("200/RKAPADIA2")
    sandbox.fault("POST", "/submit-account-selection$", status=400)
    panel.get_by_role("button", name="Send").click()
    expect(panel).to_contain_text("A fault that")
    sandbox.fault("GET", "/work-items/[0-9a-f]{32}$", status=503, times=2)
    panel.get_by_role("button", name="Send").click()
    expect(panel).to_contain_text("SailPoint cannot be reached")
    expect(panel).to_contain_text("Nothing was changed.")
    expect(panel).not_to_contain_text("A fault that")
    expect(panel.get_by_role("combobox", name="SAP account")).to_have_value("200/RKAPADIA2")


def test_one_name_asked_twice_and_a_secret_are_told_at_their_fields(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(422)
    fields = [
        {"name": "account", "displayName": "Account in SAP", "displayType": "text"},
        {"name": "account", "displayName": "Account for mail", "displayType": "text"},
        {"name": "pin", "displayName": "First PIN", "displayType": "secret", "required": True},
    ]
    for key in sandbox.world.queue(sandbox.persona("approver").id, done=False):
        entry = sandbox.world.get(key)
        if entry and "SAP account of Rohan" in str(entry.body["description"]):
            form = {"sections": [{"name": "first", "formItems": [one]} for one in fields]}
            sandbox.world.put(replace(entry, body={**entry.body, "form": form}))
    row(approver, "SAP account of Rohan").get_by_role("link", name="Open form").click()
    panel = approver.get_by_role("region", name="SAP account of Rohan")
    first = panel.get_by_role("textbox", name="Account in SAP")
    second = panel.get_by_role("textbox", name="Account for mail")
    pin = panel.get_by_label("First PIN")
    expect(pin).to_have_attribute("type", "password")
    first.fill("one")
    second.fill("other")
    pin.fill("0815")
    panel.get_by_role("button", name="Send").click()
    expect(first).to_be_focused()
    expect(first).to_have_accessible_description(
        re.compile("Not the same answer as in: Account for mail")
    )
    expect(second).to_have_value("other")
    expect(pin).to_have_value("")
    expect(pin).to_have_accessible_description(re.compile("Please type this again"))
    assert writes(sandbox) == []
    second.fill("one")
    pin.fill("4711")
    panel.get_by_role("button", name="Send").click()
    says(approver, "Sent.")
    assert [call.body for call in sandbox.api_calls if call.method == "POST"] == [
        {"account": "one", "pin": "4711"}
    ]


@pytest.mark.parametrize("size", [(1280, 700), (360, 640)])
def test_the_first_thing_wrong_in_the_pane_is_in_view_with_its_words(
    approver: Page, watch: Watch, size: tuple[int, int]
) -> None:
    watch.expect_status(422)
    approver.set_viewport_size({"width": size[0], "height": size[1]})
    row(approver, TASK).get_by_role("link", name="Open form").click()
    panel = approver.get_by_role("region", name=TASK)
    panel.get_by_role("button", name="Send").click()
    expect(panel.get_by_role("combobox", name="Account")).to_be_focused()
    expect(panel.get_by_text("This field is required.").first).to_be_in_viewport(ratio=0.9)
    expect(panel.locator("label", has_text="Account").first).to_be_in_viewport(ratio=0.9)


def test_what_is_wrong_with_a_box_stands_below_its_words(
    approver: Page, sandbox: Sandbox, watch: Watch
) -> None:
    watch.expect_status(422)
    key = item_id(sandbox, "approver", "SAP account of Rohan")
    box = {"name": "terms", "displayName": "I agree", "displayType": "checkbox", "required": True}
    entry = sandbox.world.get(key)
    assert entry
    sandbox.world.put(entry.changed(form={"sections": [{"name": "only", "formItems": [box]}]}))
    approver.goto(f"/work-items/{key}/")
    approver.get_by_role("button", name="Send").click()
    agree = approver.get_by_role("checkbox", name="I agree")
    expect(agree).to_have_accessible_description("This field is required.")
    words = approver.get_by_text("This field is required.").bounding_box()
    label = approver.locator("label", has_text="I agree").bounding_box()
    assert words
    assert label
    assert words["y"] >= label["y"] + label["height"]
