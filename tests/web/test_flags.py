"""The reason stands in view, and what is flagged is never decided with one press."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.conf import LazySettings
from django.test import override_settings

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import button_of, fields_of, press, row_of
from tests.web.test_decide import dashboard, single, writes
from workitems.domain.attempts import Shown
from workitems.domain.flags import FlagRule, FlagRules, Rule
from workitems.web.marks import Marked, Marks

pytestmark = pytest.mark.django_db
VIOLATION, GLASS, THREE, ERRORS = "Z_VENDOR_MASTER", "BREAKGLASS", "Wale Ogunbanjo", "Viktor"
WHY = "Henrique Salgado asked for 'Vendor Master' while holding 'Payment Release'"
FLAG = "Type to look at twice: Policy violation"


def address_of(row: Tag) -> str:
    return str(row.select_one("h2 a")["href"])


def changed(sandbox: Sandbox, row: Tag, **fields: str) -> None:
    """Have the tenant say something else of the row's item."""
    entry = sandbox.world.get(address_of(row).split("/")[2])
    sandbox.world.put(replace(entry, body={**entry.body, **fields}))


def posts(scope: Tag | BeautifulSoup) -> list[str]:
    return [str(b["formaction"]) for b in scope.select("form[method=post] button[formaction]")]


@pytest.mark.parametrize("path", ["/", "/widget/"])
@pytest.mark.parametrize(
    ("text", "flag"),
    [
        (VIOLATION, FLAG),
        (GLASS, "FIN-PROD-BREAKGLASS is on the privileged list (*break*glass*)"),
        (THREE, "Takes access from 3 people"),
        (ERRORS, "SailPoint reports errors"),
    ],
)
def test_a_flagged_row_says_why_and_no_button_of_it_posts(
    approver: Browser, settings: LazySettings, path: str, text: str, flag: str
) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)
    framed = {"Sec-Fetch-Dest": "iframe"} if path == "/widget/" else {}
    row = row_of(parsed(approver.get(path, headers=framed)), text)
    assert flag in [words(one) for one in row.select(".flag")]
    assert posts(row) == []
    assert row.select(".button--solid") == []
    pane = parsed(approver.fragment(address_of(row)))
    assert flag in words(pane)
    assert posts(pane) == []
    assert pane.select(".button--solid") == []


@pytest.mark.parametrize("label", ["Approve", "Reject"])
@pytest.mark.parametrize("htmx", [True, False])
def test_a_flagged_item_is_confirmed_with_its_reason(
    approver: Browser, sandbox: Sandbox, label: str, htmx: bool
) -> None:
    row = row_of(dashboard(approver), VIOLATION)
    dialog = parsed(press(approver, row, label, htmx=htmx))
    form = dialog.select_one(".dialog__form")
    assert writes(sandbox) == []
    assert words(form.select_one(".reason")) == WHY
    assert f"Flagged: {FLAG}" in words(form)
    press(approver, form, f"{label} 1 item", htmx=htmx)
    assert len(writes(sandbox)) == 1


def test_a_flagged_task_is_completed_after_a_confirmation(
    approver: Browser, sandbox: Sandbox
) -> None:
    dialog = parsed(press(approver, row_of(dashboard(approver), THREE), "Mark complete"))
    assert writes(sandbox) == []
    assert "Takes access from 3 people" in words(dialog)
    assert "revoked in 'Q3 Finance access review'" in words(dialog.select_one(".reason"))
    press(approver, dialog, "Mark complete")
    assert [path.rsplit("/", 1)[0] for path in writes(sandbox)] == ["/v2024/work-items"]


@pytest.mark.parametrize("command", ["approve", "reject"])
def test_an_address_alone_decides_nothing(
    approver: Browser, sandbox: Sandbox, command: str
) -> None:
    page = dashboard(approver)
    for row in (row_of(page, VIOLATION), single(page)):
        button = row.select_one(f"button[formaction*='/{command}/']")
        response = approver.act(button["formaction"])
        assert response.status_code == 422
        assert response["HX-Retarget"] == "#dialog"
    assert writes(sandbox) == []


def test_the_mark_of_one_item_is_none_of_another(approver: Browser, sandbox: Sandbox) -> None:
    page = dashboard(approver)
    fields = fields_of(button_of(single(page), "Approve").find_parent("form"))
    mark, shown = fields["mark"], fields["shown"]
    action = row_of(page, VIOLATION).select_one("button[formaction*='/approve/']")["formaction"]
    assert approver.act(action, mark=mark, shown=shown).status_code == 422
    assert writes(sandbox) == []


def test_a_stale_page_is_shown_what_it_decides(approver: Browser, sandbox: Sandbox) -> None:
    with time_machine.travel(time.time() - 25 * 3600):
        marks = Marks.now(approver.persona_id)
    row = single(dashboard(approver))
    shown = fields_of(button_of(row, "Approve").find_parent("form"))["shown"]
    stale = marks.plain(address_of(row).split("/")[2], shown)
    assert press(approver, row, "Approve", mark=stale).status_code == 422
    assert writes(sandbox) == []


