"""German where the browser or the host page asks for it, English where nobody does."""

import pytest
from django.conf import LazySettings
from django.http import HttpResponse

from sandbox.handle import Sandbox
from tests.web.conftest import AsUser, Browser, parsed, words

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


def language(response: HttpResponse) -> object:
    return parsed(response).select_one("html")["lang"]  # type: ignore[index]


def buttons(response: HttpResponse) -> set[str]:
    """The buttons' texts, without those for screen readers only."""
    found = parsed(response).select("button, a.button")
    return {words(button).split(":")[0].strip() for button in found}


def test_the_dashboard_speaks_german_to_a_german_browser(
    approver: Browser, sandbox: Sandbox
) -> None:
    response = approver.get("/", headers=GERMAN)
    text = words(parsed(response))

    assert language(response) == "de"
    assert {"Genehmigen", "Ablehnen", "Abmelden"} <= buttons(response)
    assert "Ausstehend" in text
    assert "Give " not in text
    titles = [words(title) for title in parsed(response).select(".task__title")]
    assert any(t.startswith("Treasury für ximena.caballero auf ") for t in titles)
    assert language(approver.get("/")) == "en"


def test_the_widget_speaks_german_when_the_host_page_says_so(
    approver: Browser, settings: LazySettings, sandbox: Sandbox
) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)
    headers = {"Sec-Fetch-Dest": "iframe", "Accept-Language": "en"}
    response = approver.get("/widget/?lang=de", headers=headers)

    assert language(response) == "de"
    assert {"Genehmigen", "Ablehnen"} <= buttons(response)


@pytest.mark.parametrize("path", ["/sessions/", "/widget/try/", "/nowhere/"])
def test_a_page_of_ours_alone_has_no_english_left(
    as_user: AsUser, sandbox: Sandbox, settings: LazySettings, path: str
) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)
    response = as_user("admin").get(path, headers=GERMAN)
    text = f" {words(parsed(response).body)} "

    assert language(response) == "de"
    assert [
        word for word in (" the ", " The ", " your ", " Sign ", " is ", " in this ") if word in text
    ] == []


def test_what_is_said_of_an_unreadable_task_is_german_as_well(as_user: AsUser) -> None:
    text = words(parsed(as_user("odd").get("/", headers=GERMAN)))

    assert "Das Element ist kein Objekt." in text
    assert "The element" not in text


def test_no_answer_speaks_the_language_of_the_visitor_before(
    approver: Browser, settings: LazySettings
) -> None:
    settings.FRAME_ANCESTORS = ()
    german, english = (
        [
            words(parsed(approver.get("/widget/", headers=headers))),
            approver.get("/", headers={"Sec-Fetch-Dest": "iframe", **headers}).content.decode(),
        ]
        for headers in (GERMAN, {"Accept-Language": "en"})
    )

    assert "Das Widget ist ausgeschaltet" in german[0]
    assert german[1] == "Diese Seite kann nicht in einer anderen angezeigt werden."
    assert "The widget is off" in english[0]
    assert english[1] == "This page cannot be shown inside another one."
