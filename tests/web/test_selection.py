"""Account selection: ISC's declared form, and the map of answers that ISC expects."""

import pytest
from bs4 import BeautifulSoup

from sandbox.handle import Sandbox
from tests.web.conftest import Browser, parsed, words
from tests.web.pressing import fields_of, press, row_of
from tests.web.test_decide import count, dashboard, writes

pytestmark = pytest.mark.django_db
FORMS = ("Choose the mailbox", "Choose the SAP account", "Choose the account that receives")


def opened(browser: Browser, text: str, *, htmx: bool = True) -> BeautifulSoup:
    href = str(row_of(dashboard(browser), text).select_one("h2 a")["href"])
    return parsed(browser.fragment(href) if htmx else browser.get(href))


def answers(panel: BeautifulSoup) -> dict[str, str]:
    """A valid value for each required field that has none yet."""
    chosen = {}
    for control in panel.select("[name^='field-'][required]"):
        name = str(control["name"])
        if control.name == "select":
            chosen[name] = next(o["value"] for o in control.select("option") if o.get("value"))
        elif control.get("type") == "radio":
            chosen[name] = control["value"]
        elif control.get("type") == "checkbox":
            chosen[name] = control.get("value", "on")
        elif control.get("type") == "date":
            chosen[name] = control.get("value") or "2027-01-31"
        else:
            chosen[name] = control.get("value") or "some text"
    return chosen


@pytest.mark.parametrize("text", FORMS)
def test_a_form_shows_its_fields_with_labels_in_fieldsets(approver: Browser, text: str) -> None:
    panel = opened(approver, text)
    controls = panel.select("[name^='field-']")
    assert controls
    for control in controls:
        assert control.find_parent("fieldset") is not None
        labelled = panel.select_one(f"label[for='{control['id']}']") or control.find_parent("label")
        assert labelled is not None


@pytest.mark.parametrize("text", FORMS)
@pytest.mark.parametrize("htmx", [True, False])
def test_answers_reach_sailpoint_keyed_on_the_name(
    approver: Browser, sandbox: Sandbox, text: str, htmx: bool
) -> None:
    before = count(dashboard(approver), "open")
    panel = opened(approver, text, htmx=htmx)
    scope = panel if htmx else panel.select_one("main")
    response = press(approver, scope, "Send", htmx=htmx, **answers(panel))
    assert response.status_code == (200 if htmx else 302)
    (body,) = [c.body for c in sandbox.api_calls if c.path.endswith("/submit-account-selection")]
    assert not any(name.startswith("field-") for name in body)
    assert {name.removeprefix("field-") for name in answers(panel)} <= set(body)
    assert count(dashboard(approver), "open") == before - 1


@pytest.mark.parametrize("htmx", [True, False])
def test_a_missing_answer_is_said_at_its_field_and_nothing_is_sent(
    approver: Browser, sandbox: Sandbox, htmx: bool
) -> None:
    panel = opened(approver, FORMS[0], htmx=htmx)
    scope = panel if htmx else panel.select_one("main")
    empty = dict.fromkeys(answers(panel), "")
    response = press(approver, scope, "Send", htmx=htmx, **empty)
    again = parsed(response)
    assert response.status_code == 422
    invalid = again.select("[aria-invalid=true]")
    assert invalid
    group = invalid[0] if invalid[0].has_attr("aria-describedby") else invalid[0].find_parent()
    while not group.has_attr("aria-describedby"):
        group = group.find_parent()
    described = str(group["aria-describedby"]).split()
    assert "required" in " ".join(words(again.select_one(f"#{place}")) for place in described)
    assert writes(sandbox) == []


def test_a_refusal_of_sailpoint_keeps_the_answers(approver: Browser, sandbox: Sandbox) -> None:
    panel = opened(approver, FORMS[0])
    sandbox.fault("POST", "/submit-account-selection", status=400)
    chosen = answers(panel)
    response = press(approver, panel, "Send", **chosen)
    assert response.status_code == 422
    kept = fields_of(parsed(response))
    assert chosen.items() <= kept.items()


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("fault", [{"drop": True}, {"html": True}, {"status": 500}])
def test_what_was_answered_stays_where_sailpoint_gives_no_clear_answer(
    approver: Browser, sandbox: Sandbox, fault: dict[str, object], htmx: bool
) -> None:
    panel = opened(approver, FORMS[0], htmx=htmx)
    scope = panel if htmx else panel.select_one("main")
    sandbox.fault("POST", "/submit-account-selection", **fault)
    chosen = answers(panel)
    page = parsed(press(approver, scope, "Send", htmx=htmx, **chosen))
    assert chosen.items() <= fields_of(page).items()
    assert "the task still waits" in words(page)
    assert len(writes(sandbox)) == 1


def test_the_address_of_an_answer_shows_the_task_when_it_is_opened(approver: Browser) -> None:
    response = approver.get("/work-items/an-id/account-selection/")
    assert (response.status_code, response["Location"]) == (302, "/work-items/an-id/")


def test_an_answered_form_cannot_be_answered_again(approver: Browser, sandbox: Sandbox) -> None:
    panel = opened(approver, FORMS[0])
    press(approver, panel, "Send", **answers(panel))
    response = press(approver, panel, "Send", **answers(panel))
    assert response.status_code == 409
    assert "already been decided" in words(parsed(response).select_one("#status"))
    assert len(writes(sandbox)) == 1
