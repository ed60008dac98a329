"""Times are those of the person's own clock, as their browser says it, and name their zone."""

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from sandbox.handle import Sandbox
from tests.web.conftest import HTMX, AsUser, Browser, Put, parsed, words
from tests.web.test_audit import exported

FRAMED = {"Sec-Fetch-Dest": "iframe"}
MOMENT = datetime(2026, 11, 20, 17, 45, tzinfo=UTC)


def line_of(browser: Browser, zone: str | None, headers: dict[str, str]) -> str:
    if zone is not None:
        browser.cookies["zone"] = zone
    return words(parsed(browser.get("/audit/", headers=headers)).select_one(".audit__head time"))


@pytest.mark.parametrize(
    ("zone", "language", "expected"),
    [
        ("Europe/Berlin", "en", "20 Nov 2026, 18:45 CET"),
        ("America/New_York", "en", "20 Nov 2026, 12:45 EST"),
        ("Asia/Kolkata", "en", "20 Nov 2026, 23:15 IST"),
        ("Asia/Kathmandu", "en", "20 Nov 2026, 23:30 UTC+05:45"),
        ("America/Sao_Paulo", "de", "20. Nov. 2026, 14:45 UTC-03:00"),
        ("Pacific/Kiritimati", "de", "21. Nov. 2026, 07:45 UTC+14:00"),
        (None, "en", "20 Nov 2026, 17:45 UTC"),
    ],
)
def test_a_time_is_that_of_the_browsers_zone(
    admin: Browser, put: Put, zone: str | None, language: str, expected: str
) -> None:
    put(asked_at=MOMENT)
    assert line_of(admin, zone, {"Accept-Language": language}) == expected


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        ("Europe/Berlin", datetime(2026, 10, 25, 0, 59, tzinfo=UTC), "25 Oct 2026, 02:59 CEST"),
        ("Europe/Berlin", datetime(2026, 10, 25, 1, 0, tzinfo=UTC), "25 Oct 2026, 02:00 CET"),
        ("America/New_York", datetime(2026, 3, 8, 6, 59, tzinfo=UTC), "8 Mar 2026, 01:59 EST"),
        ("America/New_York", datetime(2026, 3, 8, 7, 0, tzinfo=UTC), "8 Mar 2026, 03:00 EDT"),
    ],
)
def test_the_hour_that_comes_twice_has_two_names(
    admin: Browser, put: Put, zone: str, moment: datetime, expected: str
) -> None:
    put(asked_at=moment)
    assert line_of(admin, zone, {}) == expected


@pytest.mark.parametrize(
    "zone",
    [
        "", "undefined", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "GMT+0530",
        "europe/berlin", "Europe/Berlin\0", "<script>", "%s", "A" * 4000, "Zürich",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/sessions/", "/audit/", "/widget/"])
def test_what_is_no_zone_counts_as_none(
    admin: Browser, settings: LazySettings, path: str, zone: str
) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)
    cookies = "; ".join(str(one.OutputString()) for one in admin.cookies.values())
    said = f"{cookies}; zone={zone}; __Host-widget-zone={zone}"
    admin.cookies.clear()
    headers = FRAMED if path == "/widget/" else {}
    response = admin.get(path, headers={"Cookie": said, **headers})
    assert response.status_code == HTTPStatus.OK
    assert parsed(response).select_one("html")["data-zone"] == "UTC"  # type: ignore[index]


def test_a_frame_has_a_zone_of_its_own(approver: Browser, settings: LazySettings) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)
    approver.cookies["zone"] = "Asia/Tokyo"
    assert "JST" in times(approver, "/widget/", FRAMED)
    approver.cookies["__Host-widget-zone"] = "Europe/Berlin"
    assert "JST" not in times(approver, "/widget/", FRAMED)
    assert re.search("CES?T", times(approver, "/widget/", FRAMED))
    assert "JST" in times(approver, "/", {})


def times(browser: Browser, path: str, headers: dict[str, str]) -> str:
    """All times of a page, with what only their titles say."""
    found = parsed(browser.get(path, headers=headers)).select("time")
    return " ".join(f"{time.get('title', '')} {words(time)}" for time in found)


