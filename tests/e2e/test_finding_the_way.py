"""Navigation: tabs, pages, the open task and the back button; the URL holds the state."""

import re

from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.reading import item_id, row, stands_still
from tests.e2e.watching import page_loads

TASK = "Treasury to ximena.caballero"


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Tasks").get_by_role("link", name=name).click()


def test_a_tab_changes_the_list_and_the_address_and_going_back_works(approver: Page) -> None:
    with page_loads(approver, 0):
        tab(approver, "Completed")
        expect(approver.get_by_role("heading", name="Completed tasks")).to_be_visible()
    expect(approver).to_have_url(re.compile(r"\?tab=completed$"))
    expect(approver).to_have_title(re.compile("Completed"))
    expect(approver.get_by_role("link", name="Completed 25")).to_have_attribute(
        "aria-current", "page"
    )
    approver.reload()
    expect(approver.get_by_role("heading", name="Completed tasks")).to_be_visible()
    approver.go_back()
    expect(approver.get_by_role("heading", name="Pending tasks")).to_be_visible()
    approver.go_forward()
    expect(approver.get_by_role("heading", name="Completed tasks")).to_be_visible()


def test_a_heavy_queue_is_read_page_by_page(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = signed_in("heavy")
    expect(page.get_by_role("article")).to_have_count(50)
    pager = page.get_by_role("navigation", name="Pages")
    with page_loads(page, 0):
        pager.get_by_role("link", name="Next").click()
        expect(page.get_by_text(re.compile(r"^51.100 of 2,?000$"))).to_be_visible()
    expect(page).to_have_url(re.compile("page=2"))
    pager.get_by_role("link", name="Page 40").click()
    expect(page.get_by_text(re.compile(r"^1,?951.2,?000 of 2,?000$"))).to_be_visible()
    expect(pager.get_by_role("link", name="Next")).to_have_count(0)
    page.go_back()
    expect(pager.get_by_role("link", name="Page 2", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    assert all(int(call.query.get("limit", 0)) <= 250 for call in sandbox.api_calls)


def test_next_passes_over_nothing_after_decisions(signed_in: SignedIn, sandbox: Sandbox) -> None:
    page = signed_in("heavy")
    listed = sandbox.world.queue(sandbox.persona("heavy").id, done=False)
    for key in listed[4:7]:
        task = page.locator(f"#item-{key}")
        stands_still(
            task.get_by_role("button", name=re.compile("^(Approve|Mark complete)"))
        ).click()
        expect(task).to_contain_text(re.compile(r"(Approved|Completed)\."))
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Next").click()
    expect(page.get_by_text("No task is passed over.")).to_be_visible()
    expect(page.get_by_role("article").last).to_have_id(f"item-{listed[52]}")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Next").click()
    expect(page.get_by_role("article").first).to_have_id(f"item-{listed[53]}")
    expect(page.get_by_text("No task is passed over.")).to_have_count(0)
    expect(page).to_have_url(re.compile("page=2$"))


def test_on_a_wide_screen_a_task_opens_beside_the_list(approver: Page) -> None:
    with page_loads(approver, 0):
        row(approver, TASK).get_by_role("link", name=TASK).click()
        panel = approver.get_by_role("region", name=TASK)
        expect(panel.get_by_role("heading", name=TASK)).to_be_focused()
        listed, shown = approver.locator("#tasks").bounding_box(), panel.bounding_box()
        assert listed
        assert shown
        assert listed["x"] + listed["width"] <= shown["x"]
        expect(approver).to_have_url(re.compile(r"/\?task=[0-9a-f]{32}$"))
        panel.get_by_role("link", name="Close").click()
        expect(panel).to_have_count(0)
        expect(row(approver, TASK).get_by_role("link", name=TASK)).to_be_focused()
    assert approver.url.endswith("/")
    assert "task=" not in approver.url


def test_on_a_narrow_screen_a_task_opens_over_the_list(signed_in: SignedIn) -> None:
    page = signed_in("approver", viewport={"width": 360, "height": 740})
    with page_loads(page, 0):
        row(page, TASK).get_by_role("link", name=TASK).click()
        panel = page.get_by_role("region", name=TASK)
        expect(panel).to_be_in_viewport(ratio=0.3)
        shown = panel.bounding_box()
        assert shown
        assert shown["width"] > 300
        page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
        expect(row(page, TASK).get_by_role("link", name=TASK)).to_be_focused()


def test_deciding_in_the_open_task_redraws_it_and_its_row(approver: Page) -> None:
    row(approver, "Z_AP_CLERK").get_by_role("link", name="Z_AP_CLERK").click()
    panel = approver.get_by_role("region", name="Z_AP_CLERK")
    line = panel.get_by_role("listitem").filter(has_text="Z_AP_CLERK")
    with page_loads(approver, 0):
        line.get_by_role("button", name="Approve: ").click()
        expect(panel).to_contain_text("2 of 3 decided")
        expect(row(approver, "Z_AP_CLERK")).to_contain_text("2 of 3 decided")


def test_a_shared_link_opens_the_task_on_a_page_of_its_own(
    signed_in: SignedIn, sandbox: Sandbox
) -> None:
    page = signed_in("approver", f"/work-items/{item_id(sandbox, 'approver', 'READ_ALL')}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("READ_ALL")
    expect(page.get_by_role("main").get_by_text("Break-glass").first).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("heading", name="Pending tasks")).to_be_visible()
