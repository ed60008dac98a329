"""Sign-out: first of the dashboard, then at the provider."""

from django.conf import LazySettings

from taskmanager.signin.models import Session, TokenSet
from taskmanager.signin.token_store import tokens_of
from tests.signin.conftest import JWT, Provider, Visitor, query_of


def test_signing_out_ends_both_sessions(openid: Provider, visitor: Visitor) -> None:
    visitor.sign_in("approver")
    held = tokens_of(visitor.client.session)
    assert held is not None

    response = visitor.post("/signout/")

    assert response.status_code == 302
    assert TokenSet.objects.count() == 0
    assert visitor.client.session.get("person") is None
    assert openid.sandbox.tokens.redeem(held.refresh_token or "") is None  # revoked
    sent = query_of(response.headers["Location"])
    assert sent["id_token_hint"] == held.id_token
    assert sent["client_id"] == openid.sandbox.client.client_id
    assert sent["post_logout_redirect_uri"] == "http://localhost:8000/signed-out/"
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert response.headers["Cache-Control"] == "no-store"


def test_the_provider_leads_back_to_a_page_that_says_so(openid: Provider, visitor: Visitor) -> None:
    visitor.sign_in("approver")
    away = visitor.post("/signout/").headers["Location"]
    back = visitor.elsewhere.get(away, allow_redirects=False, timeout=5)
    assert back.status_code in {302, 303}, back.text
    assert back.headers["Location"].startswith("http://localhost:8000/signed-out/")

    page = visitor.client.get(back.headers["Location"].removeprefix("http://localhost:8000"))

    assert page.status_code == 200
    assert "has signed you out as well" in page.content.decode()


def test_a_made_up_return_claims_nothing(openid: Provider, visitor: Visitor) -> None:
    visitor.sign_in("approver")
    visitor.post("/signout/")

    page = visitor.client.get("/signed-out/", {"state": "made-up"})

    assert "has signed you out as well" not in page.content.decode()


def test_isc_is_left_by_a_link_because_it_knows_no_way_back(
    isc: Provider, visitor: Visitor
) -> None:
    visitor.sign_in("approver")

    response = visitor.post("/signout/")

    assert response.status_code == 200
    assert f'href="{isc.url}/logout"' in response.content.decode()
    assert visitor.client.session.get("person") is None


def test_a_provider_elsewhere_is_left_by_a_link_without_tokens(
    openid: Provider, visitor: Visitor, settings: LazySettings
) -> None:
    visitor.sign_in("approver")
    policy = {**settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], "form-action": ["'self'"]}
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": policy}

    page = visitor.post("/signout/").content.decode()

    assert f'href="{openid.url}/openid/end-session?' in page
    assert not JWT.search(page)


def test_a_provider_that_is_down_does_not_keep_anybody_in(
    openid: Provider, visitor: Visitor
) -> None:
    visitor.sign_in("approver")
    openid.sandbox.fault("POST", "/openid/revoke", drop=True, times=3)

    response = visitor.post("/signout/")

    assert response.status_code == 200
    assert "You are signed out of My Tasks" in response.content.decode()
    assert "/openid/end-session" in response.content.decode()
    assert Session.objects.exclude(subject_hash="").count() == 0


def test_signing_out_takes_a_post_with_a_token(openid: Provider, visitor: Visitor) -> None:
    visitor.sign_in("approver")

    assert visitor.client.get("/signout/").status_code == 405
    assert visitor.client.post("/signout/").status_code == 403
    assert visitor.client.session["person"]