def test_the_next_request_of_a_thread_has_a_clock_of_its_own(
    approver: Browser, as_user: AsUser
) -> None:
    approver.cookies["zone"] = "Asia/Tokyo"
    assert "JST" in times(approver, "/", {})
    assert timezone.get_current_timezone_name() == "UTC"
    assert "JST" not in times(as_user("approver"), "/", {})


def test_fragments_have_the_clock_of_the_page(approver: Browser) -> None:
    approver.cookies["zone"] = "Asia/Kolkata"
    item = parsed(approver.get("/")).select_one(".task__link")["href"]  # type: ignore[index]
    assert "IST" in times(approver, str(item), HTMX)


def test_the_days_of_the_audit_are_those_of_the_person(admin: Browser, put: Put) -> None:
    put(item_id="before", asked_at=datetime(2026, 11, 19, 9, 59, 59, tzinfo=UTC))
    put(item_id="first", asked_at=datetime(2026, 11, 19, 10, 0, tzinfo=UTC))
    put(item_id="last", asked_at=datetime(2026, 11, 20, 9, 59, 59, tzinfo=UTC))
    put(item_id="after", asked_at=datetime(2026, 11, 20, 10, 0, tzinfo=UTC))
    admin.cookies["zone"] = "Pacific/Kiritimati"  # where the day begins fourteen hours earlier
    found = exported(admin, "?since=2026-11-20&until=2026-11-20")
    assert [row["work_item"] for row in found] == ["last", "first"]
    assert "Pacific/Kiritimati" in words(parsed(admin.get("/audit/")).select_one("main"))


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_and_the_last_day_of_the_calendar_leave_nothing_out(
    admin: Browser, put: Put, zone: str
) -> None:
    put()
    admin.cookies["zone"] = zone
    assert len(exported(admin, "?since=0001-01-01&until=9999-12-31")) == 1


def test_an_export_says_its_zone(admin: Browser, put: Put) -> None:
    put(asked_at=MOMENT, closed_at=MOMENT + timedelta(seconds=2))
    admin.cookies["zone"] = "Asia/Kolkata"
    (row,) = exported(admin)
    assert (row["time"], row["closed"], row["time_zone"]) == (
        "2026-11-20T23:15:00+05:30", "2026-11-20T23:15:02+05:30", "Asia/Kolkata",
    )  # fmt: skip


def test_the_sessions_are_told_in_a_zone_that_is_named(admin: Browser, sandbox: Sandbox) -> None:
    admin.cookies["zone"] = "Pacific/Kiritimati"
    said = words(parsed(admin.get("/sessions/")).select_one("main"))
    assert re.search(r"Signed in \d{1,2} \w{3} \d{4}, \d\d:\d\d UTC\+14:00", said)
    assert "Times are in the time zone Pacific/Kiritimati." in said


def test_a_sign_in_asks_a_browser_for_its_zone_once(db: None, sandbox: Sandbox) -> None:
    client, tab = Client(), {"Sec-Fetch-Dest": "document"}
    asked = client.get("/signin/?next=/audit/", headers=tab)
    assert asked.status_code == HTTPStatus.OK
    (refresh,) = parsed(asked).select("meta[http-equiv=refresh]")
    (link,) = parsed(asked).select("a")
    assert refresh["content"] == f"0;url={link['href']}"
    assert str(link["href"]).startswith("http://127.0.0.1")
    client.cookies["zone"] = "Europe/Berlin"
    assert client.get("/signin/", headers=tab).status_code == HTTPStatus.FOUND
    assert Client().get("/signin/").status_code == HTTPStatus.FOUND  # no browser's tab


def test_a_cookie_over_https_belongs_to_the_host(approver: Browser, settings: LazySettings) -> None:
    assert asked_for(approver) == "zone={zone}; Path=/; Max-Age=31536000; SameSite=Lax"
    settings.SESSION_COOKIE_SECURE = True
    assert asked_for(approver).startswith("__Host-zone={zone}; Path=/; ")
    assert asked_for(approver).endswith("; SameSite=Lax; Secure")


def asked_for(browser: Browser) -> str:
    return str(parsed(browser.get("/")).select_one("html")["data-zone-cookie"])  # type: ignore[index]
