"""The refresh token of a session that has ended is revoked once, retried for a day, never shown."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import call_command
from django.utils import timezone

from taskmanager.jobs import engine, heartbeat, registry
from taskmanager.signin import revocations, token_refresh
from taskmanager.signin.errors import ProviderUnavailable
from taskmanager.signin.models import Revocation, Session
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.request import session_row
from taskmanager.signin.token_store import TokenStore, tokens_of
from taskmanager.signin.values import Renewed, Tokens
from tests.signin.conftest import Provider, Visitor

REVOKE = "/openid/revoke"
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
Alarm = tuple[str, str, datetime | None]


@pytest.fixture
def left(openid: Provider, visitor: Visitor) -> str:
    """A refresh token that a sign-out has left to be revoked; its row is the only one."""
    visitor.sign_in("approver")
    held = tokens_of(visitor.client.session)
    assert held is not None
    assert held.refresh_token is not None
    revocations.keep_of([held])
    return held.refresh_token


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> list[Alarm]:
    """The alarms that were set, which nobody hears."""
    made: list[Alarm] = []

    def wake(name: str, key: str, at: datetime | None = None) -> None:
        made.append((name, key, at))

    monkeypatch.setattr(engine, "wake", wake)
    return made


def ring(key: str) -> None:
    """What an alarm of the job worker does."""
    registry.JOBS["revoke"](key)


def row() -> Revocation:
    return Revocation.objects.get()


def is_revoked(peer: Provider, token: str) -> bool:
    return peer.sandbox.tokens.redeem(token) is None


def test_the_row_names_no_token(left: str) -> None:
    assert left not in row().sealed
    assert left not in str(vars(row()))


def test_the_job_revokes_and_forgets(openid: Provider, left: str) -> None:
    ring(row().pk)

    assert is_revoked(openid, left)
    assert Revocation.objects.count() == 0


def test_it_is_called_twice_or_for_nothing_without_harm(openid: Provider, left: str) -> None:
    key = row().pk
    for _ in range(2):
        ring(key)
    ring("nobody knows this")

    assert openid.count(REVOKE) == 1


@pytest.mark.parametrize(
    "fault", [{"status": 503}, {"status": 500}, {"status": 429}, {"drop": True}]
)
def test_what_the_provider_does_not_answer_is_tried_again_later(
    openid: Provider, left: str, fault: dict[str, object], alarms: list[Alarm]
) -> None:
    heartbeat.beat()
    openid.sandbox.fault("POST", REVOKE, **fault)  # type: ignore[arg-type]
    before = timezone.now()

    ring(row().pk)

    assert row().tries == 1
    assert timedelta(seconds=30) <= row().due_at - before < timedelta(seconds=40)
    assert alarms == [("revoke", row().pk, row().due_at)]
    Revocation.objects.update(due_at=timezone.now())
    ring(row().pk)
    assert Revocation.objects.count() == 0


@pytest.mark.parametrize("status", [400, 401, 404])
def test_what_the_provider_refuses_is_done_with_and_logged(
    openid: Provider, left: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    openid.sandbox.fault("POST", REVOKE, status=status)

    ring(row().pk)

    assert Revocation.objects.count() == 0
    assert f"the refresh token was not revoked: status {status}" in caplog.text


def test_the_pauses_grow_and_after_a_day_it_is_given_up(
    openid: Provider, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    openid.sandbox.fault("POST", REVOKE, status=503, times=100)
    with time_machine.travel(NOON, tick=False) as clock:
        revocations.keep_of([Tokens("access", "the-refresh-token")])
        pauses = []
        while Revocation.objects.exists():
            before, key = timezone.now(), row().pk
            ring(key)
            if kept := Revocation.objects.first():
                pauses.append(int((kept.due_at - before).total_seconds()))
                clock.move_to(kept.due_at)
        lasted = timezone.now() - NOON

    assert pauses[:5] == [30, 120, 600, 3600, 14_400]
    assert pauses == sorted(pauses)
    assert lasted < timedelta(days=1)
    assert f"given up after {len(pauses) + 1} tries" in caplog.text
    assert "the-refresh-token" not in caplog.text


def test_two_workers_do_not_revoke_the_same_token_at_once(
    openid: Provider, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = configured_provider()
    told: list[str] = []

    def another_worker_meanwhile(token: str) -> None:
        told.append(token)
        assert revocations.settle([row().pk])

    monkeypatch.setattr(provider, "revoke", another_worker_meanwhile)
    ring(row().pk)

    assert told == [left]


def test_what_a_killed_worker_had_in_hand_is_due_again_after_its_lease(
    openid: Provider, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_: str) -> None:
        raise KeyboardInterrupt

    provider = configured_provider()
    with time_machine.travel(NOON, tick=False) as clock:
        revocations.keep_of([Tokens("access", "refresh")])
        key = row().pk
        with monkeypatch.context() as patch:
            patch.setattr(provider, "revoke", die)
            with pytest.raises(KeyboardInterrupt):
                ring(key)
        ring(row().pk)
        assert openid.count(REVOKE) == 0
        clock.shift(revocations.LEASE)
        ring(row().pk)

    assert openid.count(REVOKE) == 1
    assert Revocation.objects.count() == 0


def test_a_scan_finds_what_no_alarm_rang_for(left: str, alarms: list[Alarm]) -> None:
    assert revocations.look_for_due in registry.DUE_SCANS
    revocations.look_for_due()
    assert alarms == [("revoke", row().pk, None)]

    alarms.clear()
    Revocation.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    revocations.look_for_due()
    assert alarms == []


def test_a_provider_that_hangs_takes_one_thread_of_a_worker_only(
    openid: Provider, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_alarm_meanwhile(_: str) -> None:
        revocations.keep_of([Tokens("access", "another")])
        ring("of the other")
        assert Revocation.objects.count() == 2
        raise ProviderUnavailable("no answer")

    monkeypatch.setattr(configured_provider(), "revoke", another_alarm_meanwhile)
    ring(row().pk)

    assert sorted(Revocation.objects.values_list("tries", flat=True)) == [0, 1]


def test_an_old_key_still_opens_what_is_to_be_revoked(
    openid: Provider, visitor: Visitor, settings: LazySettings
) -> None:
    settings.SESSION_KEYS = ["old" * 12]
    revocations.keep_of([Tokens("access", "refresh")])
    settings.SESSION_KEYS = ["new" * 12, "old" * 12]

    ring(row().pk)

    assert openid.count(REVOKE) == 1
    assert Revocation.objects.count() == 0


def test_what_no_key_opens_is_dropped_with_a_word(
    openid: Provider, left: str, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SESSION_KEYS = ["quite another key, and a long one"]

    ring(row().pk)

    assert openid.count(REVOKE) == 0
    assert Revocation.objects.count() == 0
    assert "no key opens it" in caplog.text


def test_a_token_copied_to_another_row_does_not_open(openid: Provider, left: str) -> None:
    Revocation.objects.create(key="another", sealed=row().sealed)

    ring("another")

    assert openid.count(REVOKE) == 1  # the one of its own row


def test_a_token_never_reaches_a_provider_that_was_configured_later(
    openid: Provider, left: str, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OIDC_CLIENT_ID = "another-client"

    ring(row().pk)

    assert openid.count(REVOKE) == 0
    assert Revocation.objects.count() == 0
    assert "another provider or client" in caplog.text


def test_clearsessions_drops_what_nobody_tried_within_a_day(
    openid: Provider, left: str, caplog: pytest.LogCaptureFixture
) -> None:
    openid.sandbox.fault("POST", REVOKE, status=503)
    call_command("clearsessions")
    assert Revocation.objects.count() == 1

    Revocation.objects.update(created_at=timezone.now() - timedelta(days=1, seconds=1))
    call_command("clearsessions")

    assert Revocation.objects.count() == 0
    assert "not revoked within a day: 1" in caplog.text


def test_tokens_renewed_while_their_session_ended_are_revoked_too(
    openid: Provider, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.sign_in("approver")
    store, provider = TokenStore(session_row(visitor.client.session)), configured_provider()
    old = store.read()
    assert old is not None
    refresh, renewed = provider.refresh, []

    def signed_out_meanwhile(tokens: Tokens) -> Renewed:
        Session.objects.filter(pk=store.row).delete()
        renewed.append(refresh(tokens))
        return renewed[0]

    monkeypatch.setattr(provider, "refresh", signed_out_meanwhile)
    assert token_refresh.renew_access_token(store, provider, refused=old.access_token) is None

    assert is_revoked(openid, renewed[0].tokens.refresh_token or "")


def test_no_log_line_holds_a_refresh_token(
    openid: Provider, left: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    openid.sandbox.fault("POST", REVOKE, drop=True)
    ring(row().pk)
    Revocation.objects.update(due_at=timezone.now())
    ring(row().pk)

    assert left not in caplog.text
