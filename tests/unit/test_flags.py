"""What is flagged, why, and which flags ask before a decision."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from workitems.domain.alphabets import Alphabet, mixed_in
from workitems.domain.changes import Change, Operation, changes_of
from workitems.domain.flags import Flag, FlagRule, FlagRules, Rule, flags_of
from workitems.isc.schemas import WorkItem
from workitems.view_models.flags import ShownFlag, flag_label, shown_flags
from workitems.view_models.render_context import RenderContext

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EACH = {
    Rule.TYPES: FlagRule(Rule.TYPES, ("PolicyViolation",)),
    Rule.VALUES: FlagRule(Rule.VALUES, ("*admin*", "*break*glass*")),
    Rule.ALPHABETS: FlagRule(Rule.ALPHABETS),
    Rule.OWN: FlagRule(Rule.OWN),
    Rule.REJECTED: FlagRule(Rule.REJECTED),
    Rule.ERRORS: FlagRule(Rule.ERRORS),
    Rule.REMOVALS: FlagRule(Rule.REMOVALS, more_than=1),
    Rule.ITEMS: FlagRule(Rule.ITEMS, more_than=10),
    Rule.DAYS: FlagRule(Rule.DAYS, more_than=14, asks=False),
}
RULES = FlagRules(tuple(EACH.values()))
ME = "me"
REJECTED_AT = datetime(2026, 5, 3, 22, 30, tzinfo=UTC)


def flags(rules: FlagRules = RULES, **fields: Any) -> tuple[Flag, ...]:
    item = WorkItem.model_validate({"id": "1", "state": "Pending", **fields})
    return flags_of(item, changes_of(item), rules, ME, NOW, rejected)


def rejected(changes: Iterable[Change]) -> Mapping[Change, datetime]:
    return {one: REJECTED_AT for one in changes if one.value == "Refused"}


def holds(rule: Rule, **facts: Any) -> Flag:
    return Flag(EACH[rule], **facts)


def line(**fields: Any) -> dict[str, Any]:
    one = {"id": "1", "account": "jsmith", "application": "AD", "name": "memberOf"}
    return {**one, "operation": "Add", "value": "Staff", **fields}


def plain(text: str) -> str:
    """Without the marks that keep a name's direction to itself."""
    return text.translate({0x2068: None, 0x2069: None})


def lines(number: int, operation: str = "Add", **fields: Any) -> list[dict[str, Any]]:
    return [line(id=str(n), operation=operation, account=f"u{n}", **fields) for n in range(number)]


VIOLATION = holds(Rule.TYPES, fact="PolicyViolation", pattern="PolicyViolation")
HOLDING: list[tuple[dict[str, Any], Flag]] = [
    (
        {"type": "PolicyViolation"},
        holds(Rule.TYPES, fact="PolicyViolation", pattern="PolicyViolation"),
    ),
    (
        {"type": "PolicyVioloation"},
        holds(Rule.TYPES, fact="PolicyViolation", pattern="PolicyViolation"),
    ),
    (
        {"approvalItems": [line(), line(value="Domain ADMINS")]},
        holds(Rule.VALUES, fact="Domain ADMINS", pattern="*admin*"),
    ),
    (
        {"approvalItems": [line(application="Break-Glass Vault [source]")]},
        holds(Rule.VALUES, fact="Break-Glass Vault", pattern="*break*glass*"),
    ),
    (
        {"approvalItems": [line(name="isAdmin")]},
        holds(Rule.VALUES, fact="isAdmin", pattern="*admin*"),
    ),
    (
        {"approvalItems": [line(value="Domain \u0410dmins")]},
        holds(
            Rule.ALPHABETS,
            fact="Domain \u0410dmins",
            alphabets=(Alphabet.CYRILLIC, Alphabet.LATIN),
        ),
    ),
    ({"requesterId": ME}, holds(Rule.OWN)),
    ({"approvalItems": [line(value="Refused")]}, holds(Rule.REJECTED, at=REJECTED_AT)),
    ({"errors": ["No answer"]}, holds(Rule.ERRORS)),
    ({"approvalItems": lines(3, "Remove")}, holds(Rule.REMOVALS, count=3)),
    ({"approvalItems": lines(2, "Disable")}, holds(Rule.REMOVALS, count=2)),
    ({"approvalItems": lines(11)}, holds(Rule.ITEMS, count=11)),
    ({"created": (NOW - timedelta(days=15)).isoformat()}, holds(Rule.DAYS, count=14)),
]


@pytest.mark.parametrize(("fields", "flag"), HOLDING)
def test_each_rule_holds_on_its_own_facts(fields: dict[str, Any], flag: Flag) -> None:
    assert flags(**fields) == (flag,)


