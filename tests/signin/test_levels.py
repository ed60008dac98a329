"""What a person may do besides their own work follows the token, not the sign-in."""

import dataclasses
import time
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from taskmanager.signin.models import TokenSet
from taskmanager.signin.request import session_row
from taskmanager.signin.session_store import SessionStore
from taskmanager.signin.token_store import TokenStore, tokens_of
from tests.session_tokens import keep
from tests.signin.conftest import Provider, Visitor
from tests.signin.test_hostile_provider import forged

TRY, AUDIT = "/widget/try/", "/audit/"


def let_it_be_renewed(visitor: Visitor, seconds: float = -1) -> None:
    held = tokens_of(visitor.client.session)
    assert held is not None
    keep(visitor.client.session, dataclasses.replace(held, expires_at=time.time() + seconds))


def has_menu(visitor: Visitor) -> bool:
    return f'href="{TRY}"' in visitor.client.get("/").content.decode()


@pytest.fixture(autouse=True)
def auditors(settings: LazySettings) -> None:
    settings.AUDITOR_VALUES = ("AUDITOR",)


@pytest.mark.parametrize("first_page", ["/", TRY, AUDIT])
def test_levels_follow_the_token(any_profile: Provider, visitor: Visitor, first_page: str) -> None:
    any_profile.sandbox.set_levels("admin", "ORG_ADMIN", "AUDITOR")
    visitor.sign_in("admin")
    assert visitor.client.get(AUDIT).status_code == 200

    any_profile.sandbox.set_levels("admin", "HELPDESK")
    let_it_be_renewed(visitor)
    visitor.client.get(first_page)

    assert not has_menu(visitor)
    assert visitor.client.get(TRY).status_code == 403
    assert visitor.client.get(AUDIT).status_code == 403
    assert (
        visitor.client.get(f"/?owner={any_profile.sandbox.persona('agent').id}").status_code == 403
    )


def test_a_new_administrator_need_not_sign_in_again(
    any_profile: Provider, visitor: Visitor
) -> None:
    visitor.sign_in("approver")
    assert not has_menu(visitor)

    any_profile.sandbox.set_levels("approver", "ORG_ADMIN", "AUDITOR")
    let_it_be_renewed(visitor, 20)
    visitor.client.get("/")

    assert has_menu(visitor)
    assert visitor.client.get(AUDIT).status_code == 200


def test_what_a_page_that_began_before_saves_gives_no_level_back(
    openid: Provider, visitor: Visitor
) -> None:
    visitor.sign_in("admin")
    slow = visitor.client.session
    slow["something"] = "else"
    openid.sandbox.set_levels("admin")
    let_it_be_renewed(visitor)
    visitor.client.get("/")

    slow.save()

    assert not has_menu(visitor)


def test_a_refresh_that_names_no_levels_leaves_them(openid: Provider, visitor: Visitor) -> None:
    visitor.sign_in("admin")
    openid.sandbox.set_levels("admin")

    def without_id_token(token: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in token.items() if name != "id_token"}

    openid.tamper("/openid/token", without_id_token)
    let_it_be_renewed(visitor)
    visitor.client.get(TRY)

    assert has_menu(visitor)
    assert openid.count("/openid/userinfo") == 0


@pytest.mark.parametrize("answers", [True, False])
def test_levels_that_userinfo_gave_are_asked_of_userinfo(
    openid: Provider, visitor: Visitor, answers: bool
) -> None:
    openid.tamper("/openid/token", lambda token: forged(openid, token, authorities=None))
    visitor.sign_in("admin")
    assert has_menu(visitor)

    openid.sandbox.set_levels("admin")
    if not answers:
        openid.sandbox.fault("GET", "/openid/userinfo", status=500)
    let_it_be_renewed(visitor)
    visitor.client.get(TRY)

    assert has_menu(visitor) is not answers


def test_a_refresh_of_another_identity_ends_the_session(openid: Provider, visitor: Visitor) -> None:
    visitor.sign_in("approver")
    row, other = session_row(visitor.client.session), openid.sandbox.persona("agent").id
    openid.tamper("/openid/token", lambda token: forged(openid, token, identity_id=other))
    let_it_be_renewed(visitor)

    assert visitor.client.get("/").status_code == 302

    assert not TokenSet.objects.filter(pk=row).exists()


@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}])
def test_what_the_tenant_refuses_an_administrator_ends_their_level(
    openid: Provider, visitor: Visitor, htmx: dict[str, str]
) -> None:
    visitor.sign_in("admin")
    elsewhere = f"/?owner={openid.sandbox.persona('approver').id}"
    session = visitor.client.session
    session["look_reason"] = "Ticket 4711: she is on leave"
    session.save()
    openid.sandbox.set_levels("admin")

    refused = visitor.client.get(elsewhere, headers=htmx)

    assert refused.status_code == 403
    assert f'href="{TRY}"' not in refused.content.decode()
    assert not has_menu(visitor)
    assert visitor.client.get(TRY).status_code == 403


@pytest.mark.django_db
def test_a_process_of_the_version_before_still_stores_tokens_during_an_upgrade() -> None:
    session = SessionStore()
    session.save()
    values = [session_row(session), "sealed by the version before"]
    with connection.cursor() as cursor:  # it knows no levels
        cursor.execute("INSERT INTO signin_tokenset (session_id, sealed) VALUES (%s, %s)", values)

    assert TokenStore(session_row(session)).levels() is None
