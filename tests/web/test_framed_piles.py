"""Look-alikes in a frame, and the confirmation, the run and the receipt of them there."""

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import LazySettings
from django.http import HttpResponse

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import fields_of, press
from tests.web.test_decide import writes
from workitems.models import Attempt, BulkRun
from workitems.web.bulk import MOST_FRAMED
from workitems.web.urls import on_page_only

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker")]
FRAMED = {"Sec-Fetch-Dest": "iframe"}
ALIKE = "group=alike&q=mainframe&size=250"


@pytest.fixture(autouse=True)
def framing(settings: LazySettings) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)


@pytest.fixture
def heavy(as_user: AsUser, read_lists: None) -> Browser:
    browser = as_user("heavy")
    browser.get("/?find=1&page=2")
    return browser


def frame(browser: Browser, path: str) -> BeautifulSoup:
    is_framed = path.startswith("/widget/")
    return parsed(browser.get(path, headers=FRAMED if is_framed else {}))


def pile(page: BeautifulSoup, *, flagged: bool) -> Tag:
    found = [
        one
        for one in page.select("article.pile")
        if bool(one.select_one(".flag")) == flagged and one.select_one("button[data-key=c]")
    ]
    return found[0]


def press_pile(browser: Browser, one: Tag, key: str = "c") -> HttpResponse:
    label = words(one.select_one(f"button[data-key={key}]"))
    return press(browser, one, label)


def confirm(browser: Browser, page: BeautifulSoup, **typed: Any) -> HttpResponse:
    """Press the button of a confirmation as htmx does, which follows where it is led."""
    form = page.select_one("form")
    assert form is not None
    headers = {"HX-Request": "true", "HX-Target": "dialog"}
    data = {**fields_of(form), **typed}
    return browser.post(str(form["hx-post"]), data, headers=headers, follow=True)


@pytest.mark.parametrize("prefix", ["/", "/widget/"])
def test_a_pile_is_pressed_and_all_of_it_is_named(heavy: Browser, prefix: str) -> None:
    one = pile(frame(heavy, f"{prefix}?{ALIKE}"), flagged=False)
    count = words(one.select_one(".pile__facts span")).split()[0]
    answer = press(heavy, one, words(one.select_one("button[data-key=c]")), htmx=prefix != "/")
    page = parsed(answer)
    assert answer.status_code == 200
    assert words(page.select_one("h1")) == f"Complete {count} tasks"
    assert len(page.select("form .dialog__lines li")) == int(count)


def test_one_press_in_the_bar_shows_the_look_alikes_and_one_takes_them_away(
    approver: Browser,
) -> None:
    def link(page: BeautifulSoup) -> Tag:
        (found,) = [one for one in page.select("a") if words(one) == "Look-alikes"]
        return found

    plain = frame(approver, "/widget/")
    assert not link(plain).has_attr("aria-current")
    grouped = frame(approver, str(link(plain)["href"]))
    assert link(grouped)["aria-current"] == "true"
    assert grouped.select_one("#find-group option[selected]")["value"] == "alike"  # type: ignore[index]
    assert not link(frame(approver, str(link(grouped)["href"]))).has_attr("aria-current")
    assert "Group look-alikes" not in words(plain.select_one(".tasks__tools"))


def test_a_frame_has_nothing_to_tick(heavy: Browser, sandbox: Sandbox) -> None:
    page = frame(heavy, f"/widget/?{ALIKE}")
    one = pile(page, flagged=True)
    assert "left out" in words(one.select_one(".flag"))
    asked = parsed(press_pile(heavy, one))
    assert page.select("[type=checkbox]") == asked.select("[type=checkbox]") == []
    assert "tick" not in words(one)
    named, flagged = asked.select("ul.dialog__lines")
    assert named.has_attr("data-named")
    assert len(named.select("li [data-subject]")) == len(named.select("li")) > 1
    assert all(one.select(".flag") for one in flagged.select("li"))
    done, total = len(named.select("li")), len(asked.select("ul.dialog__lines li"))
    assert words(asked.select_one("[data-submit]")) == f"Complete {done} of {total} tasks"
    link = asked.select_one("[data-full-page]")
    assert link is not None
    assert (str(link["href"])[:15], link["target"]) == ("/bulk/complete/", "_blank")
    assert parsed(heavy.get(str(link["href"]))).select("[name=include]")

    confirm(heavy, asked)
    assert Attempt.objects.count() == done