@pytest.mark.parametrize(("fields", "flag"), HOLDING)
def test_each_rule_can_be_left_out(fields: dict[str, Any], flag: Flag) -> None:
    others = FlagRules(tuple(one for one in RULES.each if one != flag.rule))
    assert flags(others, **fields) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"requesterId": "somebody"},
        {"approvalItems": lines(10)},
        {"approvalItems": [line(account="admin")]},  # whose it is says nothing of what is given
        # One person, as far as anybody can tell: an account on each source.
        {"approvalItems": [line(operation="Remove", application=a, account=a) for a in "ab"]},
        {"approvalItems": [line(operation="Create", name=f"a{n}") for n in range(20)]},
        {"created": (NOW - timedelta(days=13)).isoformat()},
        {"state": "Finished", "type": "PolicyViolation", "errors": ["No answer"]},
    ],
)
def test_the_ordinary_is_not_flagged(fields: dict[str, Any]) -> None:
    assert flags(**fields) == ()


@pytest.mark.parametrize(
    ("name", "mixed"),
    [
        ("P\u0430yroll", ("LATIN", "CYRILLIC")),
        ("SAP \u0391DMIN", ("GREEK", "LATIN")),
        ("Vau\u056ct Readers", ("LATIN", "ARMENIAN")),
        ("\u13a0udit", ("CHEROKEE", "LATIN")),
        ("Ro\u0301\u043et", ("LATIN", "CYRILLIC")),  # a mark does not part a word
        ("r00t\u0455", ("LATIN", "CYRILLIC")),
        ("\uff21\u0434min", ("LATIN", "CYRILLIC")),
    ],
)
def test_letters_that_look_alike_are_named_by_their_alphabets(
    name: str, mixed: tuple[str, ...]
) -> None:
    assert mixed_in(name) == mixed


@pytest.mark.parametrize(
    "name",
    [
        "Domain Admins",
        "Jos\u00e9 Mu\u00f1oz",
        "SAP \u0410\u0434\u043c\u0438\u043d",  # two words, two alphabets
        "VPN-\u0434\u043e\u0441\u0442\u0443\u043f",
        "\u7d4c\u7406System\u30ed\u30b0\u3042",  # Japanese beside Latin
        "\u4eba\u4e8bHR",
        "\ud68c\uacc4SAP",
        "\u00b5s timer",  # the sign, not the Greek letter
        "\u0645\u062f\u06ccr",
    ],
)
def test_what_people_usually_mix_is_not_flagged(name: str) -> None:
    assert mixed_in(name) == ()


def test_a_removal_counts_people_by_name_whatever_their_accounts() -> None:
    def remedy(person: str, source: str) -> dict[str, str]:
        return {
            "targetDisplayName": person,
            "applicationName": source,
            "attributeOperation": "Remove",
        }

    several = [remedy("Ann", "SAP"), remedy("Bob", "VPN")]
    assert flags(remediationItems=several) == (holds(Rule.REMOVALS, count=2),)
    assert flags(remediationItems=[remedy("Ann", "SAP"), remedy("Ann", "VPN")]) == ()


def test_what_was_decided_already_is_not_told_of_what_still_waits() -> None:
    lines_ = [line(value="Refused", state="Rejected"), line(id="2", state="Pending")]
    assert flags(approvalItems=lines_) == ()


PAY = FlagRule(Rule.VALUES, ("*pay*",), sentences=(("", "Payroll ({pattern}): four eyes"),))


@pytest.mark.parametrize(
    ("narrowed", "fields", "is_flagged"),
    [
        ({"sources": ("sap*",)}, {"application": "SAP ERP"}, True),
        ({"sources": ("sap*",)}, {"application": "AD"}, False),
        ({"operations": (Operation.GIVE,)}, {"operation": "Grant"}, True),
        ({"operations": (Operation.GIVE,)}, {"operation": "Revoke"}, False),
        ({"types": ("Approval",)}, {}, True),
        ({"types": ("Remediation*",)}, {}, False),
    ],
)
def test_a_flag_can_be_narrowed(
    narrowed: dict[str, Any], fields: dict[str, Any], is_flagged: bool
) -> None:
    rules = FlagRules((replace(PAY, **narrowed),))
    one = line(value="Payments", **fields)
    assert bool(flags(rules, type="Approval", approvalItems=[one])) == is_flagged


