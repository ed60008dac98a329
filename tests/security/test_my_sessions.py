"""People can list and end their own sessions only, and sessions have time limits."""

import io
import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client

from taskmanager.core.crypto import hash_session_key
from taskmanager.signin.devices import DEVICE, device_of
from taskmanager.signin.models import Session, TokenSet
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.token_store import tokens_of
from tests.signin.conftest import Provider, Visitor

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1"
)
Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive(db: None) -> Iterator[Arrive]:
    """A factory of browsers that are signed in as a persona."""
    made: list[Visitor] = []

    def _arrive(persona: str = "approver", agent: str = FIREFOX) -> Visitor:
        visitor = Visitor()
        visitor.client.defaults["HTTP_USER_AGENT"] = agent
        made.append(visitor)
        assert visitor.sign_in(persona).status_code == 302
        return visitor

    yield _arrive
    for visitor in made:
        visitor.elsewhere.close()


def words(visitor: Visitor) -> str:
    page = visitor.client.get("/sessions/")
    assert page.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", page.content.decode()).split())


def press(visitor: Visitor, path: str, **data: str) -> int:
    """Submit one of the page's forms with its CSRF token."""
    page = visitor.client.get("/sessions/").content.decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[-1]
    return visitor.client.post(path, {**data, "csrfmiddlewaretoken": token}).status_code


def key_of(visitor: Visitor) -> str:
    return hash_session_key(visitor.session_key)


def is_signed_in(visitor: Visitor) -> bool:
    return bool(SessionStore(visitor.session_key).get("person"))


def test_the_page_lists_this_browser_and_the_others(any_profile: Provider, arrive: Arrive) -> None:
    here, _elsewhere, _another_person = arrive(), arrive(agent=EDGE), arrive("admin", SAFARI)

    text = words(here)

    assert text.count("Signed in") == 3  # once in the menu, and once per session
    assert "This browser Firefox on Linux" in text
    assert "Another browser Edge on Windows" in text
    assert "iOS" not in text


def test_the_page_says_which_session_is_a_widgets(openid: Provider, arrive: Arrive) -> None:
    here, framed = arrive(), arrive(agent=EDGE)
    store = SessionStore(framed.session_key)
    store[DEVICE] = {**store[DEVICE], "framed": True}
    store.save()
    assert "A widget in another page" in words(here)

    store[DEVICE] = {**store[DEVICE], "host": "https://intranet.example"}
    store.save()

    assert "A widget in https://intranet.example" in words(here)


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        (FIREFOX, "Firefox", "Linux"),
        (EDGE, "Edge", "Windows"),
        (SAFARI, "Safari", "iOS"),
        ("curl/8 <script>", "", ""),
        ("", "", ""),
    ],
)
def test_a_browser_is_known_by_its_family_only(agent: str, browser: str, system: str) -> None:
    device = device_of(agent, host="", is_framed=False)
    assert device == {"browser": browser, "system": system, "framed": False, "host": ""}


@pytest.mark.parametrize(
    ("framed", "host", "kept"),
    [
        (True, "https://intranet.example", "https://intranet.example"),
        (True, "https://evil.example", ""),
        (False, "https://intranet.example", ""),
    ],
)
def test_only_a_listed_host_is_named(
    settings: LazySettings, framed: bool, host: str, kept: str
) -> None:
    settings.FRAME_ANCESTORS = ("https://intranet.example",)

    assert device_of("", host=host, is_framed=framed)["host"] == kept


def test_another_session_is_ended_with_its_tokens(openid: Provider, arrive: Arrive) -> None:
    here, elsewhere = arrive(), arrive()
    held = tokens_of(elsewhere.client.session)
    assert held is not None

    assert press(here, "/sessions/end/", session=key_of(elsewhere)) == 302

    assert not is_signed_in(elsewhere)
    assert elsewhere.client.get("/sessions/").status_code == 302
    assert TokenSet.objects.count() == 1
    assert openid.sandbox.tokens.redeem(held.refresh_token or "") is None  # revoked
    assert "1 session was ended." in words(here)


