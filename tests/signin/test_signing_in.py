"""Sign-in, in both profiles."""

import time

import pytest
import time_machine
from django.conf import LazySettings
from django.test import RequestFactory

from taskmanager.signin.models import Session
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.token_store import tokens_of
from tests.session_tokens import access_token_for
from tests.signin.conftest import Provider, Visitor, query_of, under_way


def test_a_person_signs_in_and_arrives_where_they_wanted_to_go(
    any_profile: Provider, visitor: Visitor
) -> None:
    response = visitor.sign_in("admin", next_url="/work-items/42/?tab=completed")

    assert response.status_code == 302
    assert response.headers["Location"] == "/work-items/42/?tab=completed"
    expected = any_profile.sandbox.persona("admin")
    assert visitor.client.session["person"] == {
        "id": expected.id,
        "name": expected.name,
        "alias": expected.alias,
        "is_admin": True,
        "is_auditor": True,
    }


def test_a_person_without_the_level_is_no_admin(any_profile: Provider, visitor: Visitor) -> None:
    visitor.sign_in("approver")

    assert visitor.client.session["person"]["is_admin"] is False


def test_auditors_have_levels_of_their_own(
    any_profile: Provider, visitor: Visitor, settings: LazySettings
) -> None:
    settings.AUDITOR_VALUES = ("ORG_AUDITOR",)
    visitor.sign_in("admin")

    person = visitor.client.session["person"]
    assert (person["is_admin"], person["is_auditor"]) == (True, False)


def test_the_access_token_is_at_hand_after_sign_in(
    any_profile: Provider, visitor: Visitor, rf: RequestFactory
) -> None:
    visitor.sign_in("approver")
    request = rf.get("/")
    request.session = visitor.client.session

    caller = any_profile.sandbox.tokens.read(access_token_for(request))
    assert caller.identity_id == any_profile.sandbox.persona("approver").id


def test_the_request_to_the_provider_carries_pkce_state_and_nonce(
    openid: Provider, visitor: Visitor
) -> None:
    sent = query_of(visitor.start())

    assert sent["response_type"] == "code"
    assert sent["code_challenge_method"] == "S256"
    assert len(sent["code_challenge"]) == 43
    assert len(sent["state"]) >= 43
    assert sent["nonce"]
    assert sent["redirect_uri"] == "http://localhost:8000/signin/callback/"


def test_isc_is_sent_pkce_but_neither_scope_nor_nonce(isc: Provider, visitor: Visitor) -> None:
    sent = query_of(visitor.start())

    assert sent["code_challenge_method"] == "S256"
    assert "scope" not in sent
    assert "nonce" not in sent


def test_the_state_says_nothing_about_the_page(openid: Provider, visitor: Visitor) -> None:
    assert "secret-page" not in visitor.start("/work-items/secret-page/")


def test_the_host_header_does_not_decide_the_redirect_address(
    openid: Provider, visitor: Visitor
) -> None:
    response = visitor.client.get("/signin/", headers={"host": "testserver"})

    sent = query_of(response.headers["Location"])
    assert sent["redirect_uri"] == "http://localhost:8000/signin/callback/"


def test_a_new_session_key_comes_with_the_sign_in(openid: Provider, visitor: Visitor) -> None:
    planted = SessionStore()
    planted["color"] = "red"
    planted.save()
    visitor.client.cookies["session"] = planted.session_key or ""

    visitor.sign_in("approver")

    assert visitor.session_key != planted.session_key
    assert Session.objects.count() == 1


def test_signing_in_again_replaces_session_and_csrf_secret(
    openid: Provider, visitor: Visitor
) -> None:
    visitor.sign_in("approver")
    visitor.client.get("/signed-out/")
    first_key = visitor.session_key

    visitor.sign_in("admin")

    assert visitor.session_key != first_key
    assert visitor.client.session["person"]["alias"] == openid.sandbox.persona("admin").alias
    assert Session.objects.count() == 1