@pytest.mark.parametrize("rule", [Rule.OWN, Rule.ERRORS, Rule.DAYS])
def test_a_flag_of_the_whole_task_is_narrowed_by_its_items(rule: Rule) -> None:
    facts = {"requesterId": ME, "errors": ["No"], "created": (NOW - timedelta(99)).isoformat()}
    rules = FlagRules((replace(EACH[rule], sources=("SAP",)),))
    assert flags(rules, approvalItems=[line(application="SAP")], **facts)
    assert not flags(rules, approvalItems=[line(application="AD")], **facts)
    assert not flags(rules, **facts)


def test_only_what_a_flag_is_narrowed_to_is_counted() -> None:
    rules = FlagRules((replace(EACH[Rule.ITEMS], sources=("SAP",)),))
    few = [*lines(10, application="SAP"), *lines(5)]
    assert flags(rules, approvalItems=few) == ()
    assert flags(rules, approvalItems=[*few, *lines(1, application="SAP")])[0].count == 11


def test_several_flags_of_one_rule_stand_in_the_order_of_the_file() -> None:
    item = {"approvalItems": [line(value="Payroll Admin")]}
    for each in ((PAY, EACH[Rule.VALUES]), (EACH[Rule.VALUES], PAY)):
        assert [flag.rule for flag in flags(FlagRules(each), **item)] == [*each]


def test_a_key_is_of_what_a_flag_looks_for_alone() -> None:
    same = replace(PAY, sentences=(), asks=False)
    others = [replace(PAY, patterns=("*PAY*",)), replace(PAY, sources=("SAP",)), EACH[Rule.OWN]]
    assert same.key == PAY.key
    assert len({one.key for one in (PAY, *others)}) == 4
    assert FlagRules((PAY,)).mark != FlagRules((others[0],)).mark


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("language", ["en", "de"])
def test_each_rule_has_its_own_sentence(language: str) -> None:
    with override(language):
        said = [ShownFlag.of(flag, language, BERLIN).text for _, flag in HOLDING]
    assert any("Domain ADMINS" in text and "*admin*" in text for text in said)
    assert len({flag.rule for _, flag in HOLDING}) == len(Rule)
    assert [text for text in said if not text or "%(" in text] == []


def test_the_day_of_a_rejection_is_that_of_the_reader() -> None:
    flag = holds(Rule.REJECTED, at=REJECTED_AT)  # half an hour past midnight there
    assert ShownFlag.of(flag, "en", BERLIN).text.endswith("on 4 May 2026")


SAID = (("en", "{name} is ours ({pattern}) {{x}}"), ("de", "{name} gehört uns"))


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Pay is ours (*pay*) {x}"), ("de", "Pay gehört uns"), ("fr", "Pay is on the")],
)
def test_a_sentence_of_the_file_is_read_in_the_persons_language(language: str, text: str) -> None:
    flag = Flag(replace(PAY, sentences=SAID), fact="Pay", pattern="*pay*")
    with override(language):
        shown = ShownFlag.of(flag, language, BERLIN)
    assert plain(shown.text).startswith(text)


def test_beside_a_sentence_of_the_file_it_says_which_rule_holds() -> None:
    for rule, one in EACH.items():
        own = replace(one, sentences=(("", "Ask Kim"),))
        shown = ShownFlag.of(Flag(own, fact="A", pattern="a*", count=2, at=NOW), "en", BERLIN)
        assert shown.text == "Ask Kim"
        assert shown.why, rule
    shown = ShownFlag.of(Flag(PAY, fact="Pay", pattern="*pay*"), "en", BERLIN)
    assert (shown.text, plain(shown.why)) == ("Payroll (*pay*): four eyes", "Pay matches *pay*")


def test_flags_that_read_alike_are_one_which_asks_if_any_does() -> None:
    said = (("", "Ask Kim"),)
    each = (
        replace(EACH[Rule.ERRORS], asks=False, sentences=said),
        replace(EACH[Rule.OWN], sentences=said),
    )
    item = WorkItem.model_validate({"id": "1", "state": "Pending", "requesterId": ME,
                                    "errors": ["No"]})  # fmt: skip
    context = replace(RenderContext.at(NOW, actor_id=ME), flag_rules=FlagRules(each))
    (shown,) = shown_flags(item, changes_of(item), context)
    assert (shown.text, shown.asks) == ("Ask Kim", True)


def test_the_filter_calls_a_flag_by_its_sentence_without_a_tasks_facts() -> None:
    named = replace(PAY, sentences=(("", "{name} matches our list"),))
    rules = FlagRules((named, EACH[Rule.OWN]))
    context = replace(RenderContext.at(NOW), flag_rules=rules)
    labels = [str(flag_label(key, context)) for key in (named.key, EACH[Rule.OWN].key, "gone")]
    assert labels == ["… matches our list", "Asked for by yourself", "A flag of before"]
