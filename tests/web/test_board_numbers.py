"""How much waits for whom, beside pinned owners and the people that a search finds."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import Tag
from django.core.management import call_command

from sandbox.handle import Sandbox
from tests.web.conftest import HTMX, Browser, parsed, words
from tests.web.test_board import calls, names, nothing_kept, pinned, scanned, section
from workitems.models import Attempt, QueueState, TenantScanState

pytestmark = pytest.mark.django_db
LIST, NAMES = "/v2024/work-items", "/v2024/public-identities"

__all__ = ["nothing_kept", "scanned"]  # fixtures


def waits(sandbox: Sandbox, key: str) -> int:
    return len(sandbox.world.queue(sandbox.persona(key).id, done=False))


def asked_for(tag: Tag, trigger: str) -> list[str]:
    links = tag.select(".owner__numbers > a")
    return [link["href"] for link in links if trigger in link["hx-trigger"]]


def age(sandbox: Sandbox, key: str, days: int) -> None:
    """Have the owner's first task wait for so many days, and none of the others longer."""
    now = datetime.now(UTC)
    for number, entry in enumerate(sandbox.world.queue(sandbox.persona(key).id, done=False)):
        body = sandbox.world.get(entry)
        waiting = timedelta(days=days if number == 0 else 0, minutes=5)
        dated = {**body.body, "created": (now - waiting).isoformat().replace("+00:00", "Z")}
        sandbox.world.put(replace(body, body=dated))