def test_a_row_names_its_type_once(approver: Browser) -> None:
    page = dashboard(approver)
    assert words(row_of(page, VIOLATION)).count("Policy violation") == 1
    assert words(row_of(page, GLASS)).count("Approval") == 1


SHOWN = "Pending|Give VPN to Tom"


def test_a_mark_is_of_one_person_one_item_and_one_day() -> None:
    marks = Marks.now("me")
    mark = marks.plain("a", SHOWN)
    assert Marked(mark, SHOWN, "a", "me").is_plain
    later = f"{int(mark.split('.')[0], 16) + 1:x}.{mark.split('.')[1]}"
    for wrong in ("", ".", "x.y", "-1.y", mark[:-1], mark + "x", later, marks.asked("a", SHOWN)):
        assert not Marked(wrong, SHOWN, "a", "me").is_plain
    for other in ((SHOWN, "b", "me"), (SHOWN, "a", "you"), (SHOWN + "!", "a", "me")):
        assert not Marked(mark, *other).is_plain
        assert Marked(mark, *other).before is None
    with time_machine.travel(time.time() + 25 * 3600):
        assert not Marked(mark, SHOWN, "a", "me").is_plain
    with time_machine.travel(time.time() - 3600):
        assert not Marked(mark, SHOWN, "a", "me").is_plain


@pytest.mark.parametrize("kind", [Marks.plain, Marks.asked])
def test_a_mark_tells_what_was_shown_and_when(kind: Callable[[Marks, str, str], str]) -> None:
    now = time.time()
    marks = Marks.now("me")
    written = Shown.written("a|b", "Give A|B to Tom")
    with time_machine.travel(now + 60):
        before = Marked(kind(marks, "a", written), written, "a", "me").before
    assert before == Shown("a b", "Give A|B to Tom", datetime.fromtimestamp(int(now), UTC))


def test_what_merely_waits_is_flagged_and_still_one_press(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = row_of(dashboard(approver), "SWIFT Releaser")
    assert words(row.select_one(".flag")) == "Waits longer than 14 days"
    sandbox.calls.clear()
    press(approver, row, "Mark complete")
    assert len(sandbox.api_calls) == len(writes(sandbox)) == 1


OURS = FlagRule(
    Rule.VALUES,
    ("*glass*",),
    sentences=(("en", "{name} matches our list"), ("de", "{name} steht auf unserer Liste")),
)
EYES = FlagRule(Rule.VALUES, ("FIN-*",), sentences=(("", "Finance: four eyes"),))
OWN_RULES = FlagRules((EYES, OURS, FlagRule(Rule.ERRORS)))


def plain(text: str) -> str:
    """Without the marks that keep a name's direction to itself."""
    return text.translate({0x2068: None, 0x2069: None})


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "FIN-PROD-BREAKGLASS matches our list"),
     ("de", "FIN-PROD-BREAKGLASS steht auf unserer Liste")],
)  # fmt: skip
@override_settings(FLAG_RULES=OWN_RULES)
def test_sentences_of_the_file_say_which_rule_on_row_pane_and_confirmation(
    approver: Browser, sandbox: Sandbox, language: str, said: str
) -> None:
    def read(path: str) -> BeautifulSoup:
        return parsed(approver.get(path, headers={"Accept-Language": language}))

    row = row_of(read("/"), GLASS)
    flags = row.select(".flag")
    rules = [plain(str(one["title"])) for one in flags]
    assert [plain(words(one)) for one in flags] == [
        f"Finance: four eyes ({rules[0]})",
        f"{said} ({rules[1]})",
    ]
    assert [words(one) for one in row.select(".flag .visually-hidden")] == [
        f"({one['title']})" for one in flags
    ]
    assert ["FIN-PROD-BREAKGLASS" in one for one in rules] == [True, True]
    assert ["FIN-*" in rules[0], "*glass*" in rules[1]] == [True, True]
    assert posts(row) == []
    action = row.select_one("button[formaction*='/approve/']")["formaction"]
    for page in (read(address_of(row)), read(action)):
        shown = [plain(words(one)) for one in page.select(".flags .flag")]
        assert [("four eyes" in one, said in one) for one in shown] == [
            (True, False),
            (False, True),
        ]
        assert all(rule in one for rule, one in zip(rules, shown, strict=True))
    assert writes(sandbox) == []


@override_settings(FLAG_RULES=FlagRules((replace(EYES, asks=False),)))
def test_a_flag_that_does_not_ask_leaves_one_press(approver: Browser, sandbox: Sandbox) -> None:
    row = row_of(dashboard(approver), GLASS)
    assert words(row.select_one(".flag")).startswith("Finance: four eyes (")
    press(approver, row, "Reject")
    assert len(writes(sandbox)) == 1


