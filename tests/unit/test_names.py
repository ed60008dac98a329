"""What is searched for when somebody types a name."""

from urllib.parse import quote

import pytest

from workitems.isc.names import is_divided, is_enough, ways_to_read
from workitems.isc.paths import LONGEST_FILTER, people_filter

CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"


def halves(text: str) -> list[tuple[str, str]]:
    """As (first name, last name)."""
    return [(way["firstname"], way["lastname"]) for way in ways_to_read(text) if len(way) > 1]


def wholes(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for way in ways_to_read(text):
        for field, begin in way.items() if len(way) == 1 else ():
            found.setdefault(field, []).append(begin)
    return found


def test_the_whole_text_is_looked_for_in_each_field() -> None:
    fields = ("firstname", "lastname", "alias", "email")
    assert wholes("  von  der Leyen ") == {field: ["von der Leyen"] for field in fields}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("ada", []),
        ("Ada Lovelace", [("Ada", "Lovelace"), ("Lovelace", "Ada")]),
        ("Lovelace, Ada", [("Lovelace", "Ada"), ("Ada", "Lovelace")]),
        (
            "Ana da Silva",
            [
                ("Ana", "da Silva"),
                ("da Silva", "Ana"),
                ("Ana da", "Silva"),
                ("Silva", "Ana da"),
                ("Ana", "Silva"),
                ("Silva", "Ana"),
            ],
        ),
        ("王小明", [("小明", "王"), ("明", "王小")]),
        ("김지우", [("지우", "김"), ("우", "김지")]),
        ("サトウ", [("トウ", "サ"), ("ウ", "サト")]),
        ("王 小明", [("王", "小明"), ("小明", "王")]),
        ("王x", []),
    ],
)
def test_a_text_is_divided_where_names_can_be(text: str, pairs: list[tuple[str, str]]) -> None:
    assert halves(text) == pairs
    assert is_divided(text) == bool(pairs)


@pytest.mark.parametrize("typed", ["'", CURLY, "`", "\N{MODIFIER LETTER APOSTROPHE}"])
def test_both_apostrophes_are_looked_for_whichever_was_typed(typed: str) -> None:
    assert wholes(f"D{typed}Arcy")["lastname"] == ["D'Arcy", f"D{CURLY}Arcy"]
    assert ("Eve", f"D{CURLY}Arcy") in halves(f"Eve D{typed}Arcy")
    assert ("Eve", "D'Arcy") in halves(f"Eve D{typed}Arcy")


def test_letters_of_two_characters_are_looked_for_as_one() -> None:
    assert wholes("Zoe\N{COMBINING DIAERESIS}")["firstname"] == ["Zoë"]


@pytest.mark.parametrize("text", ["王", "々", "ゆ", "ユ", "ﾕ", "김", "ab", "王x"])
def test_it_is_enough_to_search(text: str) -> None:
    assert is_enough(text)


@pytest.mark.parametrize("text", ["", "a", "é", "7", ",", " a ,", "ж", "😀"])
def test_it_is_not_enough_to_search(text: str) -> None:
    assert not is_enough(text)


@pytest.mark.parametrize("text", ["a " * 50, "王" * 100, "'" * 100, '"' * 100, "😀 " * 50])
def test_no_text_makes_an_enormous_address(text: str) -> None:
    expression = people_filter(text)
    assert expression.count(" sw ") >= 4
    assert len(quote(expression)) < 2 * LONGEST_FILTER


def test_a_long_name_is_searched_for_in_all_ways() -> None:
    expression = people_filter("Wolfeschlegelsteinhausen Jean-Claude de la Rochefoucauld")
    for way in ways_to_read("Wolfeschlegelsteinhausen Jean-Claude de la Rochefoucauld"):
        assert all(f'{field} sw "{text}"' in expression for field, text in way.items())


@pytest.mark.parametrize("text", ["", "  ", " , "])
def test_no_name_is_no_search(text: str) -> None:
    assert people_filter(text) == ""
