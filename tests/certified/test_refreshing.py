"""Token refresh at a provider that rotates refresh tokens and revokes all when one is reused.

Its first access token lasts half a minute, so the first page renews it; renewed ones last longer.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings

from taskmanager.signin.providers import registry
from tests.certified.browser import Browser
from tests.certified.conftest import Visit
from tests.certified.provider import CONFIDENTIAL, CertifiedProvider
from tests.certified.tenant import Tenant
from tests.environment import CLIENT_SECRET
from tests.signin.conftest import PUBLIC_URL, Visitor

AT_ONCE = 6


def test_a_token_that_is_about_to_end_is_renewed_and_the_old_refresh_token_is_dead(
    visit: Visit, certified: CertifiedProvider, work_items: Tenant
) -> None:
    browser = visit()
    browser.sign_in()
    [first] = certified.refresh_tokens()
    assert certified.is_alive(first)

    pages = [browser.get("/"), browser.get("/?tab=completed")]

    assert [page.status_code for page in pages] == [200, 200]
    assert certified.count("/token") == 2  # the code, one refresh
    _, second = certified.refresh_tokens()
    assert (certified.is_alive(first), certified.is_alive(second)) == (False, True)
    assert len(set(work_items.bearers)) == 1  # the renewed one


def test_a_renewed_token_that_the_api_refuses_is_renewed_with_the_rotated_one(
    visit: Visit, certified: CertifiedProvider, work_items: Tenant
) -> None:
    browser = visit()
    browser.sign_in()
    assert browser.get("/").status_code == 200
    work_items.app.sandbox.fault("GET", r"/v2024/work-items$", status=401)

    page = browser.get("/")

    assert page.status_code == 200
    assert certified.count("/token") == 3
    assert len(set(work_items.bearers)) == 2
    assert certified.is_alive(certified.refresh_tokens()[2])


def test_pages_that_are_asked_for_at_once_renew_it_once(
    visit: Visit, certified: CertifiedProvider, work_items: Tenant
) -> None:
    browser = visit()
    browser.sign_in()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        pages = list(pool.map(browser.get, ["/"] * AT_ONCE))

    assert [page.status_code for page in pages] == [200] * AT_ONCE
    assert certified.count("/token") == 2  # the code, one refresh
    assert len(set(work_items.bearers)) <= 2  # the old one lasts while the new one is fetched
    assert certified.is_alive(certified.refresh_tokens()[-1])


def test_a_stolen_refresh_token_ends_for_both_and_the_person_signs_in_again(
    visit: Visit, certified: CertifiedProvider
) -> None:
    browser = visit()
    browser.sign_in()
    [stolen] = certified.refresh_tokens()
    theirs = certified.redeem(stolen)["refresh_token"]

    answer = browser.get("/?tab=completed")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/signin/?next=%2F%3Ftab%3Dcompleted"
    assert certified.redeem(theirs)["error"] == "invalid_grant"
    way = browser.get(answer.headers["Location"]).headers["Location"]
    assert browser.get(browser.at_provider(way)).headers["Location"] == "/?tab=completed"
    assert browser.get("/?tab=completed").status_code == 200


class Person(Visitor):
    """Django's test client for the dashboard, so that a test can move the dashboard's clock."""

    def choose(self, authorize_url: str, persona: str = "approver") -> str:
        there = Browser(PUBLIC_URL)
        there.http = self.elsewhere
        return there.at_provider(authorize_url, persona).removeprefix(PUBLIC_URL)


@pytest.fixture
def alone(tmp_path: Path) -> CertifiedProvider:
    """A provider that the test itself starts and stops."""
    return CertifiedProvider({CONFIDENTIAL: PUBLIC_URL}, tmp_path)


@pytest.fixture
def person(db: None, settings: LazySettings, alone: CertifiedProvider) -> Iterator[Person]:
    registry.provider_of.cache_clear()
    settings.OIDC_ISSUER = alone.url
    settings.OIDC_SCOPES = ("openid", "profile")
    settings.OIDC_CLIENT_ID = CONFIDENTIAL
    settings.OIDC_CLIENT_SECRET = CLIENT_SECRET
    made = Person()
    yield made
    made.elsewhere.close()


def test_a_provider_that_comes_back_with_new_keys_signs_people_in(
    alone: CertifiedProvider, person: Person
) -> None:
    with alone:
        assert person.sign_in("admin").headers["Location"] == "/"
        person.client.cookies.clear()
    # An unknown key id makes us fetch the keys again, at most every 30 seconds.
    later = timedelta(seconds=31)

    with alone, time_machine.travel(later, tick=True):
        answer = person.sign_in("approver", next_url="/sessions/")
        keys_fetched = alone.count("/jwks")

    assert answer.status_code == 302, answer.content
    assert answer.headers["Location"] == "/sessions/"
    assert keys_fetched == 1
