"""Edge cases of signing in: unusual providers, many tabs, unknown visitors."""

import time

import pytest
import time_machine

from taskmanager.signin.models import Session
from tests.signin.conftest import Provider, Visitor, query_of, under_way


def test_a_provider_that_takes_the_secret_in_the_body_only(
    openid: Provider, visitor: Visitor
) -> None:
    openid.tamper(
        "/.well-known/openid-configuration",
        lambda known: {**known, "token_endpoint_auth_methods_supported": ["client_secret_post"]},
    )

    assert visitor.sign_in().status_code == 302


def test_a_provider_that_is_down_is_not_asked_by_every_waiting_thread(
    openid: Provider, visitor: Visitor
) -> None:
    openid.sandbox.fault("GET", "/.well-known", status=500, times=9)

    for _ in range(3):
        assert visitor.client.get("/signin/").status_code == 503

    assert openid.count("/.well-known/openid-configuration") == 1


def test_an_answer_without_a_code_is_no_sign_in(openid: Provider, visitor: Visitor) -> None:
    sent = query_of(visitor.start())

    response = visitor.client.get("/signin/callback/", {"state": sent["state"], "iss": openid.url})

    assert response.status_code == 400


def test_only_so_many_sign_ins_are_remembered(openid: Provider, visitor: Visitor) -> None:
    now, kept = int(time.time()), []
    for number in range(12):
        with time_machine.travel(now + number, tick=False):
            kept.append(visitor.start(f"/work-items/{number}/"))
    assert len(under_way(visitor)) == 8
    for number in (4, 11):
        arrived = visitor.client.get(visitor.choose(kept[number]))
        assert arrived.headers["Location"] == f"/work-items/{number}/"


@pytest.mark.parametrize(
    "address", ["/", "/signin/", "/signed-out/", "/signin/callback/?state=x", "/none/"]
)
def test_strangers_leave_no_session_behind(
    openid: Provider, visitor: Visitor, address: str
) -> None:
    visitor.client.get(address)

    assert Session.objects.count() == 0
    assert "session" not in visitor.client.cookies
