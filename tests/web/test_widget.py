"""Framed pages: same rows as the full page, links below the prefix, validated parameters."""

import json
from html import unescape

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles import finders
from django.http import HttpResponse

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words
from tests.web.pressing import poll, press, row_of

HOST = "https://portal.example.com"
FRAMED = {"Sec-Fetch-Dest": "iframe"}
SINGLE = "Give Treasury to ximena.caballero"


@pytest.fixture(autouse=True)
def framing(settings: LazySettings) -> None:
    settings.FRAME_ANCESTORS = (HOST,)


def frame(browser: Browser, path: str = "/widget/") -> HttpResponse:
    return browser.get(path, headers=FRAMED)


def sentences(response: HttpResponse) -> list[str]:
    return [words(title) for title in parsed(response).select(".task__title")]


def test_both_mounts_show_the_same_rows(approver: Browser, sandbox: Sandbox) -> None:
    full, framed = approver.get("/"), frame(approver)

    assert sentences(framed) == sentences(full) != []
    assert framed.status_code == 200


@pytest.mark.parametrize("path", ["/widget/", "/widget/?tab=completed&keys=1"])
def test_every_address_of_a_framed_page_stays_below_the_prefix(
    approver: Browser, path: str
) -> None:
    page = parsed(frame(approver, path))

    inside = ("hx-get", "hx-post", "action", "formaction")
    addresses = [tag[name] for name in inside for tag in page.select(f"[{name}]") if tag[name]]
    addresses += [a["href"] for a in page.select("a[href]:not([target])")]
    strays = [a for a in addresses if not str(a).startswith(("/widget/", "?", "#"))]
    assert len(addresses) > 10
    assert strays == []
    assert not page.select("[hx-push-url], dialog")


