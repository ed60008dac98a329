"""What a scene of the screenshots is, and how one reaches a list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from sandbox.handle import Sandbox

Arrange = Callable[[Page, Sandbox], None]
Theme = Literal["light", "dark"]

SIZES: Final = {1280: 800, 360: 740}


@dataclass(frozen=True)
class Looks:
    """One picture of a scene; `language` is "" for English."""

    width: int
    theme: Theme
    language: str = ""


LIGHT, DARK = Looks(1280, "light"), Looks(1280, "dark")
NARROW, NARROW_DARK = Looks(360, "light"), Looks(360, "dark")
GERMAN = Looks(1280, "light", "de")
ALL: Final = (LIGHT, DARK, NARROW, NARROW_DARK)


@dataclass(frozen=True)
class Scene:
    """One that is taken in German finds what it presses by what no language changes."""

    arrange: Arrange
    looks: tuple[Looks, ...] = ALL
    persona: str = "approver"

    def pictures(self, name: str) -> Iterator[tuple[str, Looks]]:
        for looks in self.looks:
            language = f"-{looks.language}" if looks.language else ""
            yield f"{name}-{looks.theme}-{looks.width}{language}", looks


def listed(page: Page, **address: str | list[str]) -> None:
    page.goto(f"/?{urlencode(address, doseq=True)}")
    expect(page.get_by_role("search")).to_be_visible()


def whole(page: Page, **address: str | list[str]) -> None:
    """A list that is read to its end, as most people find theirs."""
    listed(page, **address)
    expect(page.locator("#index progress")).to_have_count(0, timeout=60_000)
    listed(page, **address)