def test_two_tabs_may_sign_in_at_the_same_time(openid: Provider, visitor: Visitor) -> None:
    first = visitor.start("/?tab=completed")
    second = visitor.start("/work-items/7/")

    one = visitor.client.get(visitor.choose(first))
    two = visitor.client.get(visitor.choose(second))

    assert one.headers["Location"] == "/?tab=completed"
    assert two.headers["Location"] == "/work-items/7/"


def test_six_restored_tabs_all_arrive_where_they_were(
    any_profile: Provider, visitor: Visitor
) -> None:
    wanted = [f"/work-items/{number}/" for number in range(5)] + ["/?tab=completed&page=2"]
    begun = [visitor.start(address) for address in wanted]

    arrived = [visitor.client.get(visitor.choose(each)).headers["Location"] for each in begun]

    assert arrived == wanted
    assert Session.objects.count() == 1
    assert under_way(visitor) == []


def test_another_tab_that_signs_in_the_same_person_keeps_the_session(
    openid: Provider, visitor: Visitor
) -> None:
    visitor.sign_in("approver")
    key, first = visitor.session_key, tokens_of(visitor.client.session)

    visitor.sign_in("approver", next_url="/work-items/7/")

    now = tokens_of(visitor.client.session)
    assert visitor.session_key == key
    assert first is not None
    assert now is not None
    assert first.access_token != now.access_token
    assert openid.count("/openid/revoke") == 1


@pytest.mark.parametrize("seconds", [601, 3000])
def test_a_sign_in_that_took_too_long_starts_over_and_still_arrives(
    openid: Provider, visitor: Visitor, seconds: int
) -> None:
    way_back = visitor.choose(visitor.start("/work-items/7/"))
    with time_machine.travel(time.time() + seconds):
        again = visitor.client.get(way_back).headers["Location"]
        arrived = visitor.client.get(visitor.choose(again))

    assert query_of(again)["state"].startswith("again.")
    assert arrived.headers["Location"] == "/work-items/7/"


@pytest.mark.parametrize("state", ["made-up", "", "\1", "popup"])
def test_an_unknown_state_starts_over_once_only(
    openid: Provider, visitor: Visitor, state: str
) -> None:
    again = visitor.client.get("/signin/callback/", {"state": state, "code": "x"})
    second = visitor.choose(again.headers["Location"])
    forgetful = Visitor()  # keeps no cookie
    response = forgetful.client.get(second)

    assert response.status_code == 400
    assert b"took too long or was started elsewhere" in response.content
    assert b'href="/signin/' in response.content


def test_an_unknown_state_of_a_popup_starts_nothing_in_it(
    openid: Provider, visitor: Visitor
) -> None:
    response = visitor.client.get("/signin/callback/", {"state": "popup.gone", "code": "x"})

    assert response.status_code == 400


def test_a_late_answer_leads_who_is_signed_in_to_where_they_wanted_to_go(
    openid: Provider, visitor: Visitor
) -> None:
    late = visitor.choose(visitor.start("/work-items/7/"))
    visitor.sign_in("approver")
    with time_machine.travel(time.time() + 700):
        assert visitor.client.get(late).headers["Location"] == "/work-items/7/"


def test_the_cookie_of_a_sign_in_tells_nothing(openid: Provider, visitor: Visitor) -> None:
    state = query_of(visitor.start("/work-items/secret-page/"))["state"]
    (name,) = under_way(visitor)
    cookie = visitor.client.cookies[name]

    assert state not in name
    assert "secret-page" not in cookie.value
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert int(cookie["max-age"]) <= 3600
    assert len(cookie.value) < 900


def test_a_cookie_is_good_for_its_own_state_only(openid: Provider, visitor: Visitor) -> None:
    one, other = visitor.choose(visitor.start("/a/")), visitor.choose(visitor.start("/b/"))
    first, second = under_way(visitor)
    cookies = visitor.client.cookies
    cookies[first], cookies[second] = cookies[second].value, cookies[first].value

    for answer in (one, other):
        assert "again." in visitor.client.get(answer).headers["Location"]