def test_a_framed_detail_and_forward_stay_inside_as_well(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = row_of(parsed(frame(approver)), SINGLE)
    address = str(row.select_one("a")["href"])  # type: ignore[index]
    pane = parsed(approver.fragment(address))
    dialog = parsed(press(approver, row, "Forward"))

    assert address.startswith("/widget/work-items/")
    assert pane.select_one("[data-pane-close]")["href"] == "/widget/"  # type: ignore[index]
    assert str(dialog.form["action"]).startswith("/widget/")  # type: ignore[index]


def test_a_decision_tells_the_page_its_id_and_nothing_of_its_words(approver: Browser) -> None:
    row = row_of(parsed(frame(approver)), SINGLE)
    response = press(approver, row, "Approve")

    told = json.loads(response["HX-Trigger"])["task:decided"]
    assert response.status_code == 200
    assert set(told) == {"id", "status"}
    assert told["status"] == "succeeded"
    assert told["id"] in str(row.select_one("a")["href"])  # type: ignore[index]


def test_without_scripts_a_frame_decides_nothing_and_says_where(
    approver: Browser, sandbox: Sandbox
) -> None:
    row = row_of(parsed(frame(approver)), SINGLE)
    sandbox.calls.clear()
    response = press(approver, row, "Approve", htmx=False)

    assert response.status_code == 403
    assert [call for call in sandbox.api_calls if call.method == "POST"] == []
    page = parsed(response)
    assert "Nothing was sent" in words(page)
    link = page.find("a", string="Open the full page")
    assert str(link["href"]).startswith("/work-items/")  # type: ignore[index]
    assert link["target"] == "_blank"  # type: ignore[index]


def root_of(response: HttpResponse) -> dict[str, str]:
    """The attributes that scripts and style sheets read."""
    page = parsed(response)
    return {**page.html.attrs, **page.select_one("#embed").attrs}  # type: ignore[union-attr]


def test_parameters_reach_the_page(approver: Browser) -> None:
    response = frame(
        approver, "/widget/?theme=dark&accent=F80&density=compact&tab=completed&target=top"
    )
    page, root = parsed(response), root_of(response)

    assert (root["data-theme"], root["data-density"]) == ("dark", "compact")
    assert root["data-hosts"] == HOST
    assert page.select_one("link[href='/widget/theme.css?accent=f80']")
    assert "Completed tasks" in words(page)
    assert page.select_one("[data-full-page=top]")["target"] == "_top"  # type: ignore[index]


@pytest.mark.parametrize("name", ["theme", "accent", "lang", "density", "tab", "target", "page"])
@pytest.mark.parametrize(
    "value",
    ['"><script>alert(1)</script>', "red;}*{display:none", "../../x", "%00", "x" * 3000, "", "-1"],
)
def test_bad_values_fall_back_and_never_reach_the_page(
    approver: Browser, name: str, value: str
) -> None:
    response = approver.get("/widget/", {name: value}, headers=FRAMED)
    root = root_of(response)

    assert response.status_code == 200
    assert root["lang"] == "en"
    assert "data-theme" not in root
    assert root["data-density"] == "comfortable"
    assert "Pending tasks" in words(parsed(response))
    head = str(parsed(response).head)
    assert "theme.css" not in head
    assert len(value) < 3 or value not in unescape(response.content.decode())


def test_a_language_that_we_speak_is_spoken_in_fragments_too(
    approver: Browser, settings: LazySettings
) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    page = "http://localhost:8000/widget/?lang=de-AT"

    assert root_of(frame(approver, "/widget/?lang=de-AT"))["lang"] == "de"
    fragment = approver.fragment("/widget/people/?q=lu", Referer=page)
    assert fragment["Content-Language"] == "de"
    elsewhere = approver.fragment(
        "/widget/people/?q=lu", Referer="https://evil.example/widget/?lang=de"
    )
    assert elsewhere["Content-Language"] == "en"


def test_the_looks_survive_a_step_to_an_address_without_them(approver: Browser) -> None:
    before = "http://localhost:8000/widget/?theme=dark&tab=nonsense&accent=123456"
    root = root_of(approver.get("/widget/", headers={**FRAMED, "Referer": before}))

    assert root["data-theme"] == "dark"
    assert root["data-query"] == "?theme=dark&accent=123456"


def test_the_badge_costs_one_call_and_links_to_the_full_page(
    approver: Browser, sandbox: Sandbox, settings: LazySettings
) -> None:
    sandbox.calls.clear()
    response = frame(approver, "/widget/badge/")
    page = parsed(response)

    assert [call.path.rsplit("/", 1)[-1] for call in sandbox.api_calls] == ["summary"]
    link = page.select_one("#badge a")
    assert "open tasks" in words(link)
    assert link["href"] == f"{settings.PUBLIC_URL}/"  # type: ignore[index]
    assert link["target"] == "_blank"  # type: ignore[index]
    assert not page.select("header")


def test_the_badge_refreshes_itself_with_one_call(approver: Browser, sandbox: Sandbox) -> None:
    pill = parsed(frame(approver, "/widget/badge/")).select_one("#badge")
    sandbox.calls.clear()
    response = approver.fragment(str(pill["hx-get"]))  # type: ignore[index]

    assert len(sandbox.api_calls) == 1
    assert response.content.strip().startswith(b'<div id="badge"')


def test_a_badge_without_numbers_is_still_a_link(approver: Browser, sandbox: Sandbox) -> None:
    sandbox.fault("GET", "/summary$", status=503, times=3)
    response = frame(approver, "/widget/badge/")

    assert response.status_code == 200
    assert "did not say" in words(parsed(response).select_one("#badge a"))


@pytest.mark.django_db
def test_a_badge_of_nobody_is_a_small_button_that_signs_in(sandbox: Sandbox) -> None:
    response = frame(Browser(), "/widget/badge/")
    page = parsed(response)

    assert response.status_code == 401
    assert words(page.main.button) == "Sign in"
    assert page.main.button["aria-label"] == "Sign in to My Tasks"
    assert page.select_one("[data-signin=card]")["data-next"] == "/widget/badge/"
    assert not page.select("form")
    poll = Browser().fragment("/widget/badge/")
    assert poll["HX-Retarget"] == "#notices"
    assert "data-signin-open" in poll.content.decode()


def test_with_no_listed_origin_the_widget_is_off_and_says_how_to_turn_it_on(
    approver: Browser, settings: LazySettings
) -> None:
    settings.FRAME_ANCESTORS = ()
    for headers in (FRAMED, {"Sec-Fetch-Dest": "document"}, {}):
        response = approver.get("/widget/", headers=headers)
        assert response.status_code == 404
        assert "set the variable FRAME_ANCESTORS" in words(parsed(response))
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("framed", "full"),
    [
        ("/widget/", "/"),
        ("/widget/?tab=completed&theme=dark", "/?tab=completed&theme=dark"),
        ("/widget/work-items/an-id/", "/work-items/an-id/"),
        ("/widget/badge/", "/"),
        ("/widget/theme.css?accent=f80", "/"),
        ("/widget/signin/begin/", "/"),
        ("/widget/signout/", "/"),
        ("/widget//evil.example/", "/"),
        ("/widget///evil.example/", "/"),
        ("/widget/%2f/evil.example/", "/"),
        ("/widget/%5cevil.example/", "/"),
        (r"/widget/\\evil.example/", "/"),
    ],
)
def test_opened_in_a_tab_a_framed_page_leads_to_a_page_of_ours_and_nowhere_else(
    approver: Browser, framed: str, full: str
) -> None:
    response = approver.get(framed, headers={"Sec-Fetch-Dest": "document"})

    assert (response.status_code, response["Location"]) == (302, full)


