"""The number for a badge of the host page's own, read by its scripts as docs/embedding.md says."""

import pytest

from tests.e2e.frame.conftest import Start, World
from tests.e2e.frame.portal import Portal, open_portal
from tests.e2e.frame.sites import HostPage

ASK = """async (dash) => {
  try {
    const answer = await fetch(`${dash}/widget/badge.json`, { credentials: "include" });
    return [answer.status, await answer.json()];
  } catch (error) {
    return error.name;
  }
}"""


def asked(portal: Portal) -> object:
    return portal.page.evaluate(ASK, portal.world.dash)


def let_scripts_ask(world: World) -> None:
    """The portal's own policy has to allow it."""
    kind, policy, body = HostPage.more["/portal"]
    HostPage.more["/portal"] = (kind, f"{policy}; connect-src {world.dash}", body)


@pytest.fixture(params=[True, False], ids=["other cookies blocked", "other cookies allowed"])
def host(start: Start, world: World, request: pytest.FixtureRequest) -> Portal:
    portal = open_portal(start(blocks=request.param), world)
    let_scripts_ask(world)
    portal.page.reload()
    return portal


def test_it_is_the_number_of_the_frame_beside_it(host: Portal, world: World) -> None:
    assert asked(host) == [401, {"signed_in": False}]
    host.sign_in()
    before = host.wait_for("count")["open"]
    world.tenant.calls.clear()
    status, told = asked(host)  # type: ignore[misc]
    assert (status, told["signed_in"], told["open"]) == (200, True, before)
    assert len(world.tenant.api_calls) <= 1
    host.press("Approve")
    assert host.wait_for("count", 2)["open"] == before - 1
    assert asked(host)[1]["open"] == before - 1  # type: ignore[index]


def test_a_page_that_is_not_listed_reads_nothing(host: Portal, world: World) -> None:
    host.sign_in()
    world.tenant.calls.clear()
    host.page.goto(f"{world.stranger}/cookies")
    assert asked(host) == "TypeError"  # as of any answer that a page may not read
    assert world.tenant.api_calls == []
