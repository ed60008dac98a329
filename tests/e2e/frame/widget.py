"""A host page with the widget, and the actions of a person in it."""

from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, expect

from tests.e2e.frame.conftest import World
from tests.e2e.frame.sites import page_around
from tests.e2e.reading import stands_still


class Widget:
    """A host page that frames the dashboard's widget."""

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
        """The text of the sign-in box for this state."""
        return self.frame.locator(f"p[data-say~={word}]")

    def press(self) -> Page:
        """Press the button; returns the popup."""
        with self.browser.expect_page() as opened:
            self.button.click()
        return opened.value

    def sign_in(self, key: str = "approver") -> None:
        """Sign in, and wait for the list of tasks."""
        choose(self.world, self.press(), key)
        self.arrived()

    def arrived(self) -> None:
        expect(self.tasks).to_be_visible()

    def use_code(self, code: str) -> None:
        self.frame.get_by_role("textbox", name="Code").fill(code)
        stands_still(self.frame.get_by_role("button", name="Use the code")).click()

    def decide(self, button: Locator) -> None:
        """Press a button after it has been in view for long enough to count."""
        button.scroll_into_view_if_needed()
        self.page.wait_for_timeout(900)
        button.click()

    def sign_out(self) -> None:
        form = self.frame.locator("form[action$='/widget/signout/']").first
        form.evaluate("form => form.requestSubmit()")


def choose(world: World, popup: Page, key: str = "approver") -> None:
    """Sign in as this persona at the provider."""
    popup.get_by_role("button", name=world.tenant.persona(key).name).click()


def code_from(world: World, popup: Page, key: str = "approver") -> str:
    """Sign in in a popup without an opener; returns the code that it shows."""
    popup.get_by_role("button", name="Sign in and show me a code").click()
    choose(world, popup, key)
    return popup.locator("[data-code]").inner_text()
