"""Queues that stand still, as the tenant scan found them, on an administrator's board."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sandbox.dashboard import Dashboard, scan_environment
from sandbox.handle import Sandbox
from tests.e2e.conftest import AddressOf, SignedIn, give_reason
from tests.e2e.holding import asked
from tests.e2e.looking_over import findings

CALM = {"reduced_motion": "reduce"}


@pytest.fixture
def scanning(
    address_of: AddressOf, running: dict[str, Dashboard], ledgers: list[Path], sandbox: Sandbox
) -> Iterator[None]:
    """The dashboard, started anew with the tenant scan beside it."""
    address_of("openid")
    dashboard, more = running["openid"], scan_environment(sandbox.persona("admin"))
    for key in sandbox.world.queue(sandbox.persona("odd").id, done=False):  # name no owner
        sandbox.world.put(replace(sandbox.world.get(key), done=True))
    started_anew(dashboard, dashboard.environment | more)
    yield
    plain = {name: value for name, value in dashboard.environment.items() if name not in more}
    started_anew(dashboard, plain)
    for table in ("queuestate", "tenantscanstate"):
        asked(ledgers[0], f"DELETE FROM workitems_{table}")  # noqa: S608 - names of ours


def started_anew(dashboard: Dashboard, environment: dict[str, str]) -> None:
    dashboard.stop()
    dashboard.environment = environment
    dashboard.start()
    dashboard.wait_until_ready(cancelled=lambda: False)


def test_a_board_of_stuck_queues_from_the_scan_on_a_phone(
    signed_in: SignedIn, scanning: None, sandbox: Sandbox
) -> None:
    page = signed_in("admin", **CALM)
    page.set_viewport_size({"width": 360, "height": 800})
    give_reason(page)
    stuck = page.get_by_role("region", name="Stuck queues")
    until = time.monotonic() + 60
    while not stuck.is_visible():
        assert time.monotonic() < until, "no scan has ended"
        page.wait_for_timeout(1_000)
        page.goto("/board/")
    expect(stuck.get_by_text("How much waits is not known now.")).to_have_count(0)
    expect(stuck.locator(".owner__numbers b").first).to_have_text(re.compile(r"open tasks?$"))
    for language in ("en", "de-DE"):
        page.context.set_extra_http_headers({"Accept-Language": language})
        page.goto("/board/")
        page.locator(".owner__told summary").first.click()
        assert findings(page) == [], language
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
