"""ISC's own OAuth; what both profiles share is tested here for both."""

import json
from base64 import urlsafe_b64decode

import pytest

from sandbox.server import SandboxApp, create_app
from tests.contract.conftest import CALLBACK, ISSUER
from tests.contract.sign_in_steps import SignInSteps, sent_back

PROFILES = pytest.mark.parametrize("base", ["/oauth", "/openid"])


def test_info_tells_the_endpoints_to_anybody(tenant: SandboxApp) -> None:
    info = tenant.test_client().get("/oauth/info").json
    assert info["authorizeEndpoint"] == f"{ISSUER}/oauth/authorize"
    assert info["tokenEndpoint"] == f"{ISSUER}/oauth/token"
    assert set(info) == {
        *("tenantId", "tenantName", "authorizeEndpoint", "tokenEndpoint"),
        *("cloudDomainUrl", "logoutUrl", "pod"),
    }


def test_the_token_response_is_as_documented(tenant: SandboxApp) -> None:
    tokens = SignInSteps(tenant, "/oauth").sign_in("admin")
    persona = tenant.sandbox.persona("admin")
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 749)
    assert (tokens["identity_id"], tokens["org"]) == (persona.id, "acme")
    assert "id_token" not in tokens
    part = tokens["access_token"].split(".")[1]
    claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert claims["user_name"] == persona.alias
    assert claims["authorities"] == ["ORG_ADMIN"]
    assert claims["scope"] == ["sp:scopes:all"]
    assert not {"iss", "aud", "sub", "email", "name"} & set(claims)


@PROFILES
def test_the_access_token_speaks_for_the_person(tenant: SandboxApp, base: str) -> None:
    steps = SignInSteps(tenant, base)
    assert steps.count(steps.sign_in("agent")["access_token"]).json == {"count": 18}
    assert tenant.sandbox.api_calls[-1].actor == tenant.sandbox.persona("agent").id


def test_userinfo_knows_the_person(tenant: SandboxApp) -> None:
    steps = SignInSteps(tenant, "/oauth")
    headers = {"Authorization": f"Bearer {steps.sign_in('admin')['access_token']}"}
    info = steps.backend.get("/oauth/userinfo", headers=headers).json
    assert (info["displayName"], info["uid"]) == ("Ingrid Halvorsen", "ingrid.halvorsen")
    assert info["capabilities"] == ["ORG_ADMIN"]
    assert steps.backend.get("/oauth/userinfo").status_code == 401


@PROFILES
def test_a_code_works_once_and_a_replay_ends_what_it_gave(tenant: SandboxApp, base: str) -> None:
    steps = SignInSteps(tenant, base)
    code = sent_back(steps.authorize())["code"]
    tokens = steps.redeem(code).json
    again = steps.redeem(code)
    assert (again.status_code, again.json["error"]) == (400, "invalid_grant")
    assert steps.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


@PROFILES
def test_a_code_expires(tenant: SandboxApp, base: str) -> None:
    steps = SignInSteps(tenant, base)
    code = sent_back(steps.authorize())["code"]
    tenant.sandbox.clock.advance(61)
    assert steps.redeem(code).json["error"] == "invalid_grant"


@PROFILES
@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "w" * 64},
        {"code_verifier": None},
        {"redirect_uri": CALLBACK + "x"},
        {"redirect_uri": None},
        {"client_secret": "wrong"},
        {"client_secret": None},
        {"code": "invented"},
    ],
    ids=str,
)
def test_a_code_is_not_given_away(
    tenant: SandboxApp, base: str, wrong: dict[str, str | None]
) -> None:
    steps = SignInSteps(tenant, base)
    code = sent_back(steps.authorize())["code"]
    reply = steps.redeem(**{"code": code, **wrong})
    assert reply.status_code in (400, 401)
    assert reply.json["error"] in ("invalid_grant", "invalid_request", "invalid_client")