def test_a_run_stands_in_the_frame_with_the_way_to_its_receipt(
    heavy: Browser, sandbox: Sandbox
) -> None:
    asked = parsed(press_pile(heavy, pile(frame(heavy, f"/widget/?{ALIKE}"), flagged=False)))
    page = parsed(confirm(heavy, asked))
    run = BulkRun.objects.get()
    assert page.select_one("html") is None
    assert page.select_one("#run progress") or page.select_one("#run [role=status]")
    link = page.select_one("a[data-full-page]")
    assert link is not None
    assert (link["href"], link["target"]) == (f"/runs/{run.pk}/", "_blank")
    assert not page.select("a[download]")
    back = page.select_one("#run ~ a[data-dialog-close]")
    assert (words(back), back["href"]) == ("Back to the list", "/widget/")  # type: ignore[index]
    assert writes(sandbox) == []


@pytest.mark.parametrize("name", ["undo", "stop"])
def test_what_is_pressed_on_a_run_in_a_frame_shows_the_run_again(heavy: Browser, name: str) -> None:
    asked = parsed(press_pile(heavy, pile(frame(heavy, f"/widget/?{ALIKE}"), flagged=False)))
    confirm(heavy, asked)
    address = f"/widget/runs/{BulkRun.objects.get().pk}/{name}/"
    answer = heavy.post(address, headers={"HX-Request": "true", "HX-Target": "run"}, follow=True)
    page = parsed(answer)
    assert page.select_one("#run") is not None
    assert page.select_one("html") is None
    assert not page.select_one("progress")


def test_too_many_to_look_through_are_left_to_the_full_page(
    heavy: Browser, sandbox: Sandbox
) -> None:
    one = pile(frame(heavy, "/widget/?group=type"), flagged=True)
    sandbox.calls.clear()
    asked = parsed(press_pile(heavy, one))
    assert sandbox.api_calls == []
    assert asked.select("form") == []
    assert "too many tasks to look through here" in words(asked)
    link = asked.select_one("a[data-full-page]")
    assert link is not None
    full = parsed(heavy.get(str(link["href"])))
    assert len(full.select("ul.dialog__lines li")) > MOST_FRAMED
    assert words(full.select_one("[data-actions] button")) == "Complete the tasks chosen here"


def test_a_pile_is_forwarded_in_the_frame_with_suggestions(heavy: Browser) -> None:
    one = pile(frame(heavy, f"/widget/?{ALIKE}"), flagged=False)
    asked = parsed(press_pile(heavy, one, "f"))
    assert asked.select_one("#people")
    assert str(asked.select_one("#id_q")["hx-get"]).startswith("/widget/people/")  # type: ignore[index]
    assert asked.select_one("[data-dialog-keep]")
    answer = confirm(heavy, asked, comment="")
    again = parsed(answer)
    assert answer.status_code == 422
    assert again.select_one("html") is None
    assert again.select("[data-named] li")
    assert again.select_one("form")["data-typed"] == ""  # type: ignore[index]


@pytest.mark.parametrize("route", on_page_only, ids=lambda route: str(route.name))
def test_a_frame_has_no_address_of_what_needs_a_page(approver: Browser, route: Any) -> None:
    path = str(route.pattern).replace("<uuid:view_id>", "0" * 8 + "-0000-4000-8000-" + "0" * 12)
    for method in (approver.get, approver.post):
        assert (
            method(f"/widget/{path}", headers={**FRAMED, "HX-Request": "true"}).status_code == 404
        )
