"""Attacks on the sign-in from a frame. Attacker and victim each have a frame and a browser.

Attackers want the victim's sign-in in their own frame (device-code phishing with a link), or
their own sign-in in the victim's frame (login CSRF).
"""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings

from taskmanager.signin import handoff
from taskmanager.signin.models import HandOff, TokenSet
from taskmanager.signin.session_store import SessionStore
from tests.signin.conftest import Provider
from tests.signin.framing import FRAMED, HOST_PAGE, JSON, Frame, Popup


@pytest.fixture(autouse=True)
def framing_is_allowed(settings: LazySettings) -> None:
    settings.FRAME_ANCESTORS = (HOST_PAGE,)


@pytest.fixture
def attacker(db: None) -> Frame:
    """The attacker's frame, which has begun a sign-in."""
    frame = Frame()
    frame.open()
    return frame


@pytest.fixture
def frame(db: None) -> Frame:
    """The victim's frame."""
    frame = Frame()
    frame.open()
    return frame


@pytest.fixture
def popup(db: None) -> Iterator[Popup]:
    """The victim's browser at top level."""
    popup = Popup()
    yield popup
    popup.elsewhere.close()


@pytest.fixture
def attackers_popup(db: None) -> Iterator[Popup]:
    popup = Popup()
    yield popup
    popup.elsewhere.close()