@PROFILES
def test_refresh_tokens_rotate_and_reuse_ends_the_family(tenant: SandboxApp, base: str) -> None:
    steps = SignInSteps(tenant, base)
    first = steps.sign_in()
    second = steps.refresh(first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert steps.count(second["access_token"]).status_code == 200
    assert steps.refresh(first["refresh_token"]).json["error"] == "invalid_grant"
    assert steps.refresh(second["refresh_token"]).json["error"] == "invalid_grant"


@PROFILES
def test_an_access_token_expires_by_the_tenants_clock(
    tenant: SandboxApp, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, start = tenant.sandbox.clock, int(tenant.sandbox.clock.now())
    # A clock that ran on would reach the next full second, which is when the token expires.
    monkeypatch.setattr(clock, "now", lambda: start + clock.offset)
    steps = SignInSteps(tenant, base)
    tokens = steps.sign_in()
    clock.advance(748)
    assert steps.count(tokens["access_token"]).status_code == 200
    clock.advance(2)
    expired = steps.count(tokens["access_token"])
    assert expired.json == {"error": "JWT validation failed: JWT is expired"}
    fresh = steps.refresh(tokens["refresh_token"]).json
    assert steps.count(fresh["access_token"]).status_code == 200


@PROFILES
def test_basic_authentication_of_the_client_works_too(tenant: SandboxApp, base: str) -> None:
    steps = SignInSteps(tenant, base)
    form = {
        "grant_type": "authorization_code",
        "code": sent_back(steps.authorize())["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": steps.verifier,
    }
    auth = (steps.client.client_id, steps.client.secret or "")
    assert steps.backend.post(f"{base}/token", data=form, auth=auth).status_code == 200


@PROFILES
def test_a_public_client_needs_no_secret_but_its_verifier(base: str) -> None:
    steps = SignInSteps(create_app(redirect_uris=[CALLBACK], public_client=True), base)
    assert steps.client.secret is None
    tokens = steps.sign_in()
    assert steps.refresh(tokens["refresh_token"]).status_code == 200
    code = sent_back(steps.authorize())["code"]
    assert steps.redeem(code, code_verifier=None).status_code == 400


@PROFILES
def test_the_picker_is_no_open_redirector(tenant: SandboxApp, base: str) -> None:
    steps = SignInSteps(tenant, base)
    for wrong in ({"redirect_uri": "https://evil.example/"}, {"client_id": "unknown"}):
        reply = steps.authorize(None, **wrong)
        assert reply.status_code in (400, 401)
        assert "Location" not in reply.headers


@PROFILES
def test_the_picker_lists_everybody_and_is_never_framed(tenant: SandboxApp, base: str) -> None:
    page = SignInSteps(tenant, base).authorize(None)
    text = page.get_data(as_text=True)
    assert "Sandbox: not SailPoint" in text
    assert text.count('name="persona"') == 6
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "no-store"


@PROFILES
def test_a_browser_is_remembered_until_asked_again(tenant: SandboxApp, base: str) -> None:
    steps = SignInSteps(tenant, base)
    steps.sign_in("agent")
    assert "code" in sent_back(steps.authorize(None))
    assert steps.authorize(None, prompt="login").status_code == 200
    other = steps.sign_in("empty", prompt="select_account")
    assert steps.count(other["access_token"]).json == {"count": 0}
    assert steps.browser.post("/switch").status_code == 303
    assert steps.authorize(None).status_code == 200


def test_isc_takes_a_sign_in_without_pkce(tenant: SandboxApp) -> None:
    steps = SignInSteps(tenant, "/oauth")
    reply = steps.authorize(code_challenge=None, code_challenge_method=None)
    assert steps.redeem(sent_back(reply)["code"], code_verifier=None).status_code == 200


def test_isc_refuses_both_general_scopes_together(tenant: SandboxApp) -> None:
    reply = SignInSteps(tenant, "/oauth").authorize(scope="sp:scopes:all sp:scopes:default")
    assert sent_back(reply)["error"] == "invalid_scope"


def test_the_default_scope_covers_people_only(tenant: SandboxApp) -> None:
    steps = SignInSteps(tenant, "/oauth")
    token = steps.sign_in(scope="sp:scopes:default")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert steps.count(token).status_code == 403
    assert steps.backend.get("/v2024/public-identities", headers=headers).status_code == 200


def test_a_personal_access_token_carries_its_person(tenant: SandboxApp) -> None:
    client = tenant.test_client()
    for key, count in {"approver": 34, "empty": 0, "heavy": 2000}.items():
        pat = tenant.sandbox.persona(key)
        form = {"client_id": pat.pat_id, "client_secret": pat.pat_secret}
        reply = client.post("/oauth/token", data={"grant_type": "client_credentials", **form})
        assert "refresh_token" not in reply.json
        headers = {"Authorization": f"Bearer {reply.json['access_token']}"}
        assert client.get("/work-items/v1/count", headers=headers).json == {"count": count}


def test_a_personal_access_token_may_come_in_the_query(tenant: SandboxApp) -> None:
    pat = tenant.sandbox.persona("agent")
    query = {"client_id": pat.pat_id, "client_secret": pat.pat_secret}
    query |= {"grant_type": "client_credentials"}
    assert tenant.test_client().post("/oauth/token", query_string=query).status_code == 200
    query["client_secret"] = "wrong"
    refused = tenant.test_client().post("/oauth/token", query_string=query)
    assert refused.json["error"] == "invalid_client"
