"""Held decisions in a parsed page, and what ends them."""

from datetime import timedelta
from typing import Any

from bs4 import BeautifulSoup, Tag
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone

from taskmanager.signin import endings
from taskmanager.signin.models import Session
from tests.web.conftest import Browser, parsed
from tests.web.pressing import fields_of, press
from tests.web.test_decide import dashboard, single
from workitems.models import Attempt, PersonSettings


def held_of(page: BeautifulSoup) -> list[Tag]:
    return list(page.select("#held [data-held]"))


def undo(browser: Browser, page: BeautifulSoup, **more: Any) -> HttpResponse:
    return press(browser, held_of(page)[0], "Undo", **more)


def window_ends(browser: Browser, page: BeautifulSoup) -> HttpResponse:
    """What the page's script does when the time of the newest is over."""
    return have_sent(browser, page, held_of(page)[0])


def have_sent(browser: Browser, page: BeautifulSoup, held: Tag) -> HttpResponse:
    fields = {name: value for name, value in fields_of(page.select_one("#badge")).items() if value}
    return browser.act(str(held.select_one("form[data-over]")["action"]), **fields)


def make_due(row: Attempt) -> None:
    Attempt.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def by_hand(person_id: str) -> None:
    PersonSettings.objects.create(person_id=person_id, undo_seconds=None)


def decide(browser: Browser, label: str = "Approve") -> tuple[Tag, BeautifulSoup]:
    """Press on the first task with a single approval item: its row, and the answer."""
    row = single(dashboard(browser))
    return row, parsed(press(browser, row, label))


def session_rows(browser: Browser) -> QuerySet[Session]:
    return endings.rows_of([browser.session])
