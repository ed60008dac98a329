"""badge.json: a number that a listed host page may read with its frame's session, and no other."""

from http import HTTPStatus

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client

from sandbox.handle import Sandbox
from tests.web.conftest import Browser
from tests.web.test_decide import count, dashboard

HOST, OTHER = "https://portal.example.com", "https://evil.example.com"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def listed(settings: LazySettings) -> None:
    settings.FRAME_ANCESTORS = (HOST, "https://intranet.example.com")


def ask(browser: Client, origin: str | None = HOST, **headers: str) -> HttpResponse:
    told = {"Origin": origin} if origin else {}
    return browser.get("/widget/badge.json", headers={"Sec-Fetch-Dest": "empty", **told, **headers})


def cors(response: HttpResponse) -> set[str]:
    return {name for name in response.headers if name.startswith("Access-Control")}


def test_it_tells_the_badges_number_with_one_call(approver: Browser, sandbox: Sandbox) -> None:
    open_ = count(dashboard(approver), "open")
    sandbox.calls.clear()
    response = ask(approver)
    told = response.json()
    assert (told["open"], told["signed_in"]) == (open_, True)
    assert told["as_of"].endswith("+00:00")
    assert [call.path.rpartition("/")[2] for call in sandbox.api_calls] == ["summary"]
    assert "no-store" in response["Cache-Control"]
    assert response["Access-Control-Allow-Origin"] == HOST
    assert response["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in response["Vary"]


def test_it_costs_no_call_while_the_numbers_are_fresh(
    approver: Browser, sandbox: Sandbox, settings: LazySettings
) -> None:
    settings.COUNTS_SECONDS = 10
    ask(approver)
    sandbox.calls.clear()
    assert ask(approver, "https://intranet.example.com").json()["signed_in"]
    assert sandbox.api_calls == []


@pytest.mark.parametrize("origin", [OTHER, "null", "*", f"{HOST}.evil.example", f"{HOST}:8443"])
def test_no_other_origin_learns_anything(approver: Browser, sandbox: Sandbox, origin: str) -> None:
    sandbox.calls.clear()
    for browser in (approver, Client()):
        response = ask(browser, origin)
        assert cors(response) == set()
        assert (response.status_code, response.json()) == (HTTPStatus.FORBIDDEN, {})
        assert "Origin" in response["Vary"]
    assert sandbox.api_calls == []
    assert cors(ask(approver, None)) == set()


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html"])
def test_without_a_session_it_says_so_and_gives_no_secret_away(accept: str) -> None:
    response = ask(Client(), Accept=accept)
    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert response.json() == {"signed_in": False}
    assert response["Access-Control-Allow-Origin"] == HOST
    assert not response.cookies


def test_a_token_that_is_refused_gives_no_secret_away(approver: Browser, sandbox: Sandbox) -> None:
    sandbox.fault("GET", "/summary$", status=401, times=9)
    response = ask(approver, Accept="application/json")
    assert (response.status_code, response.json()) == (401, {"signed_in": False})


@pytest.mark.parametrize("status", [429, 503])
def test_trouble_is_told_as_json_in_our_own_words(
    approver: Browser, sandbox: Sandbox, status: int
) -> None:
    sandbox.fault("GET", "/summary$", status=status, times=9, retry_after=7)
    response = ask(approver)
    told = response.json()
    assert response.status_code in {429, 502, 503}
    assert told["signed_in"] is True
    assert told["error"].startswith("SailPoint")
    assert response["Access-Control-Allow-Origin"] == HOST
    if status == 429:
        assert int(response["Retry-After"]) > 0


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_read_only(approver: Browser, method: str) -> None:
    response = getattr(approver, method)("/widget/badge.json", headers={"Origin": HOST})
    assert response.status_code in {403, 405}
