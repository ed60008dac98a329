"""Sign-in at a provider that has passed the OpenID certification."""

from collections.abc import Callable

import pytest
import requests

from sandbox.people import personas
from tests.certified.browser import Browser, changed, query_of, soup, words
from tests.certified.conftest import Visit
from tests.certified.provider import CONFIDENTIAL, PUBLIC, CertifiedProvider
from tests.certified.tenant import Tenant

ELSEWHERE = "https://evil.example"
Cancel = Callable[[Browser, str], str]


@pytest.mark.parametrize("client", [CONFIDENTIAL, PUBLIC])
@pytest.mark.parametrize(("login", "is_admin"), [("admin", True), ("approver", False)])
def test_a_person_signs_in_at_a_certified_provider(
    visit: Visit, client: str, login: str, is_admin: bool
) -> None:
    browser = visit(client)

    answer = browser.sign_in(login, next_url="/sessions/?from=here")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/sessions/?from=here")
    page = browser.get("/sessions/")
    assert f"Signed in as {personas()[login].name}" in words(page)
    assert bool(soup(page).select('a[href="/owner/"]')) is is_admin


@pytest.mark.parametrize(("client", "times"), [(CONFIDENTIAL, 0), (PUBLIC, 1)])
def test_userinfo_is_asked_only_where_the_id_token_leaves_something_open(
    visit: Visit, certified: CertifiedProvider, client: str, times: int
) -> None:
    visit(client).sign_in("admin")

    assert certified.count("/me") == times


def test_tasks_are_asked_for_the_identity_that_the_id_token_names(
    visit: Visit, work_items: Tenant
) -> None:
    browser = visit()
    browser.sign_in("approver")

    page = browser.get("/")

    assert page.status_code == 200
    assert soup(page).select("[data-task]")
    asked = [call for call in work_items.app.sandbox.calls if call.api]
    expected = personas()["approver"].id
    assert {call.query.get("ownerId", expected) for call in asked} == {expected}
    assert any("ownerId" in call.query for call in asked)
    assert {call.status for call in asked} == {200}


def test_a_certified_provider_has_our_pkce_challenge_or_refuses(visit: Visit) -> None:
    browser = visit()
    without = changed(browser.start(), code_challenge=None, code_challenge_method=None)

    back = browser.at_provider(without)
    page = browser.get(back)

    assert query_of(back)["error"] == "invalid_request"
    assert page.status_code == 502
    assert "does not accept My Tasks" in words(page)


def test_a_code_that_was_asked_for_with_another_challenge_is_worth_nothing(
    visit: Visit, certified: CertifiedProvider
) -> None:
    browser = visit()
    theirs = changed(browser.start(), code_challenge="a" * 43)

    page = browser.get(browser.at_provider(theirs))

    assert page.status_code == 400
    assert "already been used or has expired" in words(page)
    assert certified.count("/token") == 1
    assert browser.get("/sessions/").status_code == 302


def test_an_id_token_with_another_nonce_signs_nobody_in(visit: Visit) -> None:
    browser = visit()

    page = browser.get(browser.at_provider(changed(browser.start(), nonce="theirs")))

    assert page.status_code == 400
    assert "could not be verified" in words(page)
    assert browser.get("/sessions/").status_code == 302


@pytest.mark.parametrize("claimed", [ELSEWHERE, None])
def test_an_answer_without_the_issuer_that_was_promised_is_not_taken(
    visit: Visit, certified: CertifiedProvider, claimed: str | None
) -> None:
    browser = visit()
    back = browser.at_provider(browser.start())
    assert query_of(back)["iss"] == certified.url

    page = browser.get(changed(back, iss=claimed))

    assert page.status_code == 400
    assert "could not be verified" in words(page)
    assert certified.count("/token") == 0


def at_the_sign_in(browser: Browser, address: str) -> str:
    """Cancel on the sign-in form; returns the redirect back to us."""
    return cancel(browser, browser.follow(browser.get(address)))


def at_the_consent(browser: Browser, address: str) -> str:
    """Sign in, but cancel the consent; returns the redirect back to us."""
    login = browser.follow(browser.get(address))
    return cancel(browser, browser.follow(browser.submit(login, login="approver", password="any")))


def cancel(browser: Browser, page: requests.Response) -> str:
    link = next(link for link in soup(page).select("a") if "Cancel" in link.text)
    return browser.at_provider(str(link["href"]))


@pytest.mark.parametrize("cancelled", [at_the_sign_in, at_the_consent])
def test_cancelling_at_the_provider_is_said_in_words_and_one_may_start_again(
    visit: Visit, cancelled: Cancel
) -> None:
    browser = visit()

    back = cancelled(browser, browser.start("/sessions/"))
    page = browser.get(back)

    assert query_of(back)["error"] == "access_denied"
    assert page.status_code == 403
    assert "The sign-in was cancelled or not allowed" in words(page)
    assert "aborted" not in page.text
    again = soup(page).select_one('main a[href^="/signin/"]')
    assert again
    address = browser.get(str(again["href"])).headers["Location"]
    assert browser.get(browser.at_provider(address)).headers["Location"] == "/sessions/"
