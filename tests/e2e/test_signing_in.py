"""Sign in from a deep link, renew tokens unnoticed, sign out without leaving data behind."""

import re

import pytest
from playwright.sync_api import expect

from sandbox.handle import Sandbox
from tests.e2e.conftest import SignedIn, Visitor
from tests.e2e.reading import item_id, row, says
from tests.e2e.sign_in_steps import sign_in, sign_out
from tests.e2e.watching import Watch

both_profiles = pytest.mark.parametrize("profile", ["openid", "isc"])


@both_profiles
def test_a_deep_link_leads_through_the_sign_in_to_the_same_address(
    visitor: Visitor, sandbox: Sandbox, profile: str
) -> None:
    page = visitor(profile)
    address = f"/work-items/{item_id(sandbox, 'approver', 'Treasury dashboards')}/"
    page.goto(address)
    sign_in(page, sandbox.persona("approver").name)
    expect(page).to_have_url(re.compile(re.escape(address) + "$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Treasury")


@both_profiles
def test_after_signing_out_going_back_shows_nothing_and_one_can_sign_in_again(
    visitor: Visitor, sandbox: Sandbox, profile: str
) -> None:
    page, name = visitor(profile), sandbox.persona("approver").name
    page.goto("/?tab=completed")
    sign_in(page, name)
    sign_out(page, name)
    expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.context.clear_cookies(domain="127.0.0.1")  # end the session at the provider too
    page.go_back()
    expect(page.get_by_role("article")).to_have_count(0)
    page.goto("/signed-out/")
    page.get_by_role("link", name="Sign in", exact=True).click()
    sign_in(page, name)
    expect(page.get_by_role("heading", name="Pending tasks")).to_be_visible()


def test_a_token_refused_in_the_middle_is_renewed_unnoticed(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    page = visitor()
    page.goto("/")
    sign_in(page, sandbox.persona("approver").name)
    sandbox.fault("GET", "/work-items/completed$", status=401)
    page.get_by_role("link", name=re.compile("^Completed")).click()
    expect(page.get_by_role("heading", name="Completed tasks")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(25)
    assert sum(call.path.endswith("/token") for call in sandbox.calls) == 2


def test_a_write_whose_token_was_refused_asks_to_press_again(
    signed_in: SignedIn, sandbox: Sandbox, watch: Watch
) -> None:
    page = signed_in("approver")
    watch.expect_status(409)
    sandbox.fault("POST", "/approve/", status=401)
    button = row(page, "Treasury to ximena.caballero").get_by_role("button", name="Approve")
    button.click()
    expect(row(page, "Treasury to ximena.caballero").get_by_role("alert")).to_contain_text(
        "press the button again"
    )
    button.click()
    says(page, "Approved.")


def test_what_is_signed_in_is_not_kept_by_the_browser(signed_in: SignedIn) -> None:
    page = signed_in("approver")
    response = page.reload()
    assert response is not None
    assert response.headers["cache-control"] == "no-store"


def test_every_session_of_a_person_is_in_view_without_scrolling_a_box(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    for _ in range(3):
        page = visitor()
        page.goto("/sessions/")
        sign_in(page, sandbox.persona("approver").name)
        expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    entries = page.get_by_role("listitem").filter(has=page.get_by_role("button"))
    expect(entries.nth(2)).to_be_visible()  # and those that other tests have left
    box = page.get_by_role("list").filter(has=entries.first)
    assert box.evaluate("list => list.scrollHeight <= list.clientHeight")
