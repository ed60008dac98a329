"""What is flagged, why, and which flags ask before a decision."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from taskmanager.env import Env
from workitems.domain.flags import Flag, FlagRules, Rule, flags_of
from workitems.isc.schemas import WorkItem
from workitems.view_models.flags import ShownFlag

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RULES = FlagRules(
    values=("*admin*", "*break*glass*"),
    types=("PolicyViolation",),
    own=True,
    errors=True,
    removals=True,
    items=10,
    days=14,
)
ME = "me"


def flags(rules: FlagRules = RULES, **fields: Any) -> tuple[Flag, ...]:
    item = WorkItem.model_validate({"id": "1", "state": "Pending", **fields})
    return flags_of(item, rules, ME, NOW)


def line(**fields: Any) -> dict[str, Any]:
    one = {"id": "1", "account": "jsmith", "application": "AD", "name": "memberOf"}
    return {**one, "operation": "Add", "value": "Staff", **fields}


def lines(number: int, operation: str = "Add", **fields: Any) -> list[dict[str, Any]]:
    return [line(id=str(n), operation=operation, account=f"u{n}", **fields) for n in range(number)]


HOLDING: list[tuple[dict[str, Any], Flag]] = [
    ({"type": "PolicyViolation"}, Flag(Rule.TYPE, fact="PolicyViolation")),
    ({"type": "PolicyVioloation"}, Flag(Rule.TYPE, fact="PolicyViolation")),
    (
        {"approvalItems": [line(), line(value="Domain ADMINS")]},
        Flag(Rule.VALUE, fact="Domain ADMINS", pattern="*admin*"),
    ),
    (
        {"approvalItems": [line(application="Break-Glass Vault [source]")]},
        Flag(Rule.VALUE, fact="Break-Glass Vault", pattern="*break*glass*"),
    ),
    (
        {"approvalItems": [line(name="isAdmin")]},
        Flag(Rule.VALUE, fact="isAdmin", pattern="*admin*"),
    ),
    ({"requesterId": ME}, Flag(Rule.OWN)),
    ({"errors": ["No answer"]}, Flag(Rule.ERRORS)),
    ({"approvalItems": lines(3, "Remove")}, Flag(Rule.REMOVAL, count=3)),
    ({"approvalItems": lines(2, "Disable")}, Flag(Rule.REMOVAL, count=2)),
    ({"approvalItems": lines(11)}, Flag(Rule.ITEMS, count=11)),
    ({"created": (NOW - timedelta(days=15)).isoformat()}, Flag(Rule.AGE, count=14)),
]


@pytest.mark.parametrize(("fields", "flag"), HOLDING)
def test_each_rule_holds_on_its_own_facts(fields: dict[str, Any], flag: Flag) -> None:
    assert flags(**fields) == (flag,)


@pytest.mark.parametrize(
    ("fields", "off"),
    [
        (fields, {Rule.TYPE: {"types": ()}, Rule.VALUE: {"values": ()}, Rule.OWN: {"own": False},
                  Rule.ERRORS: {"errors": False}, Rule.REMOVAL: {"removals": False},
                  Rule.ITEMS: {"items": 0}, Rule.AGE: {"days": 0}}[flag.rule])
        for fields, flag in HOLDING
    ],
)  # fmt: skip
def test_each_rule_can_be_switched_off(fields: dict[str, Any], off: dict[str, Any]) -> None:
    assert flags(replace(RULES, **off), **fields) == ()


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


def test_a_removal_counts_people_by_name_whatever_their_accounts() -> None:
    def remedy(person: str, source: str) -> dict[str, str]:
        return {
            "targetDisplayName": person,
            "applicationName": source,
            "attributeOperation": "Remove",
        }

    several = [remedy("Ann", "SAP"), remedy("Bob", "VPN")]
    assert flags(remediationItems=several) == (Flag(Rule.REMOVAL, count=2),)
    assert flags(remediationItems=[remedy("Ann", "SAP"), remedy("Ann", "VPN")]) == ()


def test_age_is_shown_and_everything_else_asks() -> None:
    assert [rule for rule in Rule if not rule.asks] == [Rule.AGE]


@pytest.mark.parametrize("language", ["en", "de"])
def test_each_rule_has_its_own_sentence(language: str) -> None:
    with override(language):
        said = [ShownFlag.of(flag, language).text for _, flag in HOLDING]
    assert any("Domain ADMINS" in text and "*admin*" in text for text in said)
    assert len({flag.rule for _, flag in HOLDING}) == len(Rule)
    assert [text for text in said if not text or "%(" in text] == []


@pytest.mark.parametrize(
    ("said", "patterns"),
    [("none", ()), ("dba, *_ALL", ("dba", "*_ALL")), ("", Env.model_fields["flag_values"].default)],
)
def test_a_list_of_patterns_can_be_empty(
    monkeypatch: pytest.MonkeyPatch, said: str, patterns: tuple[str, ...]
) -> None:
    monkeypatch.setenv("FLAG_VALUES", said)
    assert Env(_env_file=None).flag_values == patterns  # type: ignore[call-arg]
