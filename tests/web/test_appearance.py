"""Language, theme and density: chosen once, kept on the server, there before the sign-in."""

from http import HTTPStatus

import pytest
from bs4 import Tag
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.web.conftest import AsUser, Browser, parsed
from workitems.models import PersonSettings

FRAMED = {"Sec-Fetch-Dest": "iframe"}
HOST = "https://portal.example.com"
CHOSEN = {"language": "de", "theme": "dark", "density": "comfortable"}


def root(browser: Client, path: str = "/", **headers: str) -> Tag:
    found = parsed(browser.get(path, headers=headers)).select_one("html")
    assert found is not None
    return found


def look(of: Tag) -> tuple[object, object, object]:
    return of["lang"], of.get("data-theme"), of["data-density"]


def test_without_a_choice_browser_and_system_say(approver: Browser) -> None:
    page = root(approver)
    assert look(page) == ("en", None, "dense")
    assert page.select_one("meta[name=color-scheme]")["content"] == "light dark"  # type: ignore[index]
    asked = root(approver, **{"Accept-Language": "de"})
    assert look(asked) == ("de", None, "dense")


def test_the_page_of_settings_keeps_all_of_it(approver: Browser) -> None:
    answer = approver.post("/settings/", {"undo": "", "keys": "on", **CHOSEN})
    assert answer.status_code == HTTPStatus.FOUND
    page = root(approver, "/settings/")
    assert look(page) == ("de", "dark", "comfortable")
    assert page.select_one("meta[name=color-scheme]")["content"] == "dark"  # type: ignore[index]
    selected = page.select("main select option[selected]")
    chosen = {one.parent["name"]: one["value"] for one in selected}  # type: ignore[index]
    assert chosen == CHOSEN
    assert page.select_one(".notice").get_text().startswith("Gespeichert")  # type: ignore[union-attr]


@pytest.mark.parametrize(("name", "value"), CHOSEN.items())
def test_one_press_in_the_menu_changes_one_thing_and_stays(
    approver: Browser, name: str, value: str
) -> None:
    approver.post("/settings/", {"undo": "60", "keys": "on"})
    referer = {"Referer": "http://localhost:8000/?tab=completed"}
    answer = approver.post("/settings/appearance/", {name: value}, headers=referer)
    assert answer["Location"] == "/?tab=completed"
    kept = PersonSettings.objects.get()
    assert (getattr(kept, name), kept.undo_seconds, kept.has_keys) == (value, 60, True)
    pressed = root(approver).select(f"#person-menu [name={name}][aria-pressed=true]")
    assert [one["value"] for one in pressed] == [value]


def test_a_first_choice_in_the_menu_leaves_undo_as_usual(
    approver: Browser, settings: LazySettings
) -> None:
    approver.post("/settings/appearance/", {"theme": "light"})
    assert PersonSettings.objects.get().undo_seconds == settings.UNDO_SECONDS


@pytest.mark.parametrize("wrong", [{"theme": "red"}, {"language": "tlh"}, {"density": "airy"}])
def test_what_is_no_choice_changes_nothing(approver: Browser, wrong: dict[str, str]) -> None:
    approver.post("/settings/appearance/", wrong)
    assert not PersonSettings.objects.exists()
    assert approver.post("/settings/", {"undo": "", **wrong}).status_code == 422
    assert look(root(approver)) == ("en", None, "dense")


def test_another_browser_takes_it_over_at_the_sign_in(approver: Browser, as_user: AsUser) -> None:
    approver.post("/settings/appearance/", CHOSEN)
    assert look(root(as_user("approver"))) == ("de", "dark", "comfortable")


def test_the_next_person_on_a_browser_has_their_own(approver: Browser, as_user: AsUser) -> None:
    approver.post("/settings/appearance/", CHOSEN)
    other = as_user("admin")
    other.cookies["appearance"] = approver.cookies["appearance"].value
    assert look(root(other)) == ("en", None, "dense")


def test_it_holds_before_the_sign_in_and_after_the_sign_out(approver: Browser) -> None:
    approver.post("/settings/appearance/", CHOSEN)
    visitor = Client()
    visitor.cookies["appearance"] = approver.cookies["appearance"].value
    assert look(root(visitor, "/no-such-page/")) == ("de", "dark", "comfortable")


@pytest.mark.parametrize(
    "cookie", ["", "x", "a.b.c.d", "m.de.dark.dense.more", "m.de.dark", "\"<'"]
)
def test_a_cookie_that_is_none_of_ours_counts_for_nothing(cookie: str) -> None:
    visitor = Client()
    visitor.cookies["appearance"] = cookie
    assert look(root(visitor, "/no-such-page/")) == ("en", None, "dense")


def test_the_choice_is_read_once_a_sign_in(approver: Browser) -> None:
    def reads() -> int:
        with CaptureQueriesContext(connection) as queries:
            approver.get("/sessions/")  # a list asks for their keys besides
        return sum("personsettings" in one["sql"] for one in queries)

    assert (reads(), reads()) == (1, 0)


def test_in_a_frame_the_host_page_wins(approver: Browser, settings: LazySettings) -> None:
    settings.FRAME_ANCESTORS = (HOST,)
    approver.post("/settings/appearance/", CHOSEN)
    assert look(root(approver, "/widget/", **FRAMED))[:2] == ("de", "dark")
    hosted = root(approver, "/widget/?theme=light&lang=en&density=compact", **FRAMED)
    assert look(hosted) == ("en", "light", "compact")


def test_a_frame_on_another_site_keeps_a_copy_of_its_own(
    approver: Browser, as_user: AsUser, settings: LazySettings
) -> None:
    settings.FRAME_ANCESTORS = (HOST,)
    approver.post("/settings/appearance/", {"theme": "dark", "language": "de"})
    frame = as_user("approver")
    frame.cookies["__Host-widget"] = frame.cookies.pop("session").value
    assert look(root(frame, "/widget/", **FRAMED))[:2] == ("de", "dark")
    kept = frame.cookies["__Host-widget-appearance"]
    assert (kept["secure"], kept["samesite"], kept["partitioned"]) == (True, "None", True)
    assert "appearance" not in frame.cookies
    assert look(root(frame, "/widget/?lang=en", **FRAMED))[:2] == ("en", "dark")
