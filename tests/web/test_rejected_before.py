"""Who has rejected an access for a person is told so when it is asked for again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import Tag
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import press, row_of
from tests.web.test_decide import dashboard, single
from tests.web.test_flags import address_of, posts
from workitems import ledger_upkeep, rejections
from workitems.domain.changes import Change
from workitems.domain.flags import FlagRules
from workitems.models import Rejection
from workitems.rejections import Rejections

pytestmark = pytest.mark.django_db
SAID = "You rejected the same access for this person on "
TOLD = "Treasury to"


def asked_again(sandbox: Sandbox, row: Tag, **line: str) -> None:
    """Have the tenant ask for the row's access again, in a work item of its own."""
    entry = sandbox.world.get(address_of(row).split("/")[2])
    (first,) = entry.body["approvalItems"]
    body = {**entry.body, "id": "again", "approvalItems": [{**first, "id": "line-again", **line}]}
    sandbox.world.put(replace(entry, key="again", body=body))


def flags(row: Tag) -> str:
    return " ".join(words(one) for one in row.select(".flag"))


def test_the_same_access_is_flagged_and_confirmed_first(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    asked_again(sandbox, row)
    assert SAID not in words(dashboard(approver))
    press(approver, row, "Reject")
    again = row_of(dashboard(approver), TOLD)
    assert SAID in flags(again)
    assert posts(again) == []


@pytest.mark.parametrize(
    "line",
    [
        {"account": "somebody"},
        {"value": "Other"},
        {"application": "Other"},
        {"operation": "Remove"},
    ],
)
def test_another_access_is_not(approver: Browser, sandbox: Sandbox, line: dict[str, str]) -> None:
    row = single(dashboard(approver))
    asked_again(sandbox, row, **line)
    press(approver, row, "Reject")
    assert Rejection.objects.count() == 1
    assert SAID not in words(dashboard(approver))


def test_what_was_approved_leaves_nothing(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    asked_again(sandbox, row)
    press(approver, row, "Approve")
    assert not Rejection.objects.exists()


def test_a_rejection_that_was_not_done_leaves_nothing(approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    sandbox.fault("POST", "/work-items", status=500, times=5)
    press(approver, row, "Reject")
    assert not Rejection.objects.exists()


def test_it_is_nobody_elses(as_user: AsUser, approver: Browser, sandbox: Sandbox) -> None:
    row = single(dashboard(approver))
    asked_again(sandbox, row)
    press(approver, row, "Reject")
    theirs = dashboard(as_user("admin"), f"/?owner={approver.persona_id}")
    assert SAID not in flags(row_of(theirs, TOLD))


def test_all_parts_of_a_whole_item_count(approver: Browser) -> None:
    buttons = dashboard(approver).select("button[formaction*='/reject-all/']")
    dialog = parsed(approver.get(str(buttons[0]["formaction"])))
    named = dialog.select(".dialog__lines li")
    assert len(named) > 1
    press(approver, dialog.select_one(".dialog__form"), f"Reject all {len(named)} items")
    assert Rejection.objects.count() == len(named)


def queries_of(approver: Browser) -> int:
    with CaptureQueriesContext(connection) as seen:
        approver.get("/?tab=pending")
    return sum("workitems_rejection" in one["sql"] for one in seen.captured_queries)


def test_a_page_asks_for_any_with_what_a_person_keeps_then_once_for_all_rows_where_a_rule_asks(
    approver: Browser, settings: LazySettings
) -> None:
    assert queries_of(approver) == 1
    press(approver, single(dashboard(approver)), "Reject")
    assert len(dashboard(approver).select("article[data-task]")) > 10
    assert queries_of(approver) == 2
    Rejection.objects.all().delete()
    settings.FLAG_RULES = FlagRules()
    assert queries_of(approver) == 1
    press(approver, single(dashboard(approver)), "Reject")
    assert not Rejection.objects.exists()


VPN = Change("Add", "jsmith", "memberOf", "VPN", "AD")


def rejected_at(at: datetime, actor: str = "me") -> None:
    mark = rejections._marks(actor, rejections._access(VPN))[0]
    Rejection.objects.create(mark=mark, actor_id=actor, at=at)


def test_the_row_says_neither_whose_nor_which() -> None:
    rejected_at(timezone.now())
    row = Rejection.objects.values().get()
    assert "jsmith" not in str(row)
    assert "VPN" not in str(row)


def test_a_key_of_before_still_finds(settings: LazySettings) -> None:
    at = datetime(2026, 5, 3, 12, tzinfo=UTC)
    settings.LEDGER_KEYS = ["old" * 12]
    rejected_at(at)
    settings.LEDGER_KEYS = ["new" * 12, "old" * 12]
    assert Rejections("me")([VPN, VPN._replace(raw_operation="Grant")]) == {
        VPN: at,
        VPN._replace(raw_operation="Grant"): at,  # the same in other words
    }
    assert Rejections("you")([VPN]) == {}
    settings.LEDGER_KEYS = ["new" * 12]
    assert Rejections("me")([VPN]) == {}


@pytest.mark.parametrize("facts", [{"account": ""}, {"value": "", "source": ""}])
def test_what_says_too_little_is_not_the_same(facts: dict[str, Any]) -> None:
    empty = VPN._replace(**facts)
    Rejection.objects.create(
        mark=rejections._marks("me", rejections._access(empty))[0], actor_id="me", at=timezone.now()
    )
    assert Rejections("me")([empty]) == {}


def test_it_goes_with_the_ledgers_rows_and_with_its_person(settings: LazySettings) -> None:
    rejected_at(timezone.now() - timedelta(days=settings.LEDGER_DAYS + 1))
    rejected_at(timezone.now(), "you")
    ledger_upkeep.delete_old()
    assert [one.actor_id for one in Rejection.objects.all()] == ["you"]
    ledger_upkeep.forget("you")
    assert not Rejection.objects.exists()
