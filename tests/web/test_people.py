"""The two searches for people find names as people type them, with one call each."""

import pytest

from sandbox.handle import Sandbox
from tests.web.conftest import Browser, parsed, words

pytestmark = pytest.mark.django_db
CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"
SEARCHES = ["/people/", "/owner/"]


def search(browser: Browser, path: str, text: str) -> tuple[str, list[str]]:
    """What the page says about the search, and who is listed."""
    page = parsed(browser.get(path, {"q": text}, headers={"HX-Request": "true"}))
    return words(page.select_one("[id$=-found]")), [words(one) for one in page.select(".choice")]


@pytest.mark.parametrize("path", SEARCHES)
@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("van Dijk", "jan.vandijk"),
        ("Jan van Dijk", "jan.vandijk"),
        ("van dijk jan", "jan.vandijk"),
        ("María de la Cruz", "maria.delacruz"),
        ("de la Cruz, María", "maria.delacruz"),
        ("Du Pont", "maryann.dupont"),
        ("Mary Ann", "maryann.dupont"),
        ("Mary Ann Du Po", "maryann.dupont"),
        ("van den", "wilhelmina.vandenberg"),
        ("O'Brien", "siobhan.obrien"),
        (f"Siobhán O{CURLY}B", "siobhan.obrien"),
        (f"Žofia O{CURLY}Mall", "zofia.omalley"),
        ("李", "wei.li"),
        ("李伟", "wei.li"),
        ("李 伟", "wei.li"),
        ("남궁민수", "minsu.namgung"),
        ("남", "minsu.namgung"),
    ],
)
def test_a_name_is_found_as_people_type_it(
    admin: Browser, sandbox: Sandbox, path: str, text: str, alias: str
) -> None:
    sandbox.calls.clear()
    told, listed = search(admin, path, text)
    assert [call.path for call in sandbox.api_calls] == ["/v2024/public-identities"]
    assert told == "1 person found"
    assert alias in listed[0]


@pytest.mark.parametrize("path", SEARCHES)
def test_who_finds_nobody_hears_what_was_searched(admin: Browser, path: str) -> None:
    nobody = f"Nobody{CURLY}s name, account or e-mail address begins with"
    for text in ("zz yy", "\N{HANGUL SYLLABLE HIH}" * 2):
        told, listed = search(admin, path, text)
        assert told == f"{nobody} “{text}”, and no first and last name with its parts."
        assert listed == []
    assert search(admin, path, "zzyy") == (f"{nobody} “zzyy”.", [])


@pytest.mark.parametrize("path", SEARCHES)
def test_more_people_than_are_shown_are_told_of(
    admin: Browser, sandbox: Sandbox, path: str
) -> None:
    sandbox.calls.clear()
    told, listed = search(admin, path, "ma")
    assert told == "The first 10 of more: type more to find others."
    assert len(listed) == 10
    assert [call.query["limit"] for call in sandbox.api_calls] == ["11"]
    told, listed = search(admin, path, "mar")
    assert told == f"{len(listed)} people found"


@pytest.mark.parametrize("path", SEARCHES)
@pytest.mark.parametrize("text", ["", "m", "é", " , "])
def test_too_little_to_search_for_is_no_call(
    admin: Browser, sandbox: Sandbox, path: str, text: str
) -> None:
    sandbox.calls.clear()
    told, listed = search(admin, path, text)
    assert (told, listed) == ("Type at least two letters to search.", [])
    assert sandbox.api_calls == []


def test_a_long_text_of_many_words_is_searched_for_all_the_same(admin: Browser) -> None:
    told, listed = search(admin, "/people/", "lorem " * 16)
    assert told.startswith("Nobody")
    assert listed == []


def test_what_was_typed_stays_in_the_owner_search_without_javascript(admin: Browser) -> None:
    page = parsed(admin.get("/owner/", {"q": "m"}))
    assert page.select_one("#id_q")["value"] == "m"
