"""Public identities: the filters that the people search uses."""

import pytest

from tests.contract.conftest import Caller, texts


def names(caller: Caller, filters: str) -> set[str]:
    reply = caller.get("/public-identities", filters=filters)
    assert reply.status_code == 200, reply.json
    return {row["alias"] for row in reply.json}


def test_prefixes_ignore_case_and_find_accents(approver: Caller) -> None:
    assert {"maria.santos", "marta.grabowska"} <= names(approver, 'firstname sw "MAR"')
    assert names(approver, 'lastname sw "kjÆr"') == {"soren.kjaergaard"}
    assert names(approver, 'firstname sw "محمد"') == {"mohammed.alfarsi"}
    assert names(approver, 'email eq "MISAKI.TANAKA@ACME.EXAMPLE"') == {"misaki.tanaka"}


def test_the_search_of_one_word_looks_everywhere(approver: Caller) -> None:
    word = "tan"
    fields = ("firstname", "lastname", "alias", "email")
    found = names(approver, " or ".join(f'{field} sw "{word}"' for field in fields))
    assert {"weiling.tan", "hiroshi.tanabe"} <= found
    assert found == set().union(*(names(approver, f'{field} sw "{word}"') for field in fields))


def test_and_binds_tighter_than_or(approver: Caller) -> None:
    both = 'alias eq "noor.haddad" or firstname sw "Tom" and lastname sw "Kow"'
    assert names(approver, both) == {"noor.haddad", "tomasz.kowalczyk"}
    grouped = '(alias eq "noor.haddad" or firstname sw "Tom") and lastname sw "Kow"'
    assert names(approver, grouped) == {"tomasz.kowalczyk"}


def test_ids_are_looked_up_in_bulk(approver: Caller, admin: Caller) -> None:
    found = names(approver, f'id in ("{approver.id}","{admin.id}", "nobody")')
    assert found == {"maria.santos", "ingrid.halvorsen"}
    assert names(approver, f'id eq "{admin.id}"') == {"ingrid.halvorsen"}


def test_quotes_and_backslashes_are_escaped(approver: Caller) -> None:
    assert names(approver, 'lastname sw "O\'Malley"') == {"zofia.omalley"}
    assert names(approver, r'lastname sw "\"" or alias sw "\\"') == set()


@pytest.mark.parametrize(
    "filters",
    [
        'name sw "a"',
        'firstname co "a"',
        'id sw "a"',
        'firstname sw "a',
        "firstname sw a",
        'firstname sw "a" or',
        '(firstname sw "a"',
        'firstname sw "a")',
        'firstname sw "a" lastname sw "b"',
        "id in ()",
        "%",
        "sw",
    ],
)
def test_what_isc_cannot_filter_by_is_refused(approver: Caller, filters: str) -> None:
    reply = approver.get("/public-identities", filters=filters)
    assert (reply.status_code, "filter" in texts(reply)) == (400, True)


def test_people_are_paged_counted_and_sorted(approver: Caller) -> None:
    page = approver.get("/public-identities", sorters="name", limit=10, offset=5, count="true")
    everybody = approver.get("/public-identities", sorters="name").json
    assert page.json == everybody[5:15]
    assert int(page.headers["X-Total-Count"]) == len(everybody) >= 148
    assert approver.get("/public-identities", sorters="email").status_code == 400


def test_some_people_are_inactive_and_most_have_a_manager(approver: Caller) -> None:
    rows = approver.get("/public-identities").json
    states = [row["identityState"] for row in rows]
    assert set(states) == {"ACTIVE", "INACTIVE_SHORT_TERM", "INACTIVE_LONG_TERM"}
    assert 3 <= len([state for state in states if state != "ACTIVE"]) <= 10
    assert [row["alias"] for row in rows if row["manager"] is None] == ["eleanor.whitfield"]
    assert all(row["email"].endswith("@acme.example") for row in rows)