def test_the_accent_arrives_as_a_style_sheet_of_our_own(approver: Browser) -> None:
    response = approver.get("/widget/theme.css?accent=ff8800")

    assert response["Content-Type"] == "text/css"
    assert ":root{--accent:light-dark(#" in response.content.decode()
    assert not response.cookies


@pytest.mark.parametrize("accent", ["", "red", "fff;}body{", "12345", "#", "ffff88001"])
def test_what_is_no_colour_makes_an_empty_style_sheet(approver: Browser, accent: str) -> None:
    response = approver.get("/widget/theme.css", {"accent": accent})
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.django_db
def test_the_loader_is_small_kept_for_five_minutes_and_for_every_site() -> None:
    response = Browser().get("/widget/loader.js")

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not response.cookies
    assert len(response.content) <= 4096
    path = finders.find("js/loader.js")
    assert path
    for word in (b"innerHTML", b"eval", b'"*"', b"cookie"):
        assert word not in response.content


def test_a_lens_in_a_frame_keeps_its_banner(as_user: AsUser, sandbox: Sandbox) -> None:
    owner = sandbox.persona("approver").id
    page = parsed(frame(as_user("admin"), f"/widget/?owner={owner}"))

    assert page.select_one(".owner-banner")
    assert page.select_one("[data-full-page]")["href"] == f"/?owner={owner}"  # type: ignore[index]


def test_the_page_to_try_it_is_for_administrators(approver: Browser) -> None:
    refused = approver.get("/widget/try/")
    assert refused.status_code == 403
    said = words(parsed(refused).select_one("main"))
    assert "Only an administrator may try the widget." in said
    assert "somebody else" not in said
    assert "/widget/try/" not in approver.get("/").content.decode()