def warned(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    return any(
        record.levelno == logging.WARNING and words in record.getMessage()
        for record in caplog.records
    )


def test_asking_alone_signs_nobody_in(openid: Provider, attacker: Frame, popup: Popup) -> None:
    """The victim opens a link to the popup page, and signs in to the full page separately."""
    attacker.begin()

    popup.client.get(f"/signin/popup/#{attacker.key}")
    popup.sign_in("approver")

    assert attacker.post("claim").status_code == 202
    assert attacker.person is None


def test_a_victim_who_follows_the_link_to_the_end_still_has_only_a_code(
    openid: Provider, attacker: Frame, popup: Popup
) -> None:
    attacker.begin()

    code = popup.code(attacker.key)

    assert attacker.post("claim").status_code == 202
    assert attacker.post("code", code="").status_code == 400
    assert attacker.person is None
    assert code not in str(HandOff.objects.values().first())


def test_a_code_cannot_be_turned_into_a_result_without_one(
    openid: Provider, attacker: Frame, popup: Popup, attackers_popup: Popup
) -> None:
    """When the attacker binds their own ticket, the victim's result must be discarded."""
    ticket = attacker.begin()
    popup.code(attacker.key)

    attackers_popup.bind(ticket)
    assert attacker.post("claim").status_code == 202
    attacker.begin()
    assert attacker.post("claim").status_code == 202
    assert HandOff.objects.exclude(sealed="").count() == 0


def test_no_code_is_issued_for_a_hand_off_that_has_a_ticket_bound(
    openid: Provider,
    attacker: Frame,
    popup: Popup,
    attackers_popup: Popup,
    caplog: pytest.LogCaptureFixture,
) -> None:
    attackers_popup.bind(attacker.begin())
    popup.open()

    response = popup.send("/signin/popup/code/", frame=attacker.key)

    assert response.status_code == 400
    assert warned(caplog, "a code was asked for a frame that waits for none")


def test_codes_cannot_be_tried_out(
    openid: Provider, attacker: Frame, popup: Popup, caplog: pytest.LogCaptureFixture
) -> None:
    attacker.begin()
    code = popup.code(attacker.key)

    answers = [attacker.post("code", code=f"AAAA-AAA{last}").status_code for last in "BCDEF"]
    late = attacker.post("code", code=code)

    assert answers == [400] * 5
    assert late.status_code == 429
    assert warned(caplog, "too many codes were tried")
    assert attacker.post("code", code=code).status_code == 400
    assert attacker.person is None


def test_a_code_is_good_in_its_own_frame_only(
    openid: Provider, attacker: Frame, frame: Frame, popup: Popup
) -> None:
    frame.begin()
    attacker.begin()

    code = popup.code(frame.key)

    assert attacker.post("code", code=code).status_code == 400
    assert frame.post("code", code=code).status_code == 200


def test_a_code_is_good_for_two_minutes_and_one_use(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    frame.begin()
    code = popup.code(frame.key)
    with time_machine.travel(timedelta(seconds=121), tick=True):
        assert frame.post("code", code=code).status_code == 400
    assert frame.post("code", code=code).status_code == 200
    assert frame.client.post(
        "/widget/signin/code/", {"code": code}, headers={**JSON, **FRAMED}
    ).status_code in {401, 403}


def test_a_ticket_is_good_once(
    openid: Provider,
    frame: Frame,
    popup: Popup,
    attackers_popup: Popup,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ticket = frame.begin()
    popup.bind(ticket)
    attackers_popup.open()

    response = attackers_popup.send("/signin/popup/bind/", ticket=ticket)

    assert response.status_code == 400
    assert "url" not in response.json()
    assert warned(caplog, "a ticket is unknown, used or too old")


@pytest.mark.parametrize("ticket", ["", "made-up"])
def test_a_made_up_ticket_is_none(
    openid: Provider, frame: Frame, popup: Popup, ticket: str
) -> None:
    popup.bind(frame.begin())  # the ticket is used up, and "" must not match the emptied field
    popup.open()

    assert popup.send("/signin/popup/bind/", ticket=ticket).status_code == 400


def test_a_ticket_lasts_two_minutes(openid: Provider, frame: Frame, popup: Popup) -> None:
    ticket = frame.begin()
    popup.open()

    with time_machine.travel(timedelta(seconds=121), tick=True):
        assert popup.send("/signin/popup/bind/", ticket=ticket).status_code == 400


def test_pressing_again_makes_the_ticket_before_worthless(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    ticket = frame.begin()
    frame.begin()
    popup.open()

    assert popup.send("/signin/popup/bind/", ticket=ticket).status_code == 400


def test_tickets_and_results_are_not_readable_in_the_database(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    ticket = frame.begin()
    assert ticket not in str(HandOff.objects.values().get())

    popup.finish(popup.bind(ticket))

    row = HandOff.objects.get()
    assert openid.sandbox.persona("approver").alias not in row.sealed
    assert "access_token" not in row.sealed
    assert row.key == frame.key


def test_another_session_gets_nothing(
    openid: Provider,
    frame: Frame,
    attacker: Frame,
    popup: Popup,
    caplog: pytest.LogCaptureFixture,
) -> None:
    popup.finish(popup.bind(frame.begin()))

    assert attacker.post("claim").status_code == 404
    assert attacker.post("claim", frame=frame.key, key=frame.key).status_code == 404
    assert warned(caplog, "asked for by a session that has none under way")
    assert frame.post("claim").status_code == 200


def test_a_result_is_good_once_and_for_a_minute(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    ticket = frame.begin()
    replayed = dict(frame.client.cookies)
    token = frame.read("data-token")
    popup.finish(popup.bind(ticket))
    with time_machine.travel(timedelta(seconds=61), tick=True):
        assert frame.post("claim").status_code == 404
    assert frame.post("claim").status_code == 200

    thief = Frame()
    thief.client.cookies["__Host-widget"] = replayed["__Host-widget"].value
    again = thief.client.post("/widget/signin/claim/", headers={**JSON, "X-CSRFToken": token})
    assert again.status_code == 401
    assert frame.post("claim").status_code == 403  # the old CSRF token; the result is gone


def test_two_requests_cannot_both_have_the_result(
    openid: Provider, frame: Frame, popup: Popup
) -> None:
    popup.finish(popup.bind(frame.begin()))
    session = SessionStore(frame.cookie)

    assert handoff.claim(session) is not None
    with pytest.raises(handoff.NoHandOff):
        handoff.claim(session)


def test_a_foreign_page_cannot_bind_for_the_victim(
    openid: Provider, attacker: Frame, popup: Popup
) -> None:
    """A form on the attacker's page, with a ticket of the attacker's frame."""
    ticket = attacker.begin()
    popup.open()

    response = popup.client.post("/signin/popup/bind/", {"ticket": ticket})

    assert response.status_code == 401
    assert HandOff.objects.get().ticket_hash != ""  # the ticket is not used up
    assert "flows" not in popup.client.session


def test_the_victims_browser_does_not_finish_what_the_attacker_began(
    openid: Provider, frame: Frame, popup: Popup, attackers_popup: Popup, attacker: Frame
) -> None:
    """Login CSRF: the victim opens the callback URL of the attacker's sign-in."""
    frame.begin()
    back = attackers_popup.choose(attackers_popup.bind(attacker.begin()), "admin")
    popup.open()

    response = popup.client.get(back)

    assert response.status_code == 400
    assert frame.post("claim").status_code == 202
    assert frame.person is None
    assert popup.person is None


def test_the_attackers_result_does_not_reach_the_victims_frame(
    openid: Provider, frame: Frame, attackers_popup: Popup
) -> None:
    """With the fragment of the victim's popup one gets a code, but no victim will type it."""
    frame.begin()

    attackers_popup.code(frame.key, "admin")

    assert frame.post("claim").status_code == 202
    assert frame.person is None


def test_a_sign_in_that_nobody_waits_for_is_given_back(
    openid: Provider, frame: Frame, popup: Popup, caplog: pytest.LogCaptureFixture
) -> None:
    url = popup.bind(frame.begin())
    frame.begin()  # the button is pressed again meanwhile

    response = popup.finish(url)

    assert response.status_code == 400
    assert "took too long or was started elsewhere" in response.content.decode()
    assert openid.count("/openid/revoke") == 1
    assert warned(caplog, "no frame waits for any more")
    assert TokenSet.objects.count() == 0


def test_beginning_and_asking_have_limits(openid: Provider, frame: Frame) -> None:
    for _ in range(handoff.MOST_BEGUN):
        frame.begin()
    assert frame.post("begin").status_code == 429
    HandOff.objects.update(asked=handoff.MOST_ASKED)
    assert frame.post("claim").status_code == 429


@pytest.mark.parametrize("name", ["begin", "claim", "code"])
def test_the_frames_addresses_take_a_post_with_a_token(
    openid: Provider, frame: Frame, name: str
) -> None:
    address = frame.read(f"data-{name}")

    assert frame.client.get(address, headers=FRAMED).status_code == 405
    assert frame.client.post(address, headers=JSON).status_code == 401


def test_the_popup_cannot_be_framed(openid: Provider, popup: Popup) -> None:
    response = popup.open()

    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"
    assert popup.client.get("/signin/popup/", headers=FRAMED).status_code == 403