def test_a_very_long_address_is_not_carried_along(openid: Provider, visitor: Visitor) -> None:
    arrived = visitor.sign_in("approver", next_url="/?q=" + "x" * 3000)

    assert arrived.headers["Location"] == "/"


def test_another_browser_cannot_finish_a_sign_in(openid: Provider, visitor: Visitor) -> None:
    way_back = visitor.choose(visitor.start())
    victim = Visitor()

    response = victim.client.get(way_back)

    assert response.headers["Location"].startswith(openid.url)  # a sign-in of their own
    assert victim.client.session.get("person") is None


def test_an_answer_counts_once(openid: Provider, visitor: Visitor) -> None:
    way_back = visitor.choose(visitor.start())
    visitor.client.get(way_back)
    key = visitor.session_key

    response = visitor.client.get(way_back)

    assert response.headers["Location"] == "/"  # signed in already: no error page, no new session
    assert visitor.session_key == key


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("access_denied", 403, "cancelled or not allowed"),
        ("invalid_scope", 502, "does not grant what My Tasks asks for"),
        ("server_error", 503, "has a problem"),
        ("temporarily_unavailable", 503, "is busy"),
        ("unauthorized_client", 502, "does not accept My Tasks"),
        ("login_required", 403, "needs to ask you something"),
        ("<script>alert(1)</script>", 400, "The sign-in did not work"),
    ],
)
def test_errors_of_the_provider_are_said_in_our_words(
    openid: Provider, visitor: Visitor, code: str, status: int, words: str
) -> None:
    sent = query_of(visitor.start("/work-items/7/"))

    response = visitor.client.get(
        "/signin/callback/",
        {
            "error": code,
            "error_description": "call 555-EVIL",
            "state": sent["state"],
            "iss": openid.url,
        },
    )

    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert "EVIL" not in page
    assert "<script>alert" not in page
    assert "next=%2Fwork-items%2F7%2F" in page


def test_a_provider_that_is_down_is_said_in_words(openid: Provider, visitor: Visitor) -> None:
    openid.sandbox.fault("GET", "/.well-known", status=503, times=5)

    response = visitor.client.get("/signin/", {"next": "/?tab=completed"})

    assert response.status_code == 503
    assert "does not answer" in response.content.decode()
    assert "next=%2F%3Ftab%3Dcompleted" in response.content.decode()


def test_oauth_info_is_tried_twice(isc: Provider, visitor: Visitor) -> None:
    isc.sandbox.fault("GET", "/oauth/info", status=503, times=1)

    assert visitor.start().startswith(f"{isc.url}/oauth/authorize?")


def test_isc_without_userinfo_names_the_person_by_alias(isc: Provider, visitor: Visitor) -> None:
    isc.sandbox.fault("GET", "/oauth/userinfo", status=404)

    visitor.sign_in("approver")

    person = visitor.client.session["person"]
    assert person["name"] == person["alias"] == isc.sandbox.persona("approver").alias


def test_a_technical_account_is_told_that_it_has_no_identity(
    isc: Provider, visitor: Visitor
) -> None:
    def without_identity(token: dict[str, object]) -> dict[str, object]:
        token.pop("identity_id")
        return {**token, "access_token": "opaque"}

    isc.tamper("/oauth/token", without_identity)

    response = visitor.sign_in("approver")

    assert response.status_code == 403
    assert "has no identity" in response.content.decode()


def test_the_identity_may_come_from_a_claim_of_ones_own(
    openid: Provider, visitor: Visitor, settings: LazySettings
) -> None:
    settings.OIDC_IDENTITY_CLAIM = "preferred_username"

    visitor.sign_in("approver")

    assert visitor.client.session["person"]["id"] == openid.sandbox.persona("approver").alias


def test_levels_missing_in_the_id_token_are_looked_up(openid: Provider, visitor: Visitor) -> None:
    from tests.signin.test_hostile_provider import forged  # noqa: PLC0415

    openid.tamper("/openid/token", lambda token: forged(openid, token, authorities=None))

    visitor.sign_in("admin")

    assert openid.count("/openid/userinfo") == 1
    assert visitor.client.session["person"]["is_admin"] is True
