"""The widget as a person meets it in a company's page."""

from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.sites import page_around


class Widget:
    """A page around a frame of the dashboard."""

    def __init__(self, browser: BrowserContext, world: World, **how: str) -> None:
        self.browser = browser
        self.world = world
        self.page = browser.new_page()
        src = world.dash + how.pop("path", "/widget/")
        self.page.goto(page_around(src, site=how.pop("site", world.host), **how))

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("iframe").first

    @property
    def button(self) -> Locator:
        return self.frame.get_by_role("button", name="Sign in", exact=True)

    @property
    def tasks(self) -> Locator:
        return self.frame.locator("#tasks")

    def says(self, word: str) -> Locator:
        """What the box around the button says in this situation."""
        return self.frame.locator(f"p[data-say~={word}]")

    def press(self) -> Page:
        """Press the button; the window that opens."""
        with self.browser.expect_page() as opened:
            self.button.click()
        return opened.value

    def sign_in(self, key: str = "approver") -> None:
        """The whole way, up to the list of tasks."""
        choose(self.world, self.press(), key)
        self.arrived()

    def arrived(self) -> None:
        expect(self.tasks).to_be_visible()

    def use_code(self, code: str) -> None:
        self.frame.get_by_role("textbox", name="Code").fill(code)
        self.frame.get_by_role("button", name="Use the code").click()

    def decide(self, button: Locator) -> None:
        """As a person does it: look first. A button counts once it has been in view for a while."""
        button.scroll_into_view_if_needed()
        self.page.wait_for_timeout(900)
        button.click()

    def sign_out(self) -> None:
        form = self.frame.locator("form[action$='/widget/signout/']").first
        form.evaluate("form => form.requestSubmit()")


def choose(world: World, popup: Page, key: str = "approver") -> None:
    """Be somebody at the provider."""
    popup.get_by_role("button", name=world.tenant.persona(key).name).click()


def code_from(world: World, popup: Page, key: str = "approver") -> str:
    """The way without an opener: sign in and read the code."""
    popup.get_by_role("button", name="Sign in and show me a code").click()
    choose(world, popup, key)
    return popup.locator("[data-code]").inner_text()
