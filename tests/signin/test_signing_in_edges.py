"""Edge cases of signing in: unusual providers, many tabs, unknown visitors."""

import pytest

from taskmanager.signin.models import Session
from tests.signin.conftest import Provider, Visitor, query_of


def test_a_provider_that_takes_the_secret_in_the_body_only(
    openid: Provider, visitor: Visitor
) -> None:
    openid.tamper(
        "/.well-known/openid-configuration",
        lambda known: {**known, "token_endpoint_auth_methods_supported": ["client_secret_post"]},
    )

    assert visitor.sign_in().status_code == 302


def test_metadata_is_fetched_daily_and_an_old_copy_is_better_than_none(
    openid: Provider, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    discovery = "/.well-known/openid-configuration"
    visitor.sign_in()
    assert openid.count(discovery) == 1

    monkeypatch.setattr("taskmanager.signin.providers.base.METADATA_SECONDS", 0)
    monkeypatch.setattr("taskmanager.signin.providers.base.METADATA_RETRY_SECONDS", 0)
    visitor.start()
    assert openid.count(discovery) == 2
    openid.sandbox.fault("GET", discovery, status=503, times=99)
    assert visitor.start().startswith(f"{openid.url}/openid/authorize?")


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
    for _ in range(12):
        visitor.start()

    assert len(visitor.client.session["flows"]) == 10


@pytest.mark.parametrize("address", ["/", "/signed-out/", "/signin/callback/?state=x", "/none/"])
def test_strangers_leave_no_session_behind(
    openid: Provider, visitor: Visitor, address: str
) -> None:
    visitor.client.get(address)

    assert Session.objects.count() == 0
    assert "session" not in visitor.client.cookies
