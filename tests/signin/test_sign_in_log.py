"""Sign-ins and sign-outs as fields of the log."""

import logging
from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings

from taskmanager.signin.models import Session
from tests.security.logout_tokens import logout_token
from tests.signin.conftest import Provider, Visitor
from tests.signin.framing import HOST_PAGE, Frame, Popup

pytestmark = pytest.mark.django_db
Logged = Callable[[], list[dict[str, str]]]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Logged]:
    """The fields of sign-ins and sign-outs since the last look, with the message as `event`."""

    def look() -> list[dict[str, str]]:
        records = [one for one in caplog.records if one.name == "taskmanager.signin"]
        found = [{"event": one.getMessage(), **vars(one)["fields"]} for one in records]
        caplog.clear()
        return found

    with caplog.at_level(logging.INFO, "taskmanager.signin"):
        yield look


def identity(visitor: Visitor) -> str:
    return str(visitor.client.session["person"]["id"])


def test_a_sign_in_and_a_sign_out_say_who_where_and_how(
    openid: Provider, visitor: Visitor, logged: Logged
) -> None:
    visitor.sign_in("agent")
    me = identity(visitor)
    visitor.another_session(is_widget=True)

    common = {"actor": me, "outcome": "succeeded", "session": "page"}
    assert logged() == [{"event": "signed in", **common}]

    visitor.post("/signout/")

    assert logged() == [{"event": "signed out", **common, "sessions": "2"}]


def test_a_refused_sign_in_says_why(openid: Provider, visitor: Visitor, logged: Logged) -> None:
    back = visitor.choose(visitor.start())
    visitor.client.get(back.replace("code=", "error=access_denied&unused="))

    (line,) = logged()
    assert (line["event"], line["outcome"]) == ("sign-in refused", "refused")
    assert (line["session"], line["reason"], line["actor"]) == ("page", "access_denied", "")


def test_a_widget_is_told_apart(
    openid: Provider, visitor: Visitor, settings: LazySettings, logged: Logged
) -> None:
    settings.FRAME_ANCESTORS = (HOST_PAGE,)
    frame, popup = Frame(), Popup()
    frame.open()
    popup.finish(popup.bind(frame.begin()))
    handed = logged()
    assert [line["outcome"] for line in handed] == ["handed-over"]
    answer = frame.post("claim")
    (line,) = logged()
    assert (line["event"], line["session"]) == ("signed in", "widget")
    assert line["actor"] == handed[0]["actor"] != ""

    token = {"X-CSRFToken": answer.json()["token"]}
    frame.client.post("/widget/signout/", headers=token)

    (out,) = logged()
    assert out == {**line, "event": "signed out", "sessions": "1"}


def test_a_sign_out_by_the_provider_says_whose_sessions(
    openid: Provider, visitor: Visitor, logged: Logged
) -> None:
    visitor.sign_in("approver")
    me, subject = identity(visitor), visitor.client.session["subject"]
    logged()

    token = logout_token(openid, sub=subject)
    visitor.client.post("/signin/backchannel/", {"logout_token": token})
    visitor.client.post("/signin/backchannel/", {"logout_token": token})

    first, again = logged()
    assert (first["outcome"], first["identities"], first["sessions"]) == ("succeeded", me, "1")
    assert (again["outcome"], again["reason"]) == ("refused", "NotALogout")
    assert not Session.objects.exists()
