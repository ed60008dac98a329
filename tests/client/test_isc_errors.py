"""Every error status and every malformed body is mapped to the right exception."""

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
from isc_wire import BASE, Wire, new_transport
from urllib3.exceptions import MaxRetryError, ProxyError, SSLError

from workitems.isc.client import IscClient
from workitems.isc.errors import (
    RETRY_AFTER_DEFAULT,
    Forbidden,
    IscError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    SignInAgain,
    TimedOut,
    Unavailable,
    UnexpectedReply,
    detail_of,
    retry_after_seconds,
)

URL = f"{BASE}/v2024/work-items/w1"

STATUSES = [
    (300, UnexpectedReply, OutcomeUnknown),
    (302, UnexpectedReply, OutcomeUnknown),
    (400, Rejected, Rejected),
    (401, SignInAgain, SignInAgain),
    (403, Forbidden, Forbidden),
    (404, NotFound, NotFound),
    (405, Rejected, Rejected),
    (409, Rejected, Rejected),
    (422, Rejected, Rejected),
    (429, RateLimited, RateLimited),
    (500, Unavailable, OutcomeUnknown),
    (501, Unavailable, Unavailable),
    (502, Unavailable, OutcomeUnknown),
    (503, Unavailable, OutcomeUnknown),
    (504, Unavailable, OutcomeUnknown),
    (520, Unavailable, OutcomeUnknown),
]


def error_of(client: IscClient, *, write: bool) -> IscError:
    call = client.complete_work_item if write else client.get_work_item
    with pytest.raises(IscError) as caught:
        call("w1")
    return caught.value


@pytest.mark.parametrize(("status", "of_read", "of_write"), STATUSES)
@pytest.mark.parametrize("write", [False, True], ids=["read", "write"])
def test_each_status_is_the_error_it_should_be(
    status: int,
    of_read: type[IscError],
    of_write: type[IscError],
    write: bool,
    client: IscClient,
    wire: Wire,
) -> None:
    wire.mock.add(
        "POST" if write else "GET",
        URL,
        status=status,
        json={"trackingId": "t1", "messages": [{"locale": None}, {"text": "No."}]},
        headers={"SLPT-Request-ID": "r1", "Location": "http://[broken"},
    )

    error = error_of(client, write=write)

    assert type(error) is (of_write if write else of_read)
    assert (error.status, error.request_id, error.detail) == (status, "r1", "No.")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"messages": [{"text": "First."}, {"text": "Second."}]}', "First."),
        (b'{"error": "JWT validation failed: JWT is expired"}', "JWT validation failed: JWT is"),
        (b'{"message": " Rate Limit Exceeded "}', "Rate Limit Exceeded"),
        (b'{"messages": null, "error": 7, "message": "So."}', "So."),
        (b'{"detailMessage": "Specified offset is invalid."}', "Specified offset is invalid."),
        (b'{"messages": [], "causes": [{"text": "Its cause."}], "message": "m"}', "Its cause."),
        (b'{"error": "invalid_grant", "error_description": "It expired."}', "It expired."),
        (b'{"messages": ["x", {"text": null}, {"text": " "}]}', ""),
        (b'{"messages": [{"text": "a\\u0000b\\u001b[31m\\u202ec\\nd"}]}', "ab[31mc d"),
        (b"<html>Bad Gateway</html>", ""),
        (b"[]", ""),
        (b"", ""),
        (b'{"mess', ""),
    ],
)
def test_iscs_own_words_are_kept_plain(
    body: bytes, detail: str, client: IscClient, wire: Wire
) -> None:
    wire.mock.get(URL, status=400, body=body)

    error = error_of(client, write=False)

    assert type(error) is Rejected
    assert error.detail.startswith(detail)
    assert bool(error.detail) == bool(detail)
    assert error.request_id is None


def test_long_words_are_cut_at_300_characters() -> None:
    error = IscError("x", detail="é" * 1000)

    assert len(error.detail) == 300
    assert error.detail.endswith("…")
    assert str(error) == "x"


def test_the_tracking_id_of_the_body_stands_in_for_a_missing_request_id(
    client: IscClient, wire: Wire
) -> None:
    wire.mock.get(URL, status=403, json={"trackingId": "t1", "messages": []})

    assert error_of(client, write=False).request_id == "t1"