def test_all_others_are_ended_at_once(any_profile: Provider, arrive: Arrive) -> None:
    here, one, two, somebody = arrive(), arrive(), arrive(), arrive("admin")

    assert press(here, "/sessions/end-others/") == 302

    assert [is_signed_in(each) for each in (here, one, two, somebody)] == [True, False, False, True]


def test_nobody_ends_another_persons_session(openid: Provider, arrive: Arrive) -> None:
    here, somebody = arrive(), arrive("admin")

    assert press(here, "/sessions/end/", session=key_of(somebody)) == 302

    assert is_signed_in(somebody)
    assert "nothing to end" in words(here)


def test_a_provider_that_is_down_does_not_keep_a_session_alive(
    openid: Provider, arrive: Arrive
) -> None:
    here, elsewhere = arrive(), arrive()
    openid.sandbox.fault("POST", "/openid/revoke", drop=True, times=3)

    assert press(here, "/sessions/end/", session=key_of(elsewhere)) == 302
    assert not is_signed_in(elsewhere)


def test_a_provider_that_is_down_is_waited_for_once_however_many_sessions_end(
    openid: Provider, arrive: Arrive
) -> None:
    here, one, two = arrive(), arrive(), arrive()
    openid.sandbox.fault("POST", "/openid/revoke", drop=True, times=9)

    assert press(here, "/sessions/end-others/") == 302
    assert [is_signed_in(each) for each in (here, one, two)] == [True, False, False]
    assert openid.count("/openid/revoke") == 1


def test_ending_takes_a_post_with_a_token(openid: Provider, arrive: Arrive) -> None:
    here, elsewhere = arrive(), arrive()

    for path in ("/sessions/end/", "/sessions/end-others/"):
        assert here.client.get(path).status_code == 405
        assert here.client.post(path, {"session": key_of(elsewhere)}).status_code == 403
    assert is_signed_in(elsewhere)


def test_an_administrator_ends_the_sessions_of_a_person_or_of_everybody(
    openid: Provider, arrive: Arrive
) -> None:
    one, two, somebody = arrive(), arrive(), arrive("admin")
    said = io.StringIO()

    call_command("endsessions", openid.sandbox.persona("approver").subject, stdout=said)

    assert said.getvalue() == "2 sessions ended\n"
    assert [is_signed_in(each) for each in (one, two, somebody)] == [False, False, True]
    call_command("endsessions", "--all", stdout=said)
    assert not is_signed_in(somebody)
    with pytest.raises(CommandError):
        call_command("endsessions")


@pytest.mark.parametrize(("after", "alive"), [(599, True), (601, False)])
def test_an_idle_session_ends_at_its_limit(
    openid: Provider, arrive: Arrive, settings: LazySettings, after: int, alive: bool
) -> None:
    settings.SESSION_IDLE_SECONDS = 600
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        visitor = arrive()
        clock.shift(after)

        assert (visitor.client.get("/sessions/").status_code == 200) is alive


@pytest.mark.parametrize(("after", "alive"), [(3599, True), (3601, False)])
def test_use_does_not_carry_a_session_past_its_absolute_limit(
    openid: Provider, arrive: Arrive, settings: LazySettings, after: int, alive: bool
) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_ABSOLUTE_SECONDS = 600, 3600
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        visitor = arrive()
        for _ in range(after // 300):
            clock.shift(300)
            visitor.client.get("/sessions/")
        clock.shift(after % 300)

        assert (visitor.client.get("/sessions/").status_code == 200) is alive


def test_a_cookie_of_an_ended_session_opens_nothing(openid: Provider, arrive: Arrive) -> None:
    here = arrive()
    key = here.session_key
    here.post("/signout/")

    thief = Client(HTTP_HOST="localhost:8000")
    thief.cookies["session"] = key

    assert thief.get("/sessions/").status_code == 302
    assert not Session.objects.filter(pk=hash_session_key(key)).exists()


def test_the_way_back_from_the_provider_must_carry_our_state(
    openid: Provider, arrive: Arrive
) -> None:
    here = arrive()
    here.post("/signout/")

    assert here.client.get("/signed-out/", {"state": "other"}).status_code == 400
    assert here.client.get("/signed-out/").status_code == 200


def test_who_is_signed_in_is_not_told_otherwise(openid: Provider, arrive: Arrive) -> None:
    answer = arrive().client.get("/signed-out/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
