"""The form of a forward: the people it finds and keeps, what it says, where the focus is."""

import re

import pytest

from sandbox.handle import Sandbox
from sandbox.people import people_by_id
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import press
from tests.web.test_decide import dashboard, single, writes
from tests.web.test_forward import dialog, forwards, target

__all__ = ["target"]  # a fixture

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("by", ["first name", "last name", "alias", "e-mail", "both names"])
def test_people_are_found_by(approver: Browser, sandbox: Sandbox, by: str) -> None:
    agent = sandbox.persona("agent")
    first, last = agent.name.split()[0], agent.name.split()[-1]
    text = {
        "first name": first[:4],
        "last name": last[:4],
        "alias": agent.alias[:6],
        "e-mail": agent.alias[:6],
        "both names": f"{first[:3]} {last[:3]}",
    }[by]
    found = parsed(approver.fragment(f"/people/?q={text}"))
    assert agent.name in words(found)
    assert found.select_one(f"input[type=radio][name=target][value='{agent.id}']") is not None


def test_inactive_people_are_shown_with_the_reason_and_cannot_be_chosen(
    approver: Browser,
) -> None:
    inactive = next(person for person in people_by_id().values() if not person.is_active)
    found = parsed(approver.fragment(f"/people/?q={inactive.alias}"))
    radio = found.select_one(f"input[value='{inactive.id}']")
    assert radio.has_attr("disabled")
    assert "inactive" in words(found)


@pytest.mark.parametrize("query", ["", "a", "%20"])
def test_too_little_to_search_costs_no_call(
    approver: Browser, sandbox: Sandbox, query: str
) -> None:
    sandbox.calls.clear()
    approver.fragment(f"/people/?q={query}")
    assert sandbox.api_calls == []


def test_without_javascript_search_choose_and_send(
    approver: Browser, sandbox: Sandbox, target: str
) -> None:
    row = single(dashboard(approver))
    page = parsed(press(approver, row, "Forward", htmx=False))
    alias = sandbox.persona("agent").alias
    search = page.select_one("button[name=find]")
    typed = {"q": alias, "comment": "typed before searching"}
    found = parsed(press(approver, page.select_one("main"), words(search), htmx=False, **typed))
    assert found.select_one("textarea").get_text().strip() == "typed before searching"
    assert found.select(".errorlist") == []
    response = press(approver, found.select_one("main"), "Forward", htmx=False, target=target)
    assert response.status_code == 302
    assert forwards(sandbox)[0]["comment"] == "typed before searching"


def test_an_admin_forwards_for_somebody_only_after_saying_so(
    as_user: AsUser, sandbox: Sandbox, target: str
) -> None:
    admin = as_user("admin")
    owner = sandbox.persona("approver").id
    form = dialog(admin, parsed(admin.get(f"/?owner={owner}")).select_one("article[data-task]"))
    refused = press(admin, form, "Forward", target=target, comment="away", confirmed=None)
    assert refused.status_code == 422
    assert writes(sandbox) == []
    assert (
        press(admin, form, "Forward", target=target, comment="away", confirmed="1").status_code
        == 200
    )


@pytest.mark.parametrize("htmx", [True, False])
def test_the_form_names_the_task_as_its_row_does_also_when_it_comes_back(
    approver: Browser, htmx: bool
) -> None:
    row = single(dashboard(approver))
    form = parsed(press(approver, row, "Forward", htmx=htmx))
    title = words(row.select_one(".task__title"))
    assert words(form.select_one("#dialog-task")) == title
    again = press(approver, form.select_one(".dialog__form"), "Forward", htmx=htmx)
    assert again.status_code == 422
    assert words(parsed(again).select_one("#dialog-task")) == title


def test_a_form_is_one_call_a_search_is_one_and_a_forward_is_two(
    approver: Browser, sandbox: Sandbox, target: str
) -> None:
    row = single(dashboard(approver))

    def calls() -> list[str]:
        found = [f"{c.method} {re.sub('[0-9a-f]{32}', 'ID', c.path)}" for c in sandbox.api_calls]
        sandbox.calls.clear()
        return found

    calls()
    form = dialog(approver, row)
    assert calls() == ["GET /v2024/work-items/ID"]
    chosen = people(approver, sandbox, "agent")
    assert calls() == ["GET /v2024/public-identities"]
    parsed(approver.get("/people/", chosen | {"q": "lu"}))
    assert calls() == ["GET /v2024/public-identities"]
    press(approver, form, "Forward", target=target)
    assert calls() == ["GET /v2024/work-items/ID"]  # nobody to check: it has no comment
    press(approver, form, "Forward", target=target, comment="x")
    assert calls() == ["GET /v2024/public-identities", "POST /v2024/work-items/ID/forward"]