def test_no_object_has_no_detail() -> None:
    assert detail_of(["error"]) == ""


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 10),
        ("", 10),
        ("soon", 10),
        ("nan", 10),
        ("inf", 10),
        ("2", 2),
        ("0.5", 1),
        ("-3", 1),
        ("300", 300),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 1),
        ("86400", 3600),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 3600),
    ],
)
def test_retry_after_is_read_and_bounded(
    header: str | None, seconds: float, client: IscClient, wire: Wire
) -> None:
    headers = {} if header is None else {"Retry-After": header}
    wire.mock.get(URL, status=429, json={"message": " Rate Limit Exceeded "}, headers=headers)

    error = error_of(client, write=False)

    assert isinstance(error, RateLimited)
    assert not isinstance(error, Unavailable)
    assert (error.status, error.retry_after) == (429, seconds)


def test_retry_after_may_be_a_moment() -> None:
    in_half_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)

    assert 25 < retry_after_seconds(in_half_a_minute) <= 30


BROKEN_CERTIFICATE = MaxRetryError(
    None, URL, SSLError(ssl.SSLCertVerificationError("self-signed certificate"))
)
TLS_BROKE_OFF = MaxRetryError(None, URL, SSLError(ssl.SSLEOFError("EOF")))
NO_PROXY = MaxRetryError(None, URL, ProxyError("no proxy", OSError("refused")))


@pytest.mark.parametrize(
    "header",
    [
        "Thu, 01 Jan 0001 00:00:00 +9999",
        "Fri, 31 Dec 9999 23:59:59 -9999",
        "Sat, 01 Jan 2028 00:00:00 +99999999999999999999",
        "Sat, 01 Jan 99999999999999999999 00:00:00 GMT",
    ],
)
def test_a_date_of_no_calendar_is_the_usual_wait(header: str) -> None:
    assert retry_after_seconds(header) == RETRY_AFTER_DEFAULT


@pytest.mark.parametrize(
    ("cause", "of_read", "of_write"),
    [
        (requests.exceptions.SSLError(BROKEN_CERTIFICATE), Unavailable, Unavailable),
        (requests.exceptions.SSLError(TLS_BROKE_OFF), Unavailable, OutcomeUnknown),
        (requests.exceptions.ProxyError(NO_PROXY), Unavailable, Unavailable),
        (requests.ConnectionError(), Unavailable, OutcomeUnknown),
        (OSError("no CA bundle at /etc/none"), Unavailable, Unavailable),
        (TimeoutError("slow"), TimedOut, OutcomeUnknown),
        (requests.exceptions.ContentDecodingError(), UnexpectedReply, OutcomeUnknown),
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)[:40]),
)
def test_a_write_is_only_called_undone_if_nothing_was_sent(
    cause: OSError,
    of_read: type[IscError],
    of_write: type[IscError],
    client: IscClient,
    wire: Wire,
) -> None:
    wire.mock.get(URL, body=cause)
    wire.mock.post(URL, body=cause)

    for write, expected in ((False, of_read), (True, of_write)):
        error = error_of(client, write=write)
        assert type(error) is expected
        assert error.__cause__ is cause
        assert error.status is None


def test_a_write_is_not_repeated_after_a_tls_failure_either(wire: Wire) -> None:
    broken = requests.exceptions.SSLError(SSLError(ssl.SSLEOFError("EOF")))
    wire.mock.add("POST", URL, body=broken)
    client = IscClient(new_transport(BASE, lambda: "token-of-maria"), api_version="v2024")

    with pytest.raises(OutcomeUnknown):
        client.complete_work_item("w1")
    assert len(wire.mock.calls) == 1


@pytest.mark.parametrize("token", ["", " ", "a b", "a\r\nX-Evil: 1", "täken", "=", "t\n"])
def test_a_token_that_is_none_asks_to_sign_in_and_is_not_repeated(token: str, wire: Wire) -> None:
    client = IscClient(new_transport(BASE, lambda: token), api_version="v2024")

    error = error_of(client, write=True)

    assert type(error) is SignInAgain
    assert len(wire.mock.calls) == 0
    assert str(error) == "The access token is empty or not a bearer token."
