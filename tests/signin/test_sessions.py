"""How sessions are stored, when they end, and how unreadable ones are treated."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.utils import timezone

from taskmanager.core import crypto
from taskmanager.signin.models import Session, TokenSet
from taskmanager.signin.session_store import SessionStore
from tests.signin.conftest import Provider, Visitor

pytestmark = pytest.mark.django_db


def stored(**content: object) -> SessionStore:
    session = SessionStore()
    session.update(content)
    session.save()
    return session


def reopened(session: SessionStore) -> SessionStore:
    return SessionStore(session.session_key)


def test_what_is_stored_comes_back() -> None:
    assert reopened(stored(colour="green"))["colour"] == "green"


def test_the_table_holds_a_hash_and_not_the_key() -> None:
    session = stored(colour="green")

    row = Session.objects.get()
    assert row.session_key == crypto.hash_session_key(session.session_key or "")
    assert SessionStore(row.session_key).load() == {}


def test_an_old_key_still_reads_and_the_first_one_writes(settings: LazySettings) -> None:
    settings.SESSION_KEYS = ["old" * 12]
    session = stored(colour="green")
    settings.SESSION_KEYS = ["new" * 12, "old" * 12]
    again = reopened(session)
    assert again["colour"] == "green"
    again.save()

    settings.SESSION_KEYS = ["new" * 12]
    assert reopened(session)["colour"] == "green"


def test_a_session_that_no_key_opens_is_no_session(settings: LazySettings) -> None:
    session = stored(colour="green")
    settings.SESSION_KEYS = ["quite another key, and a long one"]

    again = reopened(session)
    assert again.get("colour") is None
    assert again.session_key is None


def test_a_payload_copied_to_another_row_does_not_open() -> None:
    victim, thief = stored(person="victim"), stored(person="thief")
    sealed = Session.objects.get(pk=crypto.hash_session_key(victim.session_key or "")).session_data
    Session.objects.filter(pk=crypto.hash_session_key(thief.session_key or "")).update(
        session_data=sealed
    )

    assert reopened(thief).get("person") is None


def test_an_idle_session_ends(settings: LazySettings) -> None:
    settings.SESSION_IDLE_SECONDS = 600
    session = stored(signed_in_at=timezone.now().timestamp())

    ends = Session.objects.get().expire_date
    assert timedelta(seconds=590) < ends - timezone.now() <= timedelta(seconds=600)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert reopened(session).get("signed_in_at") is None


def test_use_moves_the_idle_limit_but_never_the_absolute_one(settings: LazySettings) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_ABSOLUTE_SECONDS = 600, 3600
    session = stored(signed_in_at=timezone.now().timestamp() - 3300)
    long_ago = timezone.now() - timedelta(seconds=61)
    Session.objects.update(seen_at=long_ago, expire_date=timezone.now() + timedelta(seconds=5))

    again = reopened(session)
    again.load()
    again.touch()

    row = Session.objects.get()
    assert row.seen_at > long_ago
    assert timedelta(seconds=280) < row.expire_date - timezone.now() <= timedelta(seconds=300)


def test_use_within_a_minute_writes_nothing(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    again = reopened(stored(signed_in_at=timezone.now().timestamp()))
    again.load()

    with django_assert_num_queries(0):  # type: ignore[operator]
        again.touch()


def test_saving_leaves_the_dates_alone() -> None:
    session = stored(colour="green")
    born = timezone.now() - timedelta(days=1)
    Session.objects.update(created_at=born, seen_at=born)

    session["colour"] = "red"
    session.save()

    row = Session.objects.get()
    assert (row.created_at, row.seen_at) == (born, born)


def test_rows_can_be_found_by_subject_and_sid_without_opening_them(
    openid: Provider, visitor: Visitor
) -> None:
    visitor.sign_in("approver")

    subject = openid.sandbox.persona("approver").subject
    wanted = crypto.fingerprints("subject", openid.url, subject)
    assert Session.objects.filter(subject_hash__in=wanted).count() == 1
    sid = visitor.client.session["sid"]
    assert Session.objects.filter(sid_hash=crypto.fingerprints("sid", openid.url, sid)[0]).exists()


def test_clearsessions_takes_expired_sessions_and_their_tokens(
    openid: Provider, visitor: Visitor
) -> None:
    visitor.sign_in("approver")
    stored(colour="green")
    Session.objects.exclude(subject_hash="").update(expire_date=timezone.now() - timedelta(days=1))

    call_command("clearsessions")

    assert Session.objects.count() == 1
    assert TokenSet.objects.count() == 0


def test_a_sign_in_takes_expired_sessions_along(openid: Provider, visitor: Visitor) -> None:
    stored(colour="green")
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))

    visitor.sign_in("approver")

    assert Session.objects.count() == 1
