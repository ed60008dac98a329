"""Text of SailPoint that shows nothing or lies, on every page that shows it."""

import re
from dataclasses import replace
from typing import Any

import pytest
from bs4 import Tag

from sandbox.handle import Sandbox
from tests.web.conftest import Browser, parsed, words
from tests.web.pressing import row_of
from tests.web.test_decide import dashboard, single
from tests.web.test_flags import address_of
from tests.web.test_forward import dialog

pytestmark = pytest.mark.django_db
HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
ODD = "Readers\u202enimdA \u2067x\u2069\U000e0041\u200b"


def retold(sandbox: Sandbox, row: Tag, line: dict[str, str], **fields: Any) -> str:
    """Have the tenant say something else of the row's item and its one line; returns its id."""
    entry = sandbox.world.get(address_of(row).split("/")[2])
    (old,) = entry.body["approvalItems"]
    body = {**entry.body, **fields, "approvalItems": [{**old, **line}]}
    sandbox.world.put(replace(entry, body=body))
    return entry.key


@pytest.mark.parametrize("blank", [" ", "\u200b", "\u3164", "\u2800\u00a0"])
def test_a_blank_name_is_said_as_a_missing_one(
    approver: Browser, sandbox: Sandbox, blank: str
) -> None:
    row = single(dashboard(approver))
    retold(sandbox, row, {"value": blank, "name": blank, "account": blank})
    again = dashboard(approver).select_one(f"#{row['id']}")
    assert "an empty value" in words(again.select_one("h2 a"))
    assert "an unnamed account" in words(again.select_one("h2 a"))


def test_no_page_of_a_task_hides_or_reorders_what_it_says(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    odd = dict.fromkeys(("account", "application", "name", "operation", "value"), ODD)
    names = dict.fromkeys(("description", "ownerName", "requesterDisplayName"), ODD)
    retold(sandbox, row, odd, **names, errors=[ODD])
    again = row_of(dashboard(approver), "ReadersnimdA x")
    href = str(again.select_one("h2 a")["href"])
    pages = [dashboard(approver), parsed(approver.get(href)), dialog(approver, again)]
    assert [HIDDEN.findall(str(page)) for page in pages] == [[], [], []]
    assert "Readers[U+202E]nimdA" in words(pages[1].select_one(".raw"))
