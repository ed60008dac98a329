"""Sign-out, started by the dashboard and by the provider."""

import pytest

from tests.certified.browser import Browser, Frame, query_of, soup, words
from tests.certified.conftest import Visit
from tests.certified.provider import CONFIDENTIAL, PUBLIC, CertifiedProvider


@pytest.mark.parametrize("client", [CONFIDENTIAL, PUBLIC])
def test_signing_out_revokes_the_refresh_token_at_a_certified_provider(
    visit: Visit, certified: CertifiedProvider, client: str
) -> None:
    browser = visit(client)
    browser.sign_in()
    [token] = certified.refresh_tokens()

    browser.sign_out()  # does not follow the redirect to the provider

    assert certified.redeem(token, client)["error"] == "invalid_grant"
    assert browser.get("/sessions/").status_code == 302


def test_signing_out_leads_through_the_providers_own_page_and_back_with_our_state(
    visit: Visit, certified: CertifiedProvider
) -> None:
    browser = visit()
    browser.sign_in()
    away = browser.sign_out()
    asked = browser.get(away)
    assert asked.url.startswith(f"{certified.url}/session/end?")
    assert "Do you want to sign-out" in words(asked)

    back = browser.submit(asked, logout="yes").headers["Location"]
    page = browser.get(back)

    assert back.startswith(f"{browser.home}/signed-out/?")
    assert query_of(back)["state"] == query_of(away)["state"]
    assert page.status_code == 200
    assert "has signed you out as well" in words(page)
    assert browser.is_asked_who_they_are(browser.start())


def test_whoever_stays_signed_in_at_the_provider_is_not_told_otherwise(visit: Visit) -> None:
    browser = visit()
    browser.sign_in()

    kept = browser.submit(browser.get(browser.sign_out()))  # "No, stay signed in"
    page = browser.get(kept.headers["Location"])

    assert not browser.is_asked_who_they_are(browser.start())
    assert "unless you chose to stay signed in there" in words(page)


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/sessions/").status_code == 200


def test_signing_out_at_a_certified_provider_ends_the_page_and_the_widget_of_that_browser(
    visit: Visit, certified: CertifiedProvider
) -> None:
    browser, elsewhere, somebody = visit(), visit(), visit()
    frame = Frame(visit(), popup=browser)
    browser.sign_in("approver")
    frame.sign_in()
    elsewhere.sign_in("approver")
    somebody.sign_in("admin")
    assert is_signed_in(browser)
    assert frame.open().status_code == 200

    browser.sign_out_at_provider(certified.url)

    [told] = certified.events("told")
    assert told["sub"] == "approver"
    assert told["sid"]
    assert not is_signed_in(browser)
    shown = frame.open()
    assert shown.status_code == 401
    assert soup(shown).select_one("[data-signin]")
    assert is_signed_in(elsewhere)
    assert is_signed_in(somebody)


def test_signing_out_of_a_widget_may_cost_the_page_its_tokens_but_never_a_second_sign_in_form(
    visit: Visit, certified: CertifiedProvider
) -> None:
    """This provider revokes all that the person has granted in that browser, not one token."""
    browser = visit()
    frame = Frame(visit(), popup=browser)
    browser.sign_in()
    frame.sign_in()
    tokens = certified.refresh_tokens()

    frame.sign_out()

    assert not any(certified.is_alive(token) for token in tokens)
    answer = browser.get("/?tab=completed")
    assert answer.headers["Location"] == "/signin/?next=%2F%3Ftab%3Dcompleted"
    way = browser.get(answer.headers["Location"]).headers["Location"]
    assert not browser.is_asked_who_they_are(way)
    assert browser.get(browser.at_provider(way)).headers["Location"] == "/?tab=completed"
    assert browser.get("/?tab=completed").status_code == 200