def test_a_task_that_is_gone_meanwhile_is_told_in_place_of_the_form(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    assert press(approver, row, "Approve").status_code == 200
    decided = press(approver, row, "Forward")
    assert decided.status_code == 409
    assert "already been decided" in words(parsed(decided).select_one(f"#{row['id']}"))
    sandbox.fault("GET", "/work-items/[0-9a-f]{32}$", status=404)
    gone = press(approver, row, "Forward")
    assert gone.status_code == 404
    assert "no longer here" in words(parsed(gone).select_one(f"#{row['id']}-actions"))


def people(browser: Browser, sandbox: Sandbox, key: str) -> dict[str, str]:
    """What the browser sends of a person who is found and chosen, with the next search."""
    person = sandbox.persona(key)
    found = parsed(browser.fragment(f"/people/?q={person.alias}"))
    listed = found.select_one(f"input[value='{person.id}'] ~ input[name=listed]")
    return {"target": person.id, "listed": str(listed["value"])}


def test_who_is_chosen_stays_on_top_and_checked_when_the_next_search_finds_others(
    approver: Browser, sandbox: Sandbox
) -> None:
    chosen = people(approver, sandbox, "agent")
    found = parsed(approver.get("/people/", chosen | {"q": "lukas.b"}))
    assert "1 person found" in words(found)  # who is chosen is not counted
    labels = found.select("label.choice")
    assert len(labels) == 2
    assert sandbox.persona("agent").name in words(labels[0])
    assert sandbox.persona("agent").alias in words(labels[0])
    assert labels[0].select_one("input[type=radio]").has_attr("checked")
    nobody = parsed(approver.get("/people/", chosen | {"q": "zzzz"}))
    assert "begins with “zzzz”" in words(nobody)
    assert nobody.select_one(f"input[value='{chosen['target']}']").has_attr("checked")
    same = parsed(approver.get("/people/", chosen | {"q": sandbox.persona("agent").alias}))
    assert len(same.select(f"input[type=radio][value='{chosen['target']}']")) == 1


def test_without_javascript_the_next_search_keeps_who_is_chosen(
    approver: Browser, sandbox: Sandbox, target: str
) -> None:
    page = parsed(press(approver, single(dashboard(approver)), "Forward", htmx=False))
    for text in (sandbox.persona("agent").alias, "lu"):
        form = page.select_one(".dialog__form")
        found = press(approver, form, "Search", htmx=False, q=text, target=target)
        assert found.status_code == 200
        page = parsed(found)
    first = page.select_one("label.choice")
    assert sandbox.persona("agent").name in words(first)
    assert first.select_one("input").has_attr("checked")
    press(approver, page.select_one(".dialog__form"), "Forward", htmx=False, comment="x")
    assert forwards(sandbox)[0]["targetOwnerId"] == target


def test_a_name_that_the_browser_sends_is_shown_as_text_and_never_told(
    approver: Browser, sandbox: Sandbox, target: str
) -> None:
    made_up = f"{target}\t<img src=x>\t<b>boss</b>"
    found = approver.get("/people/", {"q": "lu", "target": target, "listed": made_up})
    assert parsed(found).select("img, b") == []
    assert "<img src=x>" in words(parsed(found))
    form = dialog(approver, single(dashboard(approver)))
    sent = press(approver, form, "Forward", target=target, comment="x", listed=made_up)
    assert f"Forwarded to {sandbox.persona('agent').name}." in words(parsed(sent))


FOCUSED = "[autofocus], [data-focus]"


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({}, "q"),
        ({"q": "lu", "comment": "why"}, "target"),
        ({"q": "lu"}, "target"),
        ({"q": "zzzz"}, "q"),
        ({"q": "ME", "target": "ME", "comment": "why"}, "q"),
        ({"target": "AGENT"}, "comment"),
    ],
)
def test_the_focus_is_on_the_first_thing_that_is_wrong(
    approver: Browser, sandbox: Sandbox, htmx: bool, typed: dict[str, str], name: str
) -> None:
    form = parsed(press(approver, single(dashboard(approver)), "Forward", htmx=htmx))
    me, agent = sandbox.persona("approver"), sandbox.persona("agent").id
    values = {"q": {"ME": me.alias}, "target": {"ME": me.id, "AGENT": agent}}
    typed = {key: values.get(key, {}).get(value, value) for key, value in typed.items()}
    scope = form.select_one(".dialog__form")
    again = parsed(press(approver, scope, "Forward", htmx=htmx, **typed))
    (focused,) = again.select(FOCUSED)
    assert focused.has_attr("autofocus") is not htmx  # on a page the browser itself places it
    assert focused["name"] == name
    assert focused["aria-invalid"] == "true"
    assert not focused.has_attr("disabled")
    described = [again.select_one(f"#{one}") for one in str(focused["aria-describedby"]).split()]
    assert any("errorlist" in one.get("class", []) for one in described)


@pytest.mark.parametrize("htmx", [True, False])
def test_a_refusal_of_the_whole_form_has_the_focus(
    approver: Browser, sandbox: Sandbox, target: str, htmx: bool
) -> None:
    form = parsed(press(approver, single(dashboard(approver)), "Forward", htmx=htmx))
    sandbox.fault("POST", "/forward", status=400)
    scope = form.select_one(".dialog__form")
    again = press(approver, scope, "Forward", htmx=htmx, target=target, comment="x")
    (focused,) = parsed(again).select(FOCUSED)
    assert "SailPoint refused" in words(focused)