@override_settings(FLAG_RULES=FlagRules((FlagRule(Rule.DAYS, more_than=14),)))
def test_what_waits_long_asks_where_the_file_says_so(approver: Browser) -> None:
    row = row_of(dashboard(approver), "SWIFT Releaser")
    assert words(row.select_one(".flag")) == "Waits longer than 14 days"
    assert posts(row) == []


@override_settings(FLAG_RULES=OWN_RULES)
def test_a_bulk_confirmation_says_each_flag_and_its_rule(approver: Browser) -> None:
    key = address_of(row_of(dashboard(approver), GLASS)).split("/")[2]
    page = parsed(approver.act("/bulk/reject/", item=key))
    shown = plain(words(page))
    assert "Finance: four eyes FIN-PROD-BREAKGLASS matches FIN-*" in shown
    assert "FIN-PROD-BREAKGLASS matches our list" in shown


@pytest.mark.parametrize("path", ["/", "/widget/"])
def test_no_key_and_no_form_of_a_flagged_item_decides_it(
    approver: Browser, sandbox: Sandbox, settings: LazySettings, path: str
) -> None:
    """Keys press what has their letter: on row, pane and widget that opens the confirmation."""
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)
    framed = {"Sec-Fetch-Dest": "iframe"} if path == "/widget/" else {}
    page = parsed(approver.get(path, headers=framed))
    for text in (VIOLATION, GLASS, THREE, ERRORS):
        row = row_of(page, text)
        for place in (row, parsed(approver.fragment(address_of(row)))):
            keyed = place.select("button[data-key]:is([data-key=a], [data-key=r], [data-key=c])")
            assert [one for one in keyed if one.find_parent("form")["method"] != "get"] == []
            for button in place.select("button[formaction]"):
                if not str(button["formaction"]).endswith("/forward/"):
                    approver.act(str(button["formaction"]), **fields_of(button.find_parent("form")))
    assert writes(sandbox) == []


@override_settings(FLAG_RULES=FlagRules())
def test_without_rules_nothing_is_flagged(approver: Browser) -> None:
    page = dashboard(approver)
    assert page.select(".flag") == []
    assert posts(row_of(page, VIOLATION))


def test_what_one_asked_for_oneself_is_flagged_by_who_decides(
    as_user: AsUser, approver: Browser, sandbox: Sandbox
) -> None:
    changed(sandbox, single(dashboard(approver)), requesterId=approver.persona_id)
    own = "You asked for this yourself"
    assert own in words(row_of(dashboard(approver), "Treasury to"))
    theirs = dashboard(as_user("admin"), f"/?owner={approver.persona_id}")
    assert own not in words(row_of(theirs, "Treasury to"))


def test_the_reason_stands_on_row_pane_and_forward_dialog_once(approver: Browser) -> None:
    row = row_of(dashboard(approver), VIOLATION)
    assert words(row.select_one(".task__reason")) == WHY
    pane = parsed(approver.fragment(address_of(row)))
    head = [tag for tag in pane.select(".reason, fieldset") if tag.name]
    assert [tag.name for tag in head][:2] == ["p", "fieldset"]
    assert words(pane).count(WHY) == 2  # on top, and in all that SailPoint sent
    dialog = parsed(press(approver, row, "Forward"))
    assert words(dialog.select_one(".reason")) == WHY


def test_a_row_whose_sentence_is_the_description_does_not_repeat_it(approver: Browser) -> None:
    row = row_of(dashboard(approver), "Your deputy for access decisions")
    assert row.select(".task__reason") == []


def test_a_long_reason_is_cut_in_the_row_and_whole_in_the_pane(
    approver: Browser, sandbox: Sandbox
) -> None:
    whole = "Because\nof " + "very " * 200 + "good reasons"
    changed(sandbox, single(dashboard(approver)), description=whole)
    row = row_of(dashboard(approver), "Treasury to")
    line = row.select_one(".task__reason").get_text()
    assert line.startswith("Because of very")
    assert line.endswith("…")
    assert len(line) <= 300
    pane = parsed(approver.fragment(address_of(row)))
    assert pane.select_one(".reason").get_text() == whole


def test_a_name_of_two_alphabets_says_which_and_is_confirmed_first(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = single(dashboard(approver))
    entry = sandbox.world.get(address_of(row).split("/")[2])
    (line,) = entry.body["approvalItems"]
    body = {**entry.body, "approvalItems": [{**line, "value": "P\u0430yroll"}]}
    sandbox.world.put(replace(entry, body=body))
    again = row_of(dashboard(approver), "P\u0430yroll")
    said = "P\u0430yroll has letters of several alphabets in one word: Latin, Cyrillic"
    assert said in words(again.select_one(".task__flags"))
    assert "/approve/" not in "".join(posts(again))