def test_the_page_to_try_it_shows_the_widget_and_its_snippets(as_user: AsUser) -> None:
    admin = as_user("admin")
    response = admin.get("/widget/try/?theme=dark&accent=%23ff8800&size=320x240&tab=completed")
    page = parsed(response)
    stage = page.select_one("iframe")

    assert stage["src"] == "/widget/?theme=dark&accent=ff8800&tab=completed"  # type: ignore[index]
    assert (stage["width"], stage["height"]) == ("320", "240")  # type: ignore[index]
    assert "frame-src 'self'" in response["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "frame-src" not in admin.get("/")["Content-Security-Policy"]
    element, iframe = (words(source) for source in page.select("pre"))
    assert element == (
        '<script src="http://localhost:8000/widget/loader.js" async></script> '
        '<my-tasks theme="dark" accent="ff8800" tab="completed"></my-tasks>'
    )
    query = "?theme=dark&amp;accent=ff8800&amp;tab=completed"
    assert iframe == (
        f'<iframe src="http://localhost:8000/widget/{query}" '
        'title="My Tasks" width="320" height="240"></iframe>'
    )
    assert page.select_one("a[href='/widget/try/']")
    badge = parsed(admin.get("/widget/try/?kind=badge")).select_one("iframe")
    assert badge["src"] == "/widget/badge/"  # type: ignore[index]


def test_the_page_to_try_it_survives_nonsense_and_says_so(as_user: AsUser) -> None:
    page = parsed(as_user("admin").get("/widget/try/?accent=orange&theme=red&size=9"))

    assert page.select_one("iframe")["src"] == "/widget/"  # type: ignore[index]
    assert "Three or six hexadecimal digits" in words(page.select_one("[data-try]"))


@pytest.mark.parametrize("accent", ["ff880055", "rebeccapurple", "12", "#12345"])
def test_a_colour_that_is_none_is_told_at_its_field_and_not_cut_to_fit(
    as_user: AsUser, accent: str
) -> None:
    page = parsed(as_user("admin").get("/widget/try/", {"accent": accent}))
    field = page.select_one("[name=accent]")

    assert (field["value"], field["aria-invalid"]) == (accent, "true")  # type: ignore[index]
    assert int(field.get("maxlength", 99)) > len("rebeccapurple")  # type: ignore[union-attr,arg-type]
    place = page.select_one(f"#{field['aria-describedby']}")  # type: ignore[index]
    assert "Three or six hexadecimal digits" in words(place)
    assert page.select_one("iframe")["src"] == "/widget/"  # type: ignore[index]


def test_ones_own_page_is_tested_without_scripts(as_user: AsUser) -> None:
    admin = as_user("admin")
    page = parsed(admin.get("/widget/try/"))
    typed = {
        "origin": "https://elsewhere.example",
        "snippet": '<iframe src="http://localhost:8000/widget/" sandbox="allow-scripts">',
    }
    form = page.select_one("form[method=post][action='#host']")
    told = parsed(admin.post("/widget/try/", typed))

    assert form
    said = words(told.select_one("form[action='#host'] [data-notice]"))
    assert "not in FRAME_ANCESTORS: add https://elsewhere.example" in said
    assert "lacks allow-popups: the sign-in window cannot open" in said
    assert "title is missing" in said
    assert typed["snippet"] == told.select_one("textarea").get_text().strip()  # type: ignore[union-attr]
    empty = parsed(admin.post("/widget/try/", {"origin": ""}))
    assert "Fill in one of the two fields" in words(empty)


def test_with_the_widget_off_the_page_to_try_it_says_so(
    as_user: AsUser, settings: LazySettings
) -> None:
    settings.FRAME_ANCESTORS = ()
    page = parsed(as_user("admin").get("/widget/try/"))

    assert "FRAME_ANCESTORS is empty: the widget is off" in words(page)
    assert not page.select("iframe")


def test_the_badge_alone_says_too_that_nothing_has_changed(approver: Browser) -> None:
    page = parsed(frame(approver, "/widget/badge/"))
    answer = poll(approver, page, "/widget/badge/")
    assert (answer.status_code, answer.content) == (304, b"")
    page.select_one("[data-etag]")["data-etag"] = 'W/"0-0"'
    assert poll(approver, page, "/widget/badge/").status_code == 200
