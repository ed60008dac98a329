"""Finding rows in a list that was read: words, filters, orders, groups, counts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workitems.domain.changes import Effect
from workitems.domain.departures import Decision, Departures
from workitems.domain.facts import COMPLETED, DECIDED, Judge
from workitems.domain.flags import FlagRule, FlagRules, Rule
from workitems.domain.folding import fold, terms_of
from workitems.domain.piles import facts_of_pile
from workitems.domain.policy import Policy
from workitems.domain.queue_query import AGES, Group, Sort, Wanted
from workitems.domain.readings import Reading
from workitems.domain.results import WriteStatus
from workitems.domain.search import Found, Vocabulary, find
from workitems.domain.snapshots import BLOCK, Builder, Row, Snapshot
from workitems.isc.schemas import WorkItem, read_work_item

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADMIN = FlagRule(Rule.VALUES, ("*admin*",))
OLD = FlagRule(Rule.DAYS, more_than=14, asks=False)
RULES = FlagRules((ADMIN, OLD))
JUDGE = Judge(RULES, Policy({}), "me")
TYPES = {"Approval": "Genehmigung"}
WORDS = Vocabulary(lambda name: TYPES.get(name, name), {"remove": "von entfernen"})


def raw(item_id: str, *, days: float = 1.0, **fields: Any) -> dict[str, Any]:
    created = (NOW - timedelta(days=days)).isoformat()
    return {"id": item_id, "state": "Pending", "type": "Approval", "created": created, **fields}


def asks(operation: str, account: str, value: str, source: str, **more: Any) -> dict[str, Any]:
    one = {"id": f"{account}-{value}", "state": "Pending", "operation": operation}
    facts = {"account": account, "name": "memberOf", "value": value, "application": source}
    return {"approvalItems": [{**one, **facts, **more}]}


LIST = [
    raw("1", days=40, requesterDisplayName="Ana Cruz", **asks("Add", "jsmith", "VPN-Users", "AD")),
    raw("2", days=8, requesterDisplayName="Müller, Jürgen",
        **asks("Remove", "mlee", "Payroll", "SAP")),
    raw("3", days=3, requesterDisplayName="李伟", **asks("Add", "liwei", "Domain Admins", "AD")),
    raw("4", days=2, requesterDisplayName="Søren Łuk", description="emergency, INC-20481",
        type="ManualAction", **asks("Create", "sluk", "", "AD [source]")),
    raw("5", days=0.5, type="Form", form={"targetUser": "Zoë Ångström", "sections": []}),
    raw("6", days=20, requesterDisplayName="Ana Cruz",
        approvalItems=[*asks("Add", "a", "X", "AD")["approvalItems"],
                       *asks("Remove", "b", "Y", "SAP")["approvalItems"]]),
    "no work item",
]  # fmt: skip


def snapshot_of(raws: list[Any], *, number: int = 1, before: Snapshot | None = None) -> Snapshot:
    builder = Builder(JUDGE.facts_of, number, before)
    builder.add(map(read_work_item, raws))
    reading = Reading(number, NOW.timestamp(), len(raws), is_whole=True)
    return builder.built(reading)


SNAPSHOT = snapshot_of(LIST)


def found(wanted: Wanted, snapshot: Snapshot = SNAPSHOT, **more: Any) -> Found:
    more = {"rules": RULES, **more}
    return find(snapshot, wanted, now=NOW.timestamp(), vocabulary=WORDS, **more)


def ids(wanted: Wanted, snapshot: Snapshot = SNAPSHOT, **more: Any) -> str:
    return "".join(map(_id, snapshot.rows(found(wanted, snapshot, **more).places)))


def _id(row: Row) -> str:
    return row.id if isinstance(row, WorkItem) else "-"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "123456-"),
        ("vpn", "1"),
        ("VPN users", "1"),
        ("users vpn jsmith", "1"),
        ("vpn-users", "1"),
        ("pn", ""),  # words begin so
        ("muller", "2"),
        ("JÜRGEN", "2"),
        ("李", "3"),
        ("伟", "3"),
        ("soren luk", "4"),
        ("inc 20481", "4"),
        ("angstrom zoe", "5"),
        ("ana", "16"),
        ("ana sap", "6"),
        ("ad", "1346"),  # a source
        ("admins", "3"),
        ("genehmigung", "1236"),  # as the page calls its type
        ("entfernen", "26"),  # as the page says it
        ("entfernen ana", "6"),
        ("1 vpn", "1"),
        ("nothing of that", ""),
        ("...", "123456-"),  # no word at all
    ],
)
def test_words_in_any_order_find_rows(text: str, expected: str) -> None:
    assert ids(Wanted(text=text)) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(types=frozenset({"Form"})), "5"),
        (Wanted(types=frozenset({"Form", "ManualAction"})), "45"),
        (Wanted(sources=frozenset({"SAP"})), "26"),
        (Wanted(sources=frozenset({"SAP"}), effects=frozenset({Effect.GIVE})), "6"),
        (Wanted(effects=frozenset({Effect.CREATE})), "4"),
        (Wanted(requesters=frozenset({"Ana Cruz"})), "16"),
        (Wanted(flagged=True), "3"),
        (Wanted(flags=frozenset({ADMIN.key})), "3"),
        (Wanted(flags=frozenset({OLD.key})), "16"),
        (Wanted(flags=frozenset({ADMIN.key, OLD.key})), "136"),
        (Wanted(flags=frozenset({"values-0"})), ""),
        (Wanted(form=True), "5"),
        (Wanted(older=7), "126"),
        (Wanted(older=30), "1"),
        (Wanted(text="ana", older=30), "1"),
        (Wanted(since=int((NOW - timedelta(days=3, hours=1)).timestamp())), "345"),
        (
            Wanted(
                since=int((NOW - timedelta(days=9)).timestamp()),
                until=int((NOW - timedelta(days=2, hours=1)).timestamp()),
            ),
            "23",
        ),
        (Wanted(types=frozenset({"Nothing"})), ""),
    ],
)
def test_filters_narrow_the_list(wanted: Wanted, expected: str) -> None:
    assert ids(wanted) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.LISTED, "123456-"),
        (Sort.OLDEST, "162345-"),
        (Sort.NEWEST, "-543261"),
        (Sort.REQUESTER, "162435-"),  # Ana, Müller, Søren, 李伟; those without a name at the end
        (Sort.SOURCE, "134625-"),
        (Sort.FLAGGED, "316245-"),
    ],
)
def test_rows_are_sorted(sort: Sort, expected: str) -> None:
    assert ids(Wanted(), sort=sort) == expected


def test_what_is_alike_in_an_order_has_the_oldest_first() -> None:
    rows = [raw(str(n), days=n, requesterDisplayName="Ana") for n in range(1, 6)]
    assert ids(Wanted(), snapshot_of(rows), sort=Sort.REQUESTER) == "54321"


ALIKE = [
    raw("a", days=1, requesterDisplayName="Ana", **asks("Add", "one", "VPN", "AD")),
    raw("b", days=9, requesterDisplayName="Bo", **asks("Add", "two", "Payroll", "SAP")),
    raw("c", days=3, requesterDisplayName="Ana", **asks("Grant", "three", "VPN", "AD [source]")),
    raw("d", days=2, requesterDisplayName="Cy", **asks("Remove", "one", "VPN", "AD")),
    raw("e", days=4, requesterDisplayName="Bo", **asks("Add", "four", "VPN", "AD")),
    raw("f", days=5, requesterDisplayName="Bo", **asks("Add", "five", "Payroll", "SAP")),
    raw("g", days=6, type="ManualAction", approvalItems=[
        *asks("Create", "one", "jsmith", "AD")["approvalItems"],
        *asks("Create", "one", "Sales", "AD")["approvalItems"]]),
    raw("h", days=7, type="ManualAction", **asks("Create", "six", "mlee", "AD")),
    raw("i", days=8, approvalItems=[
        *asks("Add", "one", "VPN", "AD")["approvalItems"],
        *asks("Add", "one", "Payroll", "SAP")["approvalItems"]]),
    raw("j", days=8, type="Form"),
]  # fmt: skip


def searched(snapshot: Snapshot, wanted: Wanted | None = None, **more: Any) -> Found:
    return find(snapshot, wanted or Wanted(), now=0, rules=JUDGE.rules, **more)


def piles(group: Group, **more: Any) -> list[str]:
    """The rows of each pile, and a row that stands alone as it is."""
    snapshot = snapshot_of(ALIKE)
    found_ = find(snapshot, Wanted(), group=group, now=NOW.timestamp(), rules=JUDGE.rules, **more)
    shown = []
    for pile in found_.piles:
        rows = "".join(map(_id, snapshot.rows(pile.places)))
        shown.append(rows if pile.is_alone else f"[{rows}]")
    assert found_.places == [place for pile in found_.piles for place in pile.places]
    return shown


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (Group.ALIKE, ["[ace]", "[bf]", "[gh]", "d", "i", "j"]),
        (Group.PERSON, ["[adgi]", "b", "c", "e", "f", "h", "j"]),
        (Group.REQUESTER, ["[bef]", "[ac]", "d", "g", "h", "i", "j"]),
        (Group.SOURCE, ["[acdegh]", "[bf]", "i", "j"]),
        (Group.TYPE, ["[abcdefi]", "[gh]", "j"]),
    ],
)
def test_what_is_alike_is_one_pile_the_largest_first(group: Group, expected: list[str]) -> None:
    assert piles(group) == expected


def test_a_pile_and_those_of_its_size_stand_in_the_chosen_order() -> None:
    expected = ["[eca]", "[bf]", "[hg]", "i", "j", "d"]
    assert piles(Group.ALIKE, sort=Sort.OLDEST) == expected


def test_what_leaves_does_not_change_the_order_of_piles() -> None:
    """Pages are counted in it: a pile that moved up would be passed over."""
    assert piles(Group.ALIKE, hidden=[0, 2]) == ["[e]", "[bf]", "[gh]", "d", "i", "j"]
    assert piles(Group.ALIKE, hidden=[0, 2, 4]) == ["[bf]", "[gh]", "d", "i", "j"]


def test_the_rows_of_one_pile_are_found_by_its_mark() -> None:
    snapshot = snapshot_of(ALIKE)
    for group in (Group.ALIKE, Group.PERSON, Group.REQUESTER, Group.SOURCE, Group.TYPE):
        whole = searched(snapshot, group=group)
        for pile in whole.piles:
            facts = facts_of_pile(snapshot, pile)
            if pile.is_alone:
                assert facts.mark == ""
                continue
            inside = searched(snapshot, Wanted(pile=facts.mark), group=group)
            assert (list(inside.places), inside.piles) == (list(pile.places), ())
            assert inside.pile is not None
            assert facts_of_pile(snapshot, inside.pile) == facts
    assert searched(snapshot, Wanted(pile="AAAAAA"), group=Group.ALIKE).places == []
    assert len(searched(snapshot, Wanted(pile="AAAAAA")).places) == len(ALIKE)


def test_a_pile_counts_people_flags_and_what_waits_for_a_decision() -> None:
    rows = [raw(str(n), days=n, **asks("Add", who, "Some admin", "AD"))
            for n, who in enumerate(["one", "two", "two"], 2)]  # fmt: skip
    rows += [raw("x", **asks("Add", "three", "Some admin", "AD", state="Finished"))]
    snapshot = snapshot_of(rows)
    facts = facts_of_pile(snapshot, searched(snapshot, group=Group.ALIKE).piles[0])
    assert (facts.rows, facts.people, facts.flagged, facts.decided) == (4, 3, 4, 0)
    assert facts.moment == int((NOW - timedelta(days=4)).timestamp())
    assert facts.takes == DECIDED | COMPLETED  # of one, nothing waits any more
    manual = snapshot_of([raw(n, type="ManualAction", remediationItems=[]) for n in "ab"])
    facts = facts_of_pile(manual, searched(manual, group=Group.TYPE).piles[0])
    assert (facts.takes, facts.completed) == (COMPLETED, 2)


def test_counts_are_those_with_the_other_filters_as_they_are() -> None:
    counts = found(Wanted(sources=frozenset({"SAP"}), text="ana")).counts
    assert counts["source"] == {"AD": 2, "SAP": 1}  # without its own filter
    assert counts["requester"] == {"Ana Cruz": 1}
    assert counts["effect"] == {Effect.GIVE: 1, Effect.REMOVE: 1}
    assert counts["older"] == {1: 1, 7: 1, 14: 1, 30: 0}


@pytest.mark.parametrize("days", AGES)
def test_each_count_is_what_the_page_shows_with_it(days: int) -> None:
    counts = found(Wanted()).counts
    assert counts["older"][days] == len(ids(Wanted(older=days)))
    for source, count in counts["source"].items():
        assert len(ids(Wanted(sources=frozenset({source})))) == count
    for effect, count in counts["effect"].items():
        assert len(ids(Wanted(effects=frozenset({effect})))) == count


def test_rows_that_have_left_are_neither_shown_nor_counted() -> None:
    one = found(Wanted(text="ana"), hidden={0})
    assert "".join(map(_id, SNAPSHOT.rows(one.places))) == "6"
    assert one.counts["older"][30] == 0


def test_a_snapshot_survives_being_packed() -> None:
    many = snapshot_of(
        [raw(f"r{n}", requesterDisplayName=f"P{n % 7}") for n in range(BLOCK * 3 + 5)]
    )
    for one in (SNAPSHOT, many, snapshot_of([])):
        again = Snapshot.unpacked(one.packed())
        assert (again.reading, again.columns, again.tables) == (
            one.reading,
            one.columns,
            one.tables,
        )
        assert (again.text, again.blocks, again.gone) == (one.text, one.blocks, one.gone)
        assert again.rows(range(len(one))) == one.rows(range(len(one)))


@pytest.mark.parametrize("broken", [b"", b"x", b"12\nabc", SNAPSHOT.packed()[:-9][:200]])
def test_what_is_no_snapshot_is_refused(broken: bytes) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - whichever: the store takes none of them
        Snapshot.unpacked(broken)


def test_a_row_that_comes_twice_is_one() -> None:
    assert ids(Wanted(), snapshot_of([LIST[0], LIST[1], LIST[0]])) == "12"


def test_the_next_reading_knows_what_is_new_and_what_is_gone() -> None:
    first = snapshot_of(LIST[:4])
    second = snapshot_of([LIST[0], *LIST[2:6]], number=2, before=first)
    assert (second.new_since(1), second.gone_since(1)) == (2, 1)
    third = snapshot_of(LIST[:1], number=3, before=second)
    assert (third.new_since(1), third.gone_since(1), third.gone_since(2)) == (0, 5, 4)
    assert (third.new_since(2), third.gone_since(3)) == (0, 0)


def test_what_has_left_by_a_decision_here_is_not_news() -> None:
    first = snapshot_of(LIST[:3])
    builder = Builder(JUDGE.facts_of, 2, first)
    builder.add(map(read_work_item, LIST[1:2]))
    hidden = frozenset({first.columns["marks"][0]})
    second = builder.built(Reading(2, NOW.timestamp(), 1, is_whole=True), hidden)
    assert second.gone_since(1) == 1


DONE, DONE_ALREADY, REFUSED = (
    WriteStatus.SUCCEEDED,
    WriteStatus.ALREADY_DONE,
    WriteStatus.REFUSED,
)


@pytest.mark.parametrize(
    ("decisions", "left", "changed"),
    [
        ([], set(), {}),
        ([Decision("1", "", DONE)], {0}, {}),
        ([Decision("1", "jsmith-VPN-Users", WriteStatus.VERIFIED)], {0}, {}),
        ([Decision("6", "a-X", DONE)], set(), {5: "6"}),
        ([Decision("6", "a-X", DONE), Decision("6", "b-Y", DONE_ALREADY)], {5}, {}),
        ([Decision("6", "a-X", DONE), Decision("6", "a-X", DONE)], set(), {5: "6"}),
        ([Decision("6", "", REFUSED), Decision("2", "mlee-Payroll", REFUSED)], set(), {}),
        ([Decision("6", "a-X", WriteStatus.GONE)], {5}, {}),
        ([Decision("elsewhere", "", DONE)], set(), {}),
    ],
)
def test_decisions_since_it_was_read(
    decisions: list[Decision], left: set[int], changed: dict[int, str]
) -> None:
    assert Departures.of(SNAPSHOT, decisions) == Departures(frozenset(left), changed)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Give VPN-Users", "give vpn users"),
        ("  Jürgen\tMÜLLER ", "jurgen muller"),
        ("Straße Ærø İstanbul", "strasse aero istanbul"),
        ("CN=Payroll,OU=Finance_Team", "cn payroll ou finance team"),
        ("", ""),
        ("\N{BULLET}", ""),
        ("ﾊﾝｶｸ", "ハンカク"),
    ],
)
def test_folded_text(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_long_texts_are_cut_to_a_number_of_words() -> None:
    assert len(terms_of(" ".join(f"w{n}" for n in range(100)))) == 12


Timer = Callable[[], float]


def test_10_000_rows_take_little_memory() -> None:
    rows = [
        raw(f"id-{n}", days=n / 100, **asks("Add", f"u{n}", f"G{n % 50}", "AD"))
        for n in range(10_000)
    ]
    assert snapshot_of(rows).size < 4_000_000


def test_a_flag_has_its_number_and_days_come_with_the_time() -> None:
    counts = found(Wanted(flagged=True)).counts
    assert counts["flag"] == {ADMIN.key: 1}
    assert found(Wanted(flags=frozenset({ADMIN.key}))).counts["flag"] == {ADMIN.key: 1, OLD.key: 2}
    later = find(SNAPSHOT, Wanted(), rules=RULES, now=(NOW + timedelta(days=13)).timestamp())
    assert later.counts["flag"] == {ADMIN.key: 1, OLD.key: 5}


def test_what_waits_long_is_flagged_where_the_file_has_it_ask() -> None:
    rules = FlagRules((ADMIN, replace(OLD, asks=True)))
    assert ids(Wanted(flagged=True), rules=rules) == "136"
    assert found(Wanted(), rules=rules).counts["flagged"] == {True: 3}
    assert ids(Wanted(), rules=rules, sort=Sort.FLAGGED) == "163245-"


def test_the_last_of_sixty_flags_is_found() -> None:
    many = [FlagRule(Rule.VALUES, (f"x{n}",)) for n in range(59)]
    rules = FlagRules((*many, ADMIN))
    builder = Builder(Judge(rules, Policy({}), "me").facts_of, 1)
    builder.add(map(read_work_item, LIST))
    read = Snapshot.unpacked(builder.built(Reading(1, NOW.timestamp(), len(LIST))).packed())
    assert ids(Wanted(flags=frozenset({ADMIN.key})), read, rules=rules) == "3"
