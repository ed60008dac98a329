"""The pages and states of the product, each opened by clicks as a person does."""

from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn
from tests.e2e.reading import finish_all, item_id, row
from tests.e2e.scenes_finding import CALM, FINDING_SCENES, Scene
from tests.e2e.scenes_many import SCENES_OF_MANY

TASK = "Z_AP_CLERK"


def pending(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("approver", **CALM)
    row(page, TASK).get_by_text("Decide 3 items one by one").click()
    return page


def completed(signed_in: SignedIn, _: Sandbox) -> Page:
    return signed_in("approver", "/?tab=completed", **CALM)


def pager(signed_in: SignedIn, _: Sandbox) -> Page:
    return signed_in("heavy", "/?page=3", **CALM)


def odd(signed_in: SignedIn, _: Sandbox) -> Page:
    return signed_in("odd", **CALM)


def empty(signed_in: SignedIn, _: Sandbox) -> Page:
    return signed_in("empty", **CALM)


def all_clear(signed_in: SignedIn, sandbox: Sandbox) -> Page:
    finish_all(sandbox, "approver")
    return signed_in("approver", **CALM)


def pane(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("approver", **CALM)
    row(page, TASK).get_by_role("link", name=TASK).click()
    expect(page.locator("#panel-title")).to_be_focused()
    return page


def sheet(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("approver", **CALM)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    return page


def task_page(signed_in: SignedIn, sandbox: Sandbox) -> Page:
    return signed_in("approver", f"/work-items/{item_id(sandbox, 'approver', TASK)}/", **CALM)


def form_page(signed_in: SignedIn, sandbox: Sandbox) -> Page:
    key = item_id(sandbox, "approver", "Nadia Belkacem")
    page = signed_in("approver", f"/work-items/{key}/", **CALM)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    return page


def decided(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("approver", **CALM)
    row(page, "Treasury to ximena.caballero").get_by_role("button", name="Approve").click()
    expect(row(page, "Treasury to ximena.caballero")).to_contain_text("Approved.")
    return page


def forward_dialog(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("approver", **CALM)
    row(page, TASK).get_by_role("button", name="Forward").click()
    page.get_by_role("searchbox", name="Search people").fill("lu")
    expect(page.get_by_role("radio").first).to_be_visible()
    return page


def forward_suggestions(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("approver", **CALM)
    row(page, TASK).get_by_role("button", name="Forward").click()
    page.get_by_text("Use a ready-made comment").click()
    expect(page.get_by_role("radio").first).to_be_visible()
    return page


def confirm_dialog(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("approver", **CALM)
    row(page, TASK).get_by_role("button", name="Reject all").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    return page


def lens(signed_in: SignedIn, sandbox: Sandbox) -> Page:
    return signed_in("admin", f"/?owner={sandbox.persona('approver').id}", **CALM)


def audit(signed_in: SignedIn, sandbox: Sandbox) -> Page:
    page = signed_in("approver", **CALM)
    row(page, "Treasury to ximena.caballero").get_by_role("button", name="Approve").click()
    expect(row(page, "Treasury to ximena.caballero")).to_contain_text("Approved.")
    page = lens(signed_in, sandbox)
    page.get_by_role("button", name=sandbox.persona("admin").name).click()
    page.get_by_role("link", name="Audit", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="Give Treasury").first).to_be_visible()
    return page


def audit_refused(signed_in: SignedIn, _: Sandbox) -> Page:
    return signed_in("admin", "/audit/?action=dance", **CALM)


def reason(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("admin", "/reason/", **CALM)
    page.get_by_label("Why do you look").fill("  ")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Say in a few words")).to_be_visible()
    return page


def owner_search(signed_in: SignedIn, _: Sandbox) -> Page:
    return signed_in("admin", "/owner/?q=lu", **CALM)


def trying_the_widget(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("admin", "/widget/try/", **CALM)
    page.get_by_label("Origin of your page").fill("https://intranet.example.com/tasks")
    page.get_by_role("button", name="Test it").click()
    expect(page.get_by_text("An origin has no path")).to_be_visible()
    return page


def error_page(signed_in: SignedIn, sandbox: Sandbox) -> Page:
    page = signed_in("empty", **CALM)
    sandbox.fault("GET", "/work-items$", status=503, times=2)
    page.reload()
    expect(page.get_by_role("heading", name="SailPoint cannot be reached")).to_be_visible()
    return page


def notice(signed_in: SignedIn, sandbox: Sandbox) -> Page:
    page = signed_in("approver", **CALM)
    sandbox.fault("GET", "/completed$", status=429, retry_after=60)
    page.get_by_role("navigation", name="Tasks").get_by_role("link", name="Completed").click()
    expect(page.locator("#notices")).to_contain_text("wait 60 seconds")
    return page


def settings(signed_in: SignedIn, _: Sandbox) -> Page:
    return signed_in("approver", "/settings/", **CALM)


def person_menu(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("admin", **CALM)
    page.locator("[popovertarget=person-menu]").click()
    return page


def signed_off(signed_in: SignedIn, _: Sandbox) -> Page:
    page = signed_in("empty", **CALM)
    page.context.clear_cookies()
    page.goto("/signed-out/")
    expect(page.get_by_role("heading", name="You are signed out of My Tasks")).to_be_visible()
    return page


SCENES: dict[str, Scene] = (
    FINDING_SCENES
    | SCENES_OF_MANY
    | {
        scene.__name__: scene
        for scene in (
            pending,
            completed,
            pager,
            odd,
            empty,
            all_clear,
            pane,
            sheet,
            task_page,
            form_page,
            decided,
            forward_dialog,
            forward_suggestions,
            confirm_dialog,
            lens,
            owner_search,
            audit,
            audit_refused,
            reason,
            trying_the_widget,
            error_page,
            notice,
            settings,
            person_menu,
            signed_off,
        )
    }
)
