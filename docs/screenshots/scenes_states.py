"""States for the screenshots that the scenes of the browser tests reach, used as they are."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from playwright.sync_api import Page, expect

from docs.screenshots.looks import LIGHT, NARROW_DARK, Arrange, Scene
from sandbox.handle import Sandbox
from tests.e2e import scenes, scenes_finding, scenes_held
from tests.e2e.conftest import SignedIn

BY_HAND: Final = "hand"  # the value of "until I press Send"


def reached(scene: Callable[[SignedIn, Sandbox], Page]) -> Arrange:
    """By somebody who is signed in already."""

    def arrange(page: Page, sandbox: Sandbox) -> None:
        scene(partial(at, page), sandbox)

    return arrange


def held(scene: scenes_held.HeldScene) -> Arrange:
    """The same, where the person has chosen how long a decision can be undone."""

    def arrange(page: Page, sandbox: Sandbox) -> None:
        scene(partial(at, page), sandbox, partial(choose, page))

    return arrange


def at(page: Page, _key: str, path: str = "/", **_more: Any) -> Page:
    page.goto(path)
    return page


def choose(page: Page, seconds: int | None) -> None:
    page.goto("/settings/")
    page.locator(f"[name=undo][value='{BY_HAND if seconds is None else seconds}']").check()
    page.locator("form.dialog__form button.button--solid").click()


def out_of_reach(page: Page, sandbox: Sandbox) -> None:
    sandbox.fault("GET", "/work-items$", status=503, times=20)
    page.reload()
    expect(page.get_by_role("heading", name="SailPoint cannot be reached")).to_be_visible()


STATES: Final = {
    "views": Scene(reached(scenes_finding.saved_views), (LIGHT, NARROW_DARK), "heavy"),
    "view-refused": Scene(reached(scenes_finding.view_refused), (LIGHT,), "heavy"),
    "changed": Scene(reached(scenes_finding.changed), (LIGHT,), "heavy"),
    "wrong-days": Scene(reached(scenes_finding.wrong_days), (LIGHT,), "heavy"),
    "found-task": Scene(reached(scenes_finding.found_and_opened), (LIGHT,), "heavy"),
    "confirm": Scene(reached(scenes.confirm_dialog), (LIGHT, NARROW_DARK)),
    "form": Scene(reached(scenes.form_page), (LIGHT,)),
    "notice": Scene(reached(scenes.notice), (LIGHT,)),
    "trouble": Scene(out_of_reach, (LIGHT, NARROW_DARK)),
    "menu": Scene(reached(scenes.person_menu), (LIGHT,), "admin"),
    "reason": Scene(reached(scenes.reason), (LIGHT,), "admin"),
    "undo": Scene(held(scenes_held.held), (LIGHT, NARROW_DARK)),
    "by-hand": Scene(held(scenes_held.by_hand), (LIGHT,)),
    "run": Scene(held(scenes_held.run), (LIGHT, NARROW_DARK)),
    "run-in-list": Scene(held(scenes_held.run_in_the_list), (LIGHT,)),
}
