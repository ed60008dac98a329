"""Requests that no page of ours sends: refused in our words, never a fault of ours."""

import pytest
from django.conf import LazySettings
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words

pytestmark = pytest.mark.django_db
NO_ADDRESSES = ("http://[", "http://[::1", "http://\u2100.example/", "//[x]:y", "\\\\[")
SENSELESS = "This request makes no sense"


@pytest.fixture(autouse=True)
def framed(settings: LazySettings) -> None:
    settings.FRAME_ANCESTORS = ("https://intranet.example",)


@pytest.fixture
def stranger(db: None, sandbox: Sandbox) -> Browser:
    return Browser()


@pytest.mark.parametrize("address", NO_ADDRESSES)
@pytest.mark.parametrize("name", ["HX-Current-URL", "Referer"])
@pytest.mark.parametrize("who", ["", "approver", "admin"])
def test_an_address_that_cannot_be_split_is_none(
    as_user: AsUser, stranger: Browser, who: str, name: str, address: str
) -> None:
    browser = as_user(who) if who else stranger
    sent = {"HX-Request": "true", name: address.encode().decode("latin-1")}
    other = f"/?owner={as_user('agent').persona_id}"
    for path in ("/", "/counts/", "/work-items/x/", "/settings/", "/widget/", other):
        for response in (browser.get(path, headers=sent), browser.post(path, headers=sent)):
            assert response.status_code < 500, (path, response.status_code)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/signin/popup/bind/", "ticket"),
        ("/signin/popup/code/", "frame"),
        ("/widget/signin/code/", "code"),
        ("/signin/backchannel/", "logout_token"),
    ],
)
def test_nul_is_refused_from_anybody(stranger: Browser, path: str, field: str) -> None:
    for data in ({field: "a\0b"}, {f"{field}\0": "a"}):
        response = stranger.post(path, data)
        assert response.status_code == 400
        assert SENSELESS in words(parsed(response))


@pytest.mark.parametrize(
    "path",
    ["/?owner=a%00", "/?tab=%00", "/people/?q=%00", "/audit/?person=x%00", "/work-items/a%00b/"],
)
def test_nul_in_an_address_is_refused(admin: Browser, path: str) -> None:
    response = admin.get(path)

    assert response.status_code == 400
    assert "makes no sense" in words(parsed(response))
    assert "Try again" not in words(parsed(response))


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/work-items/x/approve/y/", "key"),
        ("/sessions/end/", "session"),
        ("/bulk/approve/", "items"),
    ],
)
def test_nul_in_a_form_is_refused(
    approver: Browser, sandbox: Sandbox, path: str, field: str
) -> None:
    assert approver.post(path, {field: "\0", "confirmed": "1"}).status_code == 400
    assert sandbox.api_calls == []


@pytest.mark.parametrize("path", ["/nowhere/", "/widget/nowhere/", "/", "/signout/", "/people/"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\nno end", "multipart/form-data; boundary="),
        (b"x", "multipart/form-data"),
        (f"--{BOUNDARY}\r\nContent-Disposition: form-data; name".encode(), MULTIPART_CONTENT),
        (b"x", "multipart/form-data; boundary=\xff".encode().decode("latin-1")),
    ],
)
@pytest.mark.parametrize("who", ["", "approver"])
def test_parts_that_cannot_be_read_are_no_fault_of_ours(
    as_user: AsUser, stranger: Browser, path: str, body: bytes, kind: str, who: str
) -> None:
    browser = as_user(who) if who else stranger
    assert browser.generic("POST", path, body, kind).status_code < 500


@pytest.mark.parametrize(
    ("more", "status", "home"),
    [
        ({"CONTENT_LENGTH": "3000000"}, 413, "/widget/"),
        ({"HTTP_HOST": "evil.example"}, 400, "http://localhost:8000/widget/"),
    ],
)
def test_what_a_frame_is_refused_early_has_a_page(
    client: Client, more: dict[str, str], status: int, home: str
) -> None:
    response = client.generic("POST", "/widget/counts/", b"x", **more)  # type: ignore[arg-type]

    assert response.status_code == status
    assert parsed(response).select_one(f"a.button[href='{home}']")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "more", "status", "said"),
    [
        ("/settings/", {"CONTENT_LENGTH": "3000000"}, 413, "too much at once"),
        ("/widget/counts/", {"CONTENT_LENGTH": "3000000"}, 413, "too much at once"),
        ("/nowhere/", {}, 404, "nothing at this address"),
        ("/widget/nowhere/", {}, 404, "nothing at this address"),
        ("/settings/?a=%00", {}, 400, SENSELESS),
    ],
)
@pytest.mark.parametrize(("method", "place"), [("POST", "find [data-notice]"), ("GET", "#notices")])
def test_a_script_is_refused_with_a_notice_that_stands_where_it_asked(
    approver: Browser,
    path: str,
    more: dict[str, str],
    status: int,
    said: str,
    method: str,
    place: str,
) -> None:
    response = approver.generic(method, path, b"x", HTTP_HX_REQUEST="true", **more)  # type: ignore[arg-type]

    assert response.status_code == status
    assert response["HX-Retarget"] == place
    notice = parsed(response)
    assert said in words(notice)
    assert not notice.select("title, h1, a")
