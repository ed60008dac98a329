"""Records browser errors and warnings, and counts full page loads."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

ABORTED = "net::ERR_ABORTED"  # a request that the page aborted, or that a navigation ended


class Watch:
    """Collects the errors and warnings of all pages; a test declares those it expects."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []
        self._expected: list[str] = []

    def over(self, context: BrowserContext) -> None:
        self._contexts.append(context)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(f"page error: {error.error}"))
        context.on("requestfailed", self._hear_failure)

    def expect(self, pattern: str) -> None:
        """Allow errors and warnings that match this regular expression."""
        self._expected.append(pattern)

    def expect_status(self, *statuses: int) -> None:
        """Allow responses with these statuses, as logged by the browser and by htmx."""
        for status in statuses:
            self.expect(rf"Failed to load resource: .* status of {status}\b")
            self.expect(rf"Response Status Error Code {status}\b")

    def unexpected(self) -> list[str]:
        for context in self._contexts:
            for page in context.pages:
                page.evaluate("1")  # a round trip, so that earlier console messages have arrived
        return [
            complaint
            for complaint in self.complaints
            if not any(re.search(pattern, complaint) for pattern in self._expected)
        ]

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _hear_failure(self, request: Request) -> None:
        if request.failure == ABORTED and "/static/" in request.url:
            return  # a navigation ended the loading of a static file: harmless
        self.complaints.append(f"{request.method} {request.url} failed: {request.failure}")


@contextmanager
def page_loads(page: Page, count: int) -> Iterator[None]:
    """Check that `page` loads exactly `count` documents inside the `with` block."""
    loaded: list[str] = []

    def note(request: Request) -> None:
        if request.is_navigation_request() and request.frame == page.main_frame:
            loaded.append(request.url)

    page.on("request", note)
    yield
    page.evaluate("1")
    page.remove_listener("request", note)
    assert len(loaded) == count, loaded
