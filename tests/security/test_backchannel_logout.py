"""Back-channel logout: the provider can end sessions, nobody else can.

The first tests mirror `oidcc-client-back-channel-logout-rp-basic` of the OpenID conformance suite.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from joserfc.jwk import RSAKey

from sandbox.openid import LOGOUT_EVENT
from taskmanager.embed.cookies import FRAME_COOKIE
from taskmanager.signin.models import Session, TokenSet, UsedLogoutToken
from taskmanager.signin.request import keep_person
from taskmanager.signin.session_store import SIGNED_IN_AT, SessionStore
from taskmanager.signin.values import Person
from tests.security.logout_tokens import logout_token
from tests.session_tokens import keep, tokens_of
from tests.signin.conftest import Provider, Visitor

pytestmark = pytest.mark.django_db
ADDRESS = "/signin/backchannel/"
ANOTHER_KEY = RSAKey.generate_key(2048)
Forgery = Callable[[Provider], str]


def session(peer: Provider, subject: str = "alice", sid: str = "s1") -> SessionStore:
    """Create the session of a person who signed in at this provider."""
    made = SessionStore()
    keep_person(made, Person(subject, subject, subject, is_admin=False))
    made.update({SIGNED_IN_AT: time.time(), "issuer": peer.url, "subject": subject, "sid": sid})
    made.save()
    return made


def tell(token: str | None) -> Any:
    """Post a logout token as the provider does: without cookies and CSRF token."""
    client = Client(enforce_csrf_checks=True, HTTP_HOST="localhost:8000")
    return client.post(ADDRESS, {} if token is None else {"logout_token": token})


def lives(made: SessionStore) -> bool:
    return bool(SessionStore(made.session_key).get("person"))


def test_a_logout_ends_the_sessions_of_its_sid_framed_and_full(openid: Provider) -> None:
    full, framed = session(openid), session(openid)
    elsewhere, somebody = session(openid, sid="s2"), session(openid, "bob", "s3")

    answer = tell(logout_token(openid, sub="alice", sid="s1"))

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert [lives(each) for each in (full, framed, elsewhere, somebody)] == [False] * 2 + [True] * 2


def test_without_a_sid_all_sessions_of_the_person_end(openid: Provider) -> None:
    one, two, somebody = session(openid), session(openid, sid="s2"), session(openid, "bob", "s3")

    assert tell(logout_token(openid, sub="alice")).status_code == 200
    assert [lives(each) for each in (one, two, somebody)] == [False, False, True]


def test_a_sid_alone_is_enough(openid: Provider) -> None:
    one, two = session(openid), session(openid, sid="s2")

    assert tell(logout_token(openid, sid="s1")).status_code == 200
    assert [lives(each) for each in (one, two)] == [False, True]


def test_a_session_whose_sign_in_told_no_sid_ends_with_its_person(openid: Provider) -> None:
    unnamed, somebody = session(openid, sid=""), session(openid, "bob", "")

    assert tell(logout_token(openid, sub="alice", sid="s1")).status_code == 200
    assert [lives(each) for each in (unnamed, somebody)] == [False, True]


def test_a_session_written_under_an_older_key_ends_as_well(
    openid: Provider, settings: LazySettings
) -> None:
    settings.SESSION_KEYS = ["old" * 12]
    old = session(openid)
    settings.SESSION_KEYS = ["new" * 12, "old" * 12]

    tell(logout_token(openid, sid="s1"))

    assert not lives(old)


@pytest.mark.parametrize("claims", [{"sid": "unknown"}, {"sub": "nobody"}])
def test_nobody_to_sign_out_is_no_mistake(openid: Provider, claims: dict[str, str]) -> None:
    here = session(openid)

    assert tell(logout_token(openid, **claims)).status_code == 200
    assert lives(here)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _level in range(depth):
        value = [value]
    return value


# Named as the conformance suite's modules; after those, further kinds of invalid tokens.
FORGERIES: dict[str, Forgery] = {
    "alg-none": lambda p: logout_token(p, sid="s1", header={"alg": "none"}),
    "deep-claim": lambda p: logout_token(p, sid="s1", deep=nested(930)),
    "no-event": lambda p: logout_token(p, sid="s1", events=None),
    "with-nonce": lambda p: logout_token(p, sid="s1", nonce="a"),
    "wrong-alg": lambda p: logout_token(
        p, sid="s1", key=p.sandbox.client.secret.encode(), header={"alg": "HS256"}
    ),
    "wrong-aud": lambda p: logout_token(p, sid="s1", aud="somebody-else"),
    "wrong-event": lambda p: logout_token(p, sid="s1", events={"http://schemas.example/e": {}}),
    "wrong-iss": lambda p: logout_token(p, sid="s1", iss="https://evil.example"),
    "the public key as a secret": lambda p: logout_token(
        p, sid="s1", key=p.sandbox.tokens.key.as_pem(private=False), header={"alg": "HS256"}
    ),
    "another key": lambda p: logout_token(p, sid="s1", key=ANOTHER_KEY),
    "an unknown key": lambda p: logout_token(
        p, sid="s1", key=ANOTHER_KEY, header={"kid": "made up"}
    ),
    "an event that is no object": lambda p: logout_token(p, sid="s1", events={LOGOUT_EVENT: 1}),
    "events in a list": lambda p: logout_token(p, sid="s1", events=[LOGOUT_EVENT]),
    "about nobody": logout_token,
    "about a number": lambda p: logout_token(p, sid=1),
    "about an empty name": lambda p: logout_token(p, sid=""),
    "no jti": lambda p: logout_token(p, sid="s1", jti=None),
    "no iat": lambda p: logout_token(p, sid="s1", iat=None),
    "no iss": lambda p: logout_token(p, sid="s1", iss=None),
    "no aud": lambda p: logout_token(p, sid="s1", aud=None),
    "expired": lambda p: logout_token(p, sid="s1", exp=int(time.time()) - 90),
    "old, whatever it says": lambda p: logout_token(p, sid="s1", iat=int(time.time()) - 600),
    "from the future": lambda p: logout_token(p, sid="s1", iat=int(time.time()) + 600),
    "an access token": lambda p: logout_token(p, sid="s1", header={"typ": "at+jwt"}),
    "an unknown critical header": lambda p: logout_token(
        p, sid="s1", header={"crit": ["x"], "x": 1}
    ),
    "nothing": lambda _: "",
    "no token": lambda _: "eyJ.eyJ.eyJ",
    "no dots": lambda _: "hello",
    "not ascii": lambda _: "é.ü.\u2028",
    "a list for a header": lambda _: "W10.e30.AA",
    "a number for a header": lambda _: "MQ.e30.AA",
    "too many parts": lambda _: "e30.e30.e30.e30.e30",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_logout_is_refused_without_a_reason(openid: Provider, forgery: str) -> None:
    here = session(openid)

    answer = tell(FORGERIES[forgery](openid))

    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_request"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert lives(here)


def test_a_request_without_a_token_is_refused(openid: Provider) -> None:
    assert tell(None).status_code == 400


def test_the_parameter_does_not_count_in_the_address(openid: Provider) -> None:
    here = session(openid)
    token = logout_token(openid, sid="s1")

    assert Client().post(f"{ADDRESS}?logout_token={token}").status_code == 400
    assert Client().get(ADDRESS, {"logout_token": token}).status_code == 405
    assert lives(here)


@pytest.mark.parametrize("typ", ["logout+jwt", "LOGOUT+JWT", "JWT", None])
def test_the_types_that_providers_send_are_taken(openid: Provider, typ: str | None) -> None:
    here = session(openid)

    assert tell(logout_token(openid, sid="s1", header={"typ": typ})).status_code == 200
    assert not lives(here)


def test_a_token_is_good_for_one_logout(openid: Provider) -> None:
    token = logout_token(openid, sid="s1")
    assert tell(token).status_code == 200
    again = session(openid)

    assert tell(token).status_code == 400
    assert lives(again)


def test_a_used_token_is_forgotten_once_it_is_too_old_to_be_taken(
    openid: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = logout_token(openid, sid="s1", exp=int(time.time()) + 9999)
    tell(token)
    later = time.time() + 421
    monkeypatch.setattr("django.utils.timezone.now", lambda: _at(later))

    tell(logout_token(openid, sid="s2"))

    assert UsedLogoutToken.objects.count() == 1
    monkeypatch.setattr("time.time", lambda: later)
    assert tell(token).status_code == 400


def _at(moment: float) -> Any:
    return datetime.fromtimestamp(moment, UTC)


def test_made_up_key_ids_do_not_make_us_fetch_keys_without_end(openid: Provider) -> None:
    for number in range(5):
        tell(logout_token(openid, sid="s1", key=ANOTHER_KEY, header={"kid": f"made up {number}"}))

    assert openid.count("/openid/jwks") <= 1


def test_while_the_keys_cannot_be_had_strangers_do_not_make_us_ask_for_them_again(
    openid: Provider,
) -> None:
    openid.sandbox.fault("GET", "/openid/jwks", status=400, times=9)

    assert [tell(logout_token(openid, sid="s1")).status_code for _ in range(4)] == [400] * 4
    assert openid.count("/openid/jwks") == 1


def test_isc_has_no_such_thing(isc: Provider) -> None:
    assert tell(logout_token(isc, sid="s1")).status_code == 404


@pytest.fixture
def told(openid: Provider, live_server: Any) -> Iterator[None]:
    """The provider sends its logout tokens to a live dashboard server."""
    openid.sandbox.client.backchannel_logout_uri = f"{live_server.url}{ADDRESS}"
    yield
    openid.sandbox.client.backchannel_logout_uri = None


@pytest.mark.django_db(transaction=True)
def test_signing_out_at_the_provider_ends_the_framed_and_the_full_session(
    told: None, openid: Provider, visitor: Visitor, settings: LazySettings
) -> None:
    settings.FRAME_ANCESTORS = ("https://intranet.example",)
    visitor.sign_in("admin")
    frame = SessionStore()
    frame.update(dict(visitor.client.session.items()))
    frame.save()
    held = tokens_of(visitor.client.session)
    assert held is not None
    keep(frame, held)  # an administrator's pages ask for tokens
    in_frame = Client(HTTP_HOST="localhost:8000")
    in_frame.cookies[FRAME_COOKIE] = frame.session_key or ""
    inside = {"Sec-Fetch-Dest": "iframe"}
    assert in_frame.get("/widget/keys/", headers=inside).status_code == 200
    assert visitor.client.get("/keys/").status_code == 200

    _sign_out_at_the_provider(openid, visitor)

    assert Session.objects.exclude(subject_hash="").count() == 0
    assert TokenSet.objects.count() == 0
    assert visitor.client.get("/keys/").status_code == 302
    assert in_frame.get("/widget/keys/", headers=inside).status_code != 200


def _sign_out_at_the_provider(peer: Provider, visitor: Visitor) -> None:
    """Sign out on the provider's own page, without the dashboard."""
    page = visitor.elsewhere.get(f"{peer.url}/openid/end-session", timeout=5)
    assert page.status_code == 200
    answer = visitor.elsewhere.post(
        f"{peer.url}/openid/end-session", timeout=5, allow_redirects=False
    )
    assert answer.status_code in {200, 302, 303}, answer.text
