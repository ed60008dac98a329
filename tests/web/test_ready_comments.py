"""Ready-made comments for forwards: added with one press, never in the place of what was typed."""

import pytest
from django.conf import LazySettings

from sandbox.handle import Sandbox
from tests.web.conftest import Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import dashboard, single, writes
from tests.web.test_forward import dialog, forwards
from tests.web.test_ledger import item_of

pytestmark = pytest.mark.django_db
AWAY, TEAM = "I am away: 100 % yours, <please>.", "Ihr Team kennt „Tableau“ besser."


@pytest.fixture(autouse=True)
def ready(settings: LazySettings) -> None:
    settings.FORWARD_COMMENTS = (AWAY, TEAM)


def test_without_any_nothing_is_shown(approver: Browser, settings: LazySettings) -> None:
    settings.FORWARD_COMMENTS = ()
    form = dialog(approver, single(dashboard(approver)))
    assert form.select("details") == []


@pytest.mark.parametrize(
    ("typed", "made"),
    [("", AWAY), ("Mine.\r\nStays. \r\n", f"Mine.\nStays.\n{AWAY}"), (TEAM, f"{TEAM}\n{AWAY}")],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_one_is_added_behind_what_was_typed(
    approver: Browser, sandbox: Sandbox, typed: str, made: str, htmx: bool
) -> None:
    page = parsed(press(approver, single(dashboard(approver)), "Forward", htmx=htmx))
    form = page if htmx else page.select_one("main")
    response = press(approver, form, AWAY.partition(":")[0], htmx=htmx, comment=typed, notify=None)
    again = parsed(response)
    assert response.status_code == 200
    comment = again.select_one("textarea")
    assert comment.get_text().replace("\r\n", "\n").strip("\n") == made
    assert comment.has_attr("data-focus" if htmx else "autofocus")
    assert again.select_one(".errorlist") is None
    assert not again.select_one("[name=notify]").has_attr("checked")
    assert writes(sandbox) == []
    target = sandbox.persona("agent").id
    press(approver, again if htmx else again.select_one("main"), "Forward", target=target)
    assert forwards(sandbox)[0]["comment"] == made


def test_for_many_as_well(approver: Browser, sandbox: Sandbox) -> None:
    items = [item_of(row) for row in dashboard(approver).select("article[data-task]")[:2]]
    page = parsed(approver.get("/bulk/forward/", {"item": items})).select_one("main")
    response = press(approver, page, TEAM, htmx=False, comment="Mine", q="")
    assert response.status_code == 200
    again = parsed(response).select_one("main")
    assert again.select_one("textarea").get_text().strip() == f"Mine\n{TEAM}"
    assert words(again.select_one("h1")) == "Forward 2 tasks"


@pytest.mark.parametrize("name", ["comment-2", "comment--1", "comment-x", "comment-"])
def test_one_that_is_not_there_adds_nothing(approver: Browser, name: str) -> None:
    row = single(dashboard(approver))
    response = approver.act(f"/work-items/{item_of(row)}/forward/", find=name, comment="Mine")
    assert response.status_code == 200
    assert parsed(response).select_one("textarea").get_text().strip() == "Mine"