class TestWithoutAScan:
    def test_the_page_comes_without_numbers_and_asks_for_each(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        pinned(admin, sandbox, "agent", "approver")
        part = section(admin, "pinned")
        assert calls(sandbox) == []
        assert len(asked_for(part, "revealed")) == 2
        for address in asked_for(part, "revealed") * 2:
            admin.fragment(address)
        assert calls(sandbox) == [LIST, LIST]  # once for each, and not again within a minute

    def test_the_numbers_are_those_of_the_queue(self, admin: Browser, sandbox: Sandbox) -> None:
        age(sandbox, "approver", 17)
        owner = sandbox.persona("approver").id
        told = words(parsed(admin.fragment(f"/board/numbers/?owner={owner}")))
        number = waits(sandbox, "approver")
        assert told.startswith(f"{number} open tasks · the oldest waits 2 weeks")
        assert "(read just now)" in told
        assert f"You have {number} tasks waiting, the oldest for 2 weeks:" in told

    def test_of_a_long_queue_the_oldest_may_be_older_than_what_was_read(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        address = f"/board/numbers/?owner={sandbox.persona('heavy').id}"
        sandbox.calls.clear()
        told = words(parsed(admin.fragment(address)))
        assert calls(sandbox) == [LIST]
        assert "or longer" in told
        assert "the oldest for" not in told  # nobody is told what may be wrong
        assert "tasks waiting: http://localhost:8000/" in told

    def test_a_queue_in_which_nothing_waits_has_no_message(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        address = f"/board/numbers/?owner={sandbox.persona('empty').id}"
        page = parsed(admin.fragment(address))
        assert words(page).startswith("0 open tasks (read")
        assert [words(one) for one in page.select("[data-value]")] == ["http://localhost:8000/"]

    @pytest.mark.parametrize(
        ("fault", "why"),
        [
            ({"status": 429}, "SailPoint is busy"),
            ({"status": 503}, "SailPoint cannot be reached"),
            ({"latency": 11.0}, "SailPoint is slow to answer"),
            ({"body": "<p>proxy</p>"}, "SailPoint's answer makes no sense"),
        ],
    )
    def test_what_sailpoint_does_not_tell_is_said_with_the_reason_and_asked_again(
        self, admin: Browser, sandbox: Sandbox, fault: dict[str, Any], why: str
    ) -> None:
        address = f"/board/numbers/?owner={sandbox.persona('agent').id}"
        sandbox.fault("GET", "/work-items$", times=9, **fault)
        part = parsed(admin.fragment(address))
        assert words(part) == f"How much waits is not known now. {why} Try again"
        sandbox.gate.faults.clear()
        assert "open task" in words(parsed(admin.fragment(part.a["href"])))

    def test_a_refusal_is_told_as_one_of_the_whole_queue(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        sandbox.fault("GET", "/work-items$", status=403)
        answer = admin.fragment(f"/board/numbers/?owner={sandbox.persona('agent').id}")
        assert (answer.status_code, answer["HX-Retarget"]) == (403, "#notices")
        assert "SailPoint does not show this" in words(parsed(answer))

    def test_a_decision_in_that_queue_ends_what_was_kept(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        owner = sandbox.persona("agent").id
        address = f"/board/numbers/?owner={owner}"
        admin.fragment(address)
        row = Attempt.objects.get()
        Attempt.objects.filter(pk=row.pk).update(owner_id=owner, sent_at=datetime.now(UTC))
        sandbox.calls.clear()
        admin.fragment(address)
        assert calls(sandbox) == [LIST]

    def test_without_javascript_the_numbers_are_a_page(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        page = parsed(admin.get(f"/board/numbers/?owner={sandbox.persona('agent').id}"))
        assert "open task" in words(page.select_one("main"))

    def test_a_search_costs_one_call_and_asks_for_the_first_five(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        sandbox.calls.clear()
        page = parsed(admin.get("/owner/?q=ma", headers=HTMX))
        assert calls(sandbox) == [NAMES]
        assert len(page.select(".owner")) == 10
        addresses = asked_for(page, "load")
        assert len(addresses) == 5
        assert len(asked_for(page, "click")) == 10
        for address in addresses:
            admin.fragment(address)
        assert calls(sandbox) == [NAMES, *[LIST] * 5]


@pytest.mark.usefixtures("scanned")
class TestWithTheScan:
    def test_the_stuck_queues_of_the_tenant_come_first(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        age(sandbox, "agent", 900)
        age(sandbox, "approver", 800)
        call_command("scan_tenant", "--once")
        sandbox.calls.clear()
        part = section(admin, "stuck")
        assert calls(sandbox) == [NAMES]
        expected = [sandbox.persona("agent").name, sandbox.persona("approver").name]
        assert names(part)[:2] == expected
        assert f"{waits(sandbox, 'agent')} open tasks" in words(part.select_one(".owner"))
        assert "the oldest waits 2 years" in words(part.select_one(".owner"))
        section(admin, "stuck")
        assert calls(sandbox) == [NAMES]

    def test_pinned_owners_cost_no_call_and_stand_by_age(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        pinned(admin, sandbox, "empty", "approver", "agent")
        QueueState.objects.filter(owner_id=sandbox.persona("agent").id).update(oldest_at=10.0)
        QueueState.objects.exclude(
            owner_id__in=[sandbox.persona(key).id for key in ("approver", "agent")]
        ).delete()
        part = section(admin, "pinned")
        assert names(part) == [sandbox.persona(key).name for key in ("agent", "approver", "empty")]
        assert asked_for(part, "revealed") == []
        assert calls(sandbox) == []

    def test_of_as_old_ones_the_longer_queue_comes_first(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        pinned(admin, sandbox, "agent", "heavy")
        QueueState.objects.update(oldest_at=10.0)
        part = section(admin, "pinned")
        assert names(part) == [sandbox.persona(key).name for key in ("heavy", "agent")]

    def test_a_search_shows_numbers_at_no_call_more(self, admin: Browser, sandbox: Sandbox) -> None:
        page = parsed(admin.get("/owner/?q=maria.s", headers=HTMX))
        assert calls(sandbox) == [NAMES]
        assert f"{waits(sandbox, 'approver')} open tasks" in words(page.select_one(".owner"))

    @pytest.mark.parametrize(
        "change",
        [
            {"confirmed_at": time.time() - 3600},
            {"off_because": "The token may not list the work items of the tenant."},
        ],
    )
    def test_a_scan_that_is_old_or_off_is_not_believed(
        self, admin: Browser, sandbox: Sandbox, change: dict[str, object]
    ) -> None:
        pinned(admin, sandbox, "agent")
        TenantScanState.objects.update(**change)
        assert section(admin, "stuck") is None
        assert len(asked_for(section(admin, "pinned"), "revealed")) == 1

    def test_whose_numbers_are_in_doubt_is_asked_for(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        pinned(admin, sandbox, "agent", "approver")
        agent = sandbox.persona("agent")
        QueueState.objects.filter(owner_id=agent.id).update(is_doubtful=True)
        assert agent.name not in names(section(admin, "stuck"))
        part = section(admin, "pinned")
        assert names(part)[-1] == agent.name
        assert len(asked_for(part, "revealed")) == 1

    def test_of_a_list_with_rows_of_nobody_only_asked_numbers_count(
        self, admin: Browser, sandbox: Sandbox
    ) -> None:
        pinned(admin, sandbox, "agent")
        TenantScanState.objects.update(is_partial=True)
        assert section(admin, "stuck") is None
        QueueState.objects.filter(owner_id=sandbox.persona("agent").id).update(completed=1)
        assert names(section(admin, "stuck")) == [sandbox.persona("agent").name]

    def test_a_row_of_an_earlier_version_gets_its_moment_from_the_next_pass(
        self, sandbox: Sandbox
    ) -> None:
        before = dict(QueueState.objects.values_list("owner_id", "oldest_at"))
        assert all(before.values())
        QueueState.objects.update(oldest_at=None, completed=7)
        call_command("scan_tenant", "--once")
        assert dict(QueueState.objects.values_list("owner_id", "oldest_at")) == before
        assert set(QueueState.objects.values_list("completed", flat=True)) == {7}  # no call more
