"""Sign-in from a frame by means of a popup, without attacks."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.conf import LazySettings
from django.test import Client

from taskmanager.signin.models import FramedSession, HandOff, Session
from taskmanager.signin.token_store import tokens_of
from tests.signin.conftest import Provider
from tests.signin.framing import FRAMED, HOST_PAGE, Frame, Popup, person_of

HTMX = {"HX-Request": "true", **FRAMED}


@pytest.fixture(autouse=True)
def framing_is_allowed(settings: LazySettings) -> None:
    settings.FRAME_ANCESTORS = (HOST_PAGE,)


@pytest.fixture
def frame(db: None) -> Frame:
    frame = Frame()
    frame.open()
    return frame


@pytest.fixture
def popup(db: None) -> Iterator[Popup]:
    popup = Popup()
    yield popup
    popup.elsewhere.close()


def alias(peer: Provider, key: str) -> str:
    return peer.sandbox.persona(key).alias


def test_a_frame_without_a_session_shows_a_button(openid: Provider, db: None) -> None:
    frame = Frame()

    response = frame.open("/widget/?tab=completed")

    assert response.status_code == 401
    assert frame.read("data-signin") == "card"
    assert frame.read("data-next") == "/widget/?tab=completed"
    assert "Location" not in response.headers
    assert "HX-Redirect" not in response.headers


def test_a_read_in_the_frame_gets_the_button_beside_the_list(frame: Frame) -> None:
    response = frame.client.get("/widget/counts/", headers=HTMX)

    assert response.status_code == 401
    assert response.headers["HX-Retarget"] == "#notices"
    assert response.headers["HX-Reswap"] == "innerHTML"
    assert "HX-Redirect" not in response.headers
    assert b"data-signin-open" in response.content
    assert b"<html" not in response.content


def test_a_write_in_the_frame_gets_the_button_beside_its_form(frame: Frame) -> None:
    response = frame.client.post("/widget/work-items/1/forward/", {"comment": "x"}, headers=HTMX)

    assert response.status_code == 401
    assert response.headers["HX-Retarget"] == "find [data-notice]"
    assert b"what you typed is still here" in response.content
    assert b"data-signin-open" in response.content
    assert b"<form" not in response.content  # it is inserted into a form: no nested forms


def test_a_write_without_script_shows_the_card(frame: Frame) -> None:
    response = frame.client.post("/widget/signout/", headers=FRAMED)  # there is no session
    frame.look(response)

    assert response.status_code == 401
    assert "Nothing was sent" in response.content.decode()
    assert frame.read("data-next") == "/widget/"


def test_the_frame_is_signed_in_and_the_full_page_is_not(
    any_profile: Provider, frame: Frame, popup: Popup
) -> None:
    before = frame.cookie

    done = popup.finish(popup.bind(frame.begin()))
    entered = frame.post("claim")

    assert "You can close this window" in done.content.decode()
    assert entered.status_code == 200
    assert entered.json()["state"] == "signed-in"
    assert frame.cookie != before
    assert frame.person == alias(any_profile, "approver")
    assert person_of(before) is None
    assert popup.person is None
    assert HandOff.objects.count() == 0


def test_the_cookie_of_the_frame_is_partitioned(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    popup.finish(popup.bind(frame.begin()))

    cookie = frame.post("claim").cookies["__Host-widget"]

    assert cookie["partitioned"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "None"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_forms_go_on_with_the_new_token(openid: Provider, frame: Frame, popup: Popup) -> None:
    old = frame.read("data-token")
    popup.finish(popup.bind(frame.begin()))
    new = frame.post("claim").json()["token"]

    def leave(token: str) -> int:
        fields = {"csrfmiddlewaretoken": token}
        return int(frame.client.post("/widget/signout/", fields, headers=FRAMED).status_code)

    assert leave(old) == 403
    assert leave(new) == 302


def test_two_people_in_one_browser_have_two_sessions_and_two_sets_of_tokens(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    popup.sign_in("admin")
    popup.client.get("/signed-out/")
    mine = tokens_of(popup.client.session)

    popup.elsewhere.cookies.clear()
    popup.finish(popup.bind(frame.begin()), "approver")
    frame.post("claim")

    assert popup.person == alias(openid, "admin")
    assert frame.person == alias(openid, "approver")
    assert tokens_of(popup.client.session) == mine
    assert len({row.tokens.sealed for row in Session.objects.filter(tokens__isnull=False)}) == 2


def test_an_ordinary_sign_in_under_way_stays_one(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    ordinary = popup.start("/?tab=completed")
    handed = popup.bind(frame.begin())

    response = popup.client.get(popup.choose(ordinary, "admin"))

    assert response.headers["Location"] == "/?tab=completed"
    assert popup.person == alias(openid, "admin")
    assert frame.post("claim").status_code == 202
    popup.elsewhere.cookies.clear()
    popup.finish(handed, "approver")
    assert frame.post("claim").status_code == 200
    assert frame.person == alias(openid, "approver")
    assert popup.person == alias(openid, "admin")


def test_only_pages_of_the_popup_keep_their_opener(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    def opener_policy(response: object) -> str:
        return str(response.headers["Cross-Origin-Opener-Policy"])  # type: ignore[attr-defined]

    assert opener_policy(popup.open()) == "unsafe-none"
    assert opener_policy(popup.finish(popup.bind(frame.begin()))) == "unsafe-none"
    refused = popup.bind(frame.begin()).split("state=")[1].split("&")[0]
    answer = {"error": "access_denied", "state": refused, "iss": openid.url}
    assert opener_policy(popup.client.get("/signin/callback/", answer)) == "unsafe-none"
    assert opener_policy(popup.sign_in()) == "same-origin"
    for path in ("/signin/", "/signin/callback/", "/signed-out/", "/"):
        assert opener_policy(popup.client.get(path)) == "same-origin"


def test_a_refusal_is_said_in_the_popup_and_in_the_frame(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    state = popup.bind(frame.begin()).split("state=")[1].split("&")[0]
    answer = {"error": "access_denied", "state": state, "iss": openid.url}

    page = popup.client.get("/signin/callback/", answer)
    told = frame.post("claim")

    assert page.status_code == 403
    assert "press “Sign in” in the widget again" in page.content.decode()
    assert told.status_code == 403
    assert told.json() == {"state": "refused", "text": "The sign-in was cancelled or not allowed"}
    popup.finish(popup.bind(frame.begin()))  # the next attempt works
    assert frame.post("claim").status_code == 200


def test_a_provider_that_is_down_is_said_in_the_popup(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    ticket = frame.begin()
    popup.open()
    openid.sandbox.fault("GET", "/.well-known", status=503, times=5)

    assert popup.send("/signin/popup/bind/", ticket=ticket).status_code == 503
    assert HandOff.objects.exclude(ticket_hash="").count() == 1  # the ticket is still valid


def test_a_button_that_stood_too_long_gets_a_new_session_and_works(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    Session.objects.all().delete()

    first = frame.post("begin")

    assert first.status_code == 401
    assert frame.box is not None
    frame.box["data-token"], frame.box["data-frame"] = first.json().values()
    popup.finish(popup.bind(frame.begin()))
    assert frame.post("claim").status_code == 200


def test_a_code_signs_the_frame_in(any_profile: Provider, frame: Frame, popup: Popup) -> None:
    frame.begin()

    code = popup.code(frame.key)
    entered = frame.post("code", code=f" {code.lower()} ")

    assert len(code) == len("ABCD-EFGH")
    assert not set(code) & set("IO01L")
    assert entered.status_code == 200
    assert frame.person == alias(any_profile, "approver")
    assert popup.person is None


def test_a_wrong_code_can_be_corrected(openid: Provider, frame: Frame, popup: Popup) -> None:
    frame.begin()
    code = popup.code(frame.key)

    assert frame.post("code", code="AAAA-AAAA").status_code == 400
    assert frame.post("code", code=code).status_code == 200


def test_signing_out_in_the_frame_ends_its_session_only(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    popup.sign_in("approver")
    popup.finish(popup.bind(frame.begin()))
    token = frame.post("claim").json()["token"]
    held = [row.pk for row in Session.objects.filter(framed__isnull=False)]

    response = frame.client.post("/widget/signout/", {"csrfmiddlewaretoken": token}, headers=FRAMED)

    assert response.headers["Location"] == "/widget/"
    assert not Session.objects.filter(pk__in=held).exists()
    assert openid.count("/openid/revoke") == 1
    assert frame.open().status_code == 401
    assert popup.person == alias(openid, "approver")


@pytest.mark.parametrize("profile", ["openid", "isc"])
def test_signing_out_of_the_full_page_ends_the_widgets_of_the_same_browser(
    request: pytest.FixtureRequest, profile: str, frame: Frame, popup: Popup
) -> None:
    peer: Provider = request.getfixturevalue(profile)
    popup.finish(popup.bind(frame.begin()))  # the full page is not signed in yet
    frame.post("claim")
    popup.sign_in("approver")
    elsewhere, other_popup = Frame(), Popup()
    elsewhere.open()
    other_popup.finish(other_popup.bind(elsewhere.begin()))
    elsewhere.post("claim")

    popup.post("/signout/")

    assert frame.person is None
    assert frame.open().status_code == 401
    assert elsewhere.person == alias(peer, "approver")
    assert peer.count("/openid/revoke") == (2 if profile == "openid" else 0)


def test_signing_out_leaves_the_widget_of_another_person_alone(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    popup.finish(popup.bind(frame.begin()), "approver")
    frame.post("claim")
    popup.elsewhere.cookies.clear()
    popup.sign_in("admin")

    popup.post("/signout/")

    assert frame.person == alias(openid, "approver")
    assert FramedSession.objects.count() == 1


def same_site(frame: Frame, popup: Popup) -> None:
    """On a page of our own site, frame and popup share one cookie jar."""
    frame.client.cookies = popup.client.cookies


def test_in_a_page_of_the_same_site_the_widget_shares_a_sign_in(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    popup.sign_in("approver")
    same_site(frame, popup)

    response = frame.client.get("/widget/counts/", headers=FRAMED)

    assert response.status_code == 200
    assert "__Host-widget" not in frame.client.cookies


@pytest.mark.parametrize("popup_was_first", [True, False])
def test_in_a_page_of_the_same_site_the_button_works_too(
    openid: Provider, db: None, popup: Popup, popup_was_first: bool
) -> None:
    frame = Frame()
    same_site(frame, popup)
    if popup_was_first:
        popup.client.get("/signed-out/")
        popup.open()
    frame.open()

    popup.finish(popup.bind(frame.begin()))
    entered = frame.post("claim")

    assert entered.status_code == 200
    assert frame.client.get("/widget/counts/", headers=FRAMED).status_code == 200
    popup.client.get("/signed-out/")
    assert (popup.person is not None) is popup_was_first  # then frame and full page share a session


def test_what_nobody_fetched_is_cleared_away(openid: Provider, frame: Frame, popup: Popup) -> None:
    popup.finish(popup.bind(frame.begin()))
    other = Frame()
    with time_machine.travel(timedelta(seconds=61), tick=True):
        other.open()
        other.begin()

    assert list(HandOff.objects.values_list("key", flat=True)) == [other.key]


def test_a_stranger_leaves_no_hand_off(client: Client, openid: Provider, db: None) -> None:
    client.get("/widget/", headers=FRAMED)

    assert HandOff.objects.count() == 0


def test_a_tenant_that_refuses_a_fresh_sign_in_is_said_in_the_frame(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    def sign_in() -> None:
        popup.finish(popup.bind(frame.begin()))
        assert frame.post("claim").status_code == 200

    sign_in()
    openid.sandbox.fault("GET", "/work-items", status=401, times=50)
    once = frame.open()
    sign_in()
    twice = frame.open()
    again = frame.client.get("/widget/counts/", headers=HTMX)

    assert once.status_code == twice.status_code == again.status_code == 401
    assert "Sign in to see your tasks" in once.content.decode()
    assert "does not accept your sign-in" in twice.content.decode()
    assert frame.read("data-signin") == "card"


def test_signing_out_beside_the_dashboard_never_brings_back_the_person_before(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    popup.finish(popup.bind(frame.begin()), "approver")
    frame.post("claim")
    popup.elsewhere.cookies.clear()
    popup.sign_in("agent")
    popup.client.cookies["__Host-widget"] = frame.cookie
    same_site(frame, popup)
    page = frame.open()
    token = BeautifulSoup(page.content, "html.parser").select_one("[name=csrfmiddlewaretoken]")

    fields = {"csrfmiddlewaretoken": str(token["value"])}  # type: ignore[index]
    response = frame.client.post("/widget/signout/", fields, headers=FRAMED)

    assert response.headers["Location"] == "/widget/"
    assert frame.open().status_code == 401
    assert Session.objects.exclude(subject_hash="").count() == 0
