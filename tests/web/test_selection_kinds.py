"""Forms as real tenants send them: names used twice, secrets, hidden values, deep values."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from sandbox.handle import Sandbox
from tests.web.conftest import Browser, parsed, words
from tests.web.holding import by_hand, held_of, undo, window_ends
from tests.web.pressing import press
from tests.web.test_decide import dashboard, writes
from tests.web.test_ledger import only_row
from tests.web.test_selection import FORMS, opened
from workitems import ledger_upkeep, recovery
from workitems.models import Attempt

pytestmark = pytest.mark.django_db
SECRET = "corr3ct horse "


def ask(sandbox: Sandbox, *fields: dict[str, Any], **form: Any) -> None:
    """Have the first form ask these questions, each in a section of its own."""
    for key in sandbox.world.queue(sandbox.persona("approver").id, done=False):
        entry = sandbox.world.get(key)
        assert entry
        if FORMS[0] in str(entry.body["description"]):
            sections = [{"name": f"part{n}", "formItems": [one]} for n, one in enumerate(fields)]
            changed = {**entry.body["form"], "sections": sections, **form}
            sandbox.world.put(replace(entry, body={**entry.body, "form": changed}))


def field(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "displayName": name.title(), "displayType": kind, **more}


def sent(sandbox: Sandbox) -> list[Any]:
    return [c.body for c in sandbox.api_calls if c.path.endswith("/submit-account-selection")]


def nested(depth: int) -> Any:
    value: Any = "deepest"
    for _level in range(depth):
        value = {"more": value}
    return value


def test_a_name_that_is_asked_twice_loses_neither_label_nor_answer(
    approver: Browser, sandbox: Sandbox
) -> None:
    first, second = field("account"), field("account") | {"displayName": "Account for mail"}
    ask(sandbox, first, second)
    panel = opened(approver, FORMS[0])
    labels = {words(label): str(label["for"]) for label in panel.select(".selection label")}
    assert list(labels) == ["Account", "Account for mail"]
    assert len(set(labels.values())) == 2
    assert "SailPoint takes one answer for several questions" in words(panel)

    typed = {"field-account": "one", "field2-account": "other"}
    again = parsed(press(approver, panel, "Send", **typed))
    assert "Not the same answer as in: Account for mail." in words(again)
    values = {str(i["name"]): i["value"] for i in again.select(".selection input[type=text]")}
    assert values == typed
    assert sent(sandbox) == []
    press(approver, panel, "Send", **{"field-account": "one", "field2-account": "one"})
    assert sent(sandbox) == [{"account": "one"}]


def test_title_subtitle_and_words_for_what_has_no_label_are_shown(
    approver: Browser, sandbox: Sandbox
) -> None:
    ask(
        sandbox,
        field("startDate") | {"displayName": None},
        title="Account Selection for Ada",
        subtitle="Please choose with care",
    )
    panel = opened(approver, FORMS[0]).select_one(".selection")
    assert "Account Selection for Ada" in words(panel.select_one("h3"))
    assert "Please choose with care" in words(panel)
    assert words(panel.select_one("legend")) == "Part0"
    assert words(panel.select_one("label")).startswith("Start date")


def test_hidden_values_are_sent_on_and_labels_are_text(approver: Browser, sandbox: Sandbox) -> None:
    kept = {"native": ["a", {"b": 1}]}
    ask(
        sandbox,
        field("token", "hidden", value=kept),
        field("hint", "label", value="Read this first."),
        field("note", value="as it was"),
    )
    panel = opened(approver, FORMS[0])
    assert [i["name"] for i in panel.select("[name^=field]")] == ["field-note"]
    assert "Read this first." in words(panel.select_one(".selection"))
    press(approver, panel, "Send")
    assert sent(sandbox) == [{"token": kept, "note": "as it was"}]


def panel_with_secret(browser: Browser, sandbox: Sandbox, *, htmx: bool) -> BeautifulSoup:
    ask(sandbox, field("password", "secret", required=True), field("note"))
    page = opened(browser, FORMS[0], htmx=htmx)
    main = page if htmx else page.select_one("main")
    control = main.select_one("[name=secret-password]")  # type: ignore[union-attr]
    assert control["type"] == "password"  # type: ignore[index]
    return main  # type: ignore[return-value]


@pytest.mark.parametrize("htmx", [True, False])
def test_a_secret_is_never_printed_and_asked_for_again(
    approver: Browser, sandbox: Sandbox, htmx: bool
) -> None:
    panel = panel_with_secret(approver, sandbox, htmx=htmx)
    sandbox.fault("POST", "/submit-account-selection", status=400)
    typed = {"secret-password": SECRET, "field-note": "kept"}
    response = press(approver, panel, "Send", htmx=htmx, **typed)
    assert SECRET.strip() not in response.content.decode()
    assert "Please type this again" in words(parsed(response))
    assert 'value="kept"' in response.content.decode()
    press(approver, panel, "Send", htmx=htmx, **typed, key="another")
    assert sent(sandbox)[-1] == {"password": SECRET, "note": "kept"}


def test_the_page_that_offers_to_try_again_asks_for_the_secret(
    approver: Browser, sandbox: Sandbox
) -> None:
    panel = panel_with_secret(approver, sandbox, htmx=False)
    sandbox.fault("POST", "/submit-account-selection", status=429, retry_after=1)
    typed = {"secret-password": SECRET, "field-note": "kept"}
    response = press(approver, panel, "Send", htmx=False, **typed)
    assert SECRET.strip() not in response.content.decode()
    page = parsed(response).select_one("main")
    asked = page.select_one("input[type=password]")
    assert "required" in asked.attrs
    label = words(page.select_one(f"label[for={asked['id']}]"))
    assert label == "Password: please type this secret again"
    press(approver, page, "Try again", htmx=False, **{"secret-password": "again"})
    assert sent(sandbox)[-1] == {"password": "again", "note": "kept"}


@pytest.mark.usefixtures("worker")
def test_a_secret_that_is_held_is_sent_but_not_printed(approver: Browser, sandbox: Sandbox) -> None:
    by_hand(approver.persona_id)
    panel = panel_with_secret(approver, sandbox, htmx=True)
    press(approver, panel, "Send", **{"secret-password": SECRET})
    page = dashboard(approver)
    assert SECRET.strip() not in str(page)
    assert sent(sandbox) == []
    sandbox.fault("POST", "/submit-account-selection", status=400)
    told = press(approver, held_of(page)[0], "Send", surface="page")
    assert sent(sandbox) == [{"password": SECRET}]
    assert SECRET.strip() not in told.content.decode()
    assert "Please type this again" in words(parsed(told))


def test_a_secret_that_is_sent_at_once_is_not_kept_in_the_ledger(
    approver: Browser, sandbox: Sandbox
) -> None:
    panel = panel_with_secret(approver, sandbox, htmx=True)
    press(approver, panel, "Send", **{"secret-password": SECRET, "field-note": "kept"})
    assert sent(sandbox) == [{"password": SECRET, "note": "kept"}]
    assert only_row().opened()["command"]["values"] == {"note": "kept"}


def hold_secret(browser: Browser, sandbox: Sandbox) -> BeautifulSoup:
    """The answer to a form with a secret, in its undo window."""
    panel = panel_with_secret(browser, sandbox, htmx=True)
    typed = {"secret-password": SECRET, "field-note": "kept"}
    answer = parsed(press(browser, panel, "Send", **typed))
    assert only_row().opened()["command"]["values"]["password"] == SECRET
    return answer


def in_ledger() -> Any:
    return [row.opened()["command"]["values"] for row in Attempt.objects.all()]


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    ("fault", "status"),
    [({}, "succeeded"), ({"status": 400}, "refused"), ({"drop": True}, "unconfirmed")],
)
def test_a_secret_leaves_the_ledger_once_it_was_sent(
    approver: Browser, sandbox: Sandbox, fault: dict[str, Any], status: str
) -> None:
    answer = hold_secret(approver, sandbox)
    if fault:
        sandbox.fault("POST", "/submit-account-selection", **fault)
    window_ends(approver, answer)
    assert sent(sandbox) == [{"password": SECRET, "note": "kept"}]
    assert only_row().status == status
    assert in_ledger() == [{"note": "kept"}]
    assert only_row().opened().keys() >= {"actor", "task", "unlisted"}


@pytest.mark.usefixtures("worker")
def test_a_secret_that_is_taken_back_leaves_the_ledger(approver: Browser, sandbox: Sandbox) -> None:
    undo(approver, hold_secret(approver, sandbox))
    assert only_row().status == "cancelled"
    assert in_ledger() == [{"note": "kept"}]


@pytest.mark.usefixtures("worker")
def test_a_secret_that_has_waited_for_too_long_leaves_the_ledger(
    approver: Browser, sandbox: Sandbox
) -> None:
    by_hand(approver.persona_id)
    hold_secret(approver, sandbox)
    Attempt.objects.update(asked_at=timezone.now() - timedelta(days=4000))
    ledger_upkeep.delete_old()
    assert only_row().status == "not-sent"
    assert in_ledger() == [{"note": "kept"}]


@pytest.mark.usefixtures("worker")
def test_a_secret_that_a_kill_has_left_leaves_the_ledger_within_the_hour(
    approver: Browser, sandbox: Sandbox
) -> None:
    hold_secret(approver, sandbox)
    assert ledger_upkeep.forget_old_secrets() == 0
    long_ago = timezone.now() - timedelta(days=8)
    Attempt.objects.update(status="succeeded", is_live=False, closed_at=long_ago)
    assert ledger_upkeep.forget_old_secrets() == 0  # what is older was looked into each hour before
    Attempt.objects.update(closed_at=timezone.now() - timedelta(hours=1))
    assert ledger_upkeep.forget_old_secrets() == 1
    assert in_ledger() == [{"note": "kept"}]
    assert ledger_upkeep.forget_old_secrets() == 0


@pytest.mark.usefixtures("worker")
def test_what_could_not_be_sent_asks_for_its_secret_again(
    approver: Browser, sandbox: Sandbox
) -> None:
    answer = hold_secret(approver, sandbox)
    sandbox.fault("POST", "/submit-account-selection", status=429, retry_after=1)
    told = parsed(window_ends(approver, answer))
    assert only_row().status == "not-sent"
    assert in_ledger() == [{"note": "kept"}]
    news = told.select_one("#news")
    assert "type it again" in words(news)
    assert "Send it now" not in words(news)
    address = str(news.select_one("a")["href"])  # type: ignore[union-attr]
    panel = parsed(approver.get(address)).select_one("main")
    press(approver, panel, "Send", **{"secret-password": "again", "field-note": "kept"})  # type: ignore[arg-type]
    window_ends(approver, dashboard(approver))
    assert sent(sandbox)[-1] == {"password": "again", "note": "kept"}
    assert in_ledger() == [{"note": "kept"}] * 2


@pytest.mark.usefixtures("worker")
def test_after_a_kill_nothing_is_sent_without_its_secret(
    approver: Browser, sandbox: Sandbox
) -> None:
    hold_secret(approver, sandbox)
    past = timezone.now() - timedelta(seconds=300)
    Attempt.objects.update(status="sending", sent_at=past, live_until=past, due_at=past)
    recovery.recover()
    assert (only_row().status, sent(sandbox)) == ("not-done", [])
    assert "type it again" in words(dashboard(approver).select_one("#news"))


def test_a_secret_that_is_set_is_not_printed_among_all_that_sailpoint_sent(
    approver: Browser, sandbox: Sandbox
) -> None:
    ask(sandbox, field("pin", "Secret", value="0815-4711"), field("note", value="seen"))
    panel = opened(approver, FORMS[0])
    assert "0815-4711" not in str(panel)
    assert "seen" in words(panel.select_one(".raw"))


@pytest.mark.parametrize("depth", [90, 600])
def test_a_value_that_is_nested_too_deeply_is_said_and_breaks_nothing_else(
    approver: Browser, sandbox: Sandbox, depth: int
) -> None:
    before = len(dashboard(approver).select("article[data-task]"))
    href = str(next(a["href"] for a in dashboard(approver).select("h2 a") if FORMS[0] in words(a)))
    ask(sandbox, field("deep", value=nested(depth)))
    page = dashboard(approver)
    assert "The element is nested too deeply." in words(page)
    assert len(page.select("article[data-task]")) >= before - 1
    assert approver.get(href).status_code == 502
    answer = approver.act(href + "account-selection/", key="k")
    assert answer.status_code == 502
    assert "Nothing was changed." in words(parsed(answer))
    assert writes(sandbox) == []


@pytest.mark.parametrize("typed", ["31.01.2027", "tomorrow", "2027-02-30"])
def test_a_date_that_is_none_is_told_with_how_one_is_written(
    approver: Browser, sandbox: Sandbox, typed: str
) -> None:
    ask(sandbox, field("start", "date", value="some day"))
    panel = opened(approver, FORMS[0])
    form = panel.select_one("form.selection")
    answer = approver.post(form["action"], {"field-start": typed})
    assert answer.status_code == 422
    said = words(parsed(answer).select_one(".errorlist"))
    assert said == "Write the date as year-month-day, such as 2027-01-31."
    assert writes(sandbox) == []
