"""Administrators, and nobody else, can open another person's queue; a banner names its owner."""

import logging

import pytest

from sandbox.handle import Sandbox
from tests.web.conftest import Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import single, writes
from workitems.domain.attempts import Shown
from workitems.models import Attempt
from workitems.web.marks import Marks

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(sandbox: Sandbox) -> str:
    return sandbox.persona("approver").id


@pytest.mark.parametrize("path", ["/", "/counts/", "/people/", "/owner/", "/work-items/x/"])
def test_nobody_else_looks_at_another_queue_and_no_call_is_made(
    approver: Browser, sandbox: Sandbox, path: str
) -> None:
    sandbox.calls.clear()
    other = sandbox.persona("heavy").id
    response = approver.get(f"{path}?owner={other}")
    assert response.status_code == 403
    assert "Only an administrator" in words(parsed(response))
    assert sandbox.api_calls == []


@pytest.mark.parametrize("path", ["complete/", "approve-all/", "forward/", "approve/x/"])
def test_nobody_else_acts_on_another_queue(approver: Browser, sandbox: Sandbox, path: str) -> None:
    sandbox.calls.clear()
    response = approver.act(f"/work-items/x/{path}?owner={sandbox.persona('heavy').id}")
    assert response.status_code == 403
    assert sandbox.api_calls == []


def test_an_admin_sees_the_queue_under_its_owners_name(
    admin: Browser, sandbox: Sandbox, owner: str
) -> None:
    name = sandbox.persona("approver").name
    page = parsed(admin.get(f"/?owner={owner}"))
    banner = page.select_one(".owner-banner")
    assert name in words(banner)
    assert banner.select_one("a[href='/']") is not None
    lists = [c for c in sandbox.api_calls if c.path.startswith("/v2024/work-items")]
    assert {call.query["ownerId"] for call in lists} == {owner}


def test_the_owners_name_is_looked_up_once(admin: Browser, sandbox: Sandbox, owner: str) -> None:
    admin.get(f"/?owner={owner}")
    sandbox.calls.clear()
    admin.get(f"/?owner={owner}&tab=completed")
    assert len(sandbox.api_calls) == 2


def test_every_link_of_the_page_keeps_the_owner(admin: Browser, owner: str) -> None:
    page = parsed(admin.get(f"/?owner={owner}"))
    links = [a["href"] for a in page.select("#tabs a, article a")]
    assert links
    assert all(f"owner={owner}" in link for link in links)


def test_an_admins_own_queue_has_no_banner_and_names_its_owner(
    admin: Browser, sandbox: Sandbox
) -> None:
    sandbox.calls.clear()
    assert parsed(admin.get("/")).select_one(".owner-banner") is None
    assert {call.query["ownerId"] for call in sandbox.api_calls} == {admin.persona_id}


def test_deciding_for_somebody_asks_first_and_is_logged_with_both(
    admin: Browser, sandbox: Sandbox, owner: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = parsed(admin.get(f"/?owner={owner}"))
    row = next(r for r in page.select("article") if r.select_one("[formaction*='/approve/']"))
    dialog = parsed(press(admin, row, "Approve"))
    assert writes(sandbox) == []
    assert f"You decide for {sandbox.persona('approver').name}" in words(dialog)
    with caplog.at_level(logging.INFO, "workitems.decisions"):
        answer = parsed(press(admin, dialog, "Approve 1 item"))
    assert "Approved." in words(answer.select_one("#status"))
    fields = next(r.fields for r in caplog.records if r.name == "workitems.decisions")
    assert (fields["actor"], fields["owner"]) == (admin.persona_id, owner)


def test_deciding_for_somebody_is_never_sent_unconfirmed(
    admin: Browser, sandbox: Sandbox, owner: str
) -> None:
    page = parsed(admin.get(f"/?owner={owner}"))
    row = next(r for r in page.select("article") if r.select_one("[formaction*='/approve/']"))
    href = str(row.select_one("[formaction*='/approve/']")["formaction"]).split("?")[0]
    item_id = href.split("/")[2]
    shown = Shown.written("Pending", words(row.select_one("h2")))
    mark = Marks.now(admin.persona_id).plain(item_id, shown)  # so that no mark is missing
    response = admin.act(f"{href}?owner={owner}", mark=mark, shown=shown)
    assert response.status_code == 422
    name = sandbox.persona("approver").name
    assert f"You decide for {name}" in words(parsed(response))
    assert writes(sandbox) == []
    assert Attempt.objects.exclude(command="view").count() == 0


def test_a_plain_link_to_anothers_item_comes_under_its_owners_banner(
    admin: Browser, approver: Browser, owner: str
) -> None:
    href = single(parsed(approver.get("/"))).select_one("h2 a")["href"]
    response = admin.get(href)
    assert response.status_code == 302
    assert f"owner={owner}" in response["Location"]
    assert parsed(admin.get(response["Location"])).select_one(".owner-banner") is not None


def test_an_item_of_another_queue_never_stands_under_a_wrong_banner(
    admin: Browser, approver: Browser, sandbox: Sandbox, owner: str
) -> None:
    row = single(parsed(approver.get("/")))
    href = row.select_one("h2 a")["href"]
    wrong = f"?owner={sandbox.persona('agent').id}"
    right = f"{href}?owner={owner}"

    assert admin.get(href + wrong)["Location"] == right
    assert admin.fragment(href + wrong)["HX-Redirect"] == right
    for button in row.select("form[method=post] button[formaction]"):
        assert admin.fragment(button["formaction"] + wrong)["HX-Redirect"] == right
    assert admin.fragment(f"{href}approve-all/{wrong}")["HX-Redirect"] == right
    assert admin.fragment(f"{href}complete/{wrong}")["HX-Redirect"] == right
    assert writes(sandbox) == []


def test_a_name_that_could_not_be_looked_up_is_looked_up_again(
    admin: Browser, sandbox: Sandbox, owner: str
) -> None:
    sandbox.fault("GET", "/public-identities", status=429)
    assert owner in words(parsed(admin.get(f"/?owner={owner}")).select_one(".owner-banner"))
    name = sandbox.persona("approver").name
    assert name in words(parsed(admin.get(f"/?owner={owner}")).select_one(".owner-banner"))


@pytest.mark.parametrize("owner_id", ["a b", "é" * 200, "x" * 200])
def test_an_unknown_owner_is_no_error(admin: Browser, owner_id: str) -> None:
    assert admin.get("/", {"owner": owner_id}).status_code == 200


def test_owners_are_found_by_name(admin: Browser, sandbox: Sandbox, owner: str) -> None:
    persona = sandbox.persona("approver")
    page = parsed(admin.get(f"/owner/?q={persona.name.split()[0]}"))
    link = page.select_one(f"a[href='/?owner={owner}']")
    assert persona.name in words(link)


def test_only_admins_are_offered_the_switch(approver: Browser, admin: Browser) -> None:
    assert parsed(approver.get("/")).select_one("a[href='/owner/']") is None
    assert parsed(admin.get("/")).select_one("a[href='/owner/']") is not None
    assert approver.get("/owner/").status_code == 403
