"""What the screenshots show: each scene, how it is reached, and the looks it is taken in."""

from typing import Final

from playwright.sync_api import Page, expect

from docs.screenshots.looks import DARK, GERMAN, LIGHT, NARROW, NARROW_DARK, Scene, listed, whole
from docs.screenshots.scenes_many import SCENES_OF_MANY
from docs.screenshots.scenes_states import STATES
from sandbox.handle import Sandbox
from tests.e2e.reading import finish_all

TASK: Final = "Opportunity Editor"
SLOW: Final = 1.0  # seconds that each call takes while a list is being read


def the_list(page: Page, _sandbox: Sandbox) -> None:
    expect(page.locator("#tasks")).to_be_visible()


def comfortable(page: Page, _sandbox: Sandbox) -> None:
    page.evaluate("document.documentElement.dataset.density = 'comfortable'")


def a_task(page: Page, _sandbox: Sandbox) -> None:
    page.get_by_role("article", name=TASK).get_by_role("link").click()
    expect(page.locator("#panel")).to_be_visible()


def the_forward_dialog(page: Page, _sandbox: Sandbox) -> None:
    article = page.get_by_role("article", name=TASK)
    article.get_by_role("button", name="Forward").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").press_sequentially("ra")
    dialog.get_by_role("radio").first.check()
    dialog.get_by_role("textbox", name="Comment").fill("You know this team better than I do.")


def searched(page: Page, _sandbox: Sandbox) -> None:
    whole(page, q="finance", older="30", sort="oldest", find="1")


def grouped(page: Page, _sandbox: Sandbox) -> None:
    whole(page, group="source", sort="oldest")


def no_match(page: Page, _sandbox: Sandbox) -> None:
    whole(page, q="parking permit", find="1")


def being_read(page: Page, sandbox: Sandbox) -> None:
    sandbox.fault("GET", "/completed$", latency=SLOW, times=60)
    listed(page, tab="completed")
    expect(page.locator("#index progress")).to_be_visible(timeout=20_000)


def by_outcome(page: Page, _sandbox: Sandbox) -> None:
    whole(page, tab="completed", outcome="approved", find="1")


def all_clear(page: Page, sandbox: Sandbox) -> None:
    finish_all(sandbox, "approver")
    page.goto("/")
    expect(page.locator(".empty li").first).to_be_visible()


def the_keys(page: Page, _sandbox: Sandbox) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def on_paper(page: Page, _sandbox: Sandbox) -> None:
    page.emulate_media(media="print")


def the_settings(page: Page, _sandbox: Sandbox) -> None:
    page.goto("/settings/")


def the_widget(page: Page, _sandbox: Sandbox) -> None:
    """On the page to try it, beside the HTML of it."""
    page.goto("/widget/try/")
    frame = page.frame_locator("iframe")
    frame.get_by_role("searchbox").fill("finn helpdesk")
    frame.get_by_role("searchbox").press("Enter")
    expect(frame.locator(".filters")).to_be_visible()
    expect(frame.locator("#index progress")).to_have_count(0)


SCENES: Final = (
    {
        "list": Scene(the_list),
        "task": Scene(a_task),
        "forward": Scene(the_forward_dialog),
        "comfortable": Scene(comfortable, (LIGHT,)),
        "search": Scene(searched, (LIGHT, DARK, NARROW, GERMAN), "heavy"),
        "groups": Scene(grouped, (LIGHT,), "heavy"),
        "no-match": Scene(no_match, (LIGHT, NARROW_DARK), "heavy"),
        "reading": Scene(being_read, (LIGHT, NARROW), "heavy"),
        "outcome": Scene(by_outcome, (LIGHT, GERMAN), "heavy"),
        "keys": Scene(the_keys, (DARK,)),
        "print": Scene(on_paper, (LIGHT,)),
        "settings": Scene(the_settings, (LIGHT, NARROW_DARK, GERMAN)),
        "widget": Scene(the_widget, (LIGHT, DARK), "admin"),
        "clear": Scene(all_clear, (LIGHT, NARROW_DARK)),
    }
    | SCENES_OF_MANY
    | STATES
)
