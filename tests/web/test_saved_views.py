"""Views that a person saves of their list, by name; one of them may be the page they begin with."""

import json
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from bs4 import Tag
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from tests.web.conftest import AsUser, Browser, parsed, words
from workitems import saved_views
from workitems.models import PersonSettings, SavedView

SAP = "tab=pending&q=SAP&sort=oldest"
DONE = "tab=completed"
Save = Callable[..., HttpResponse]

pytestmark = pytest.mark.usefixtures("read_lists")


@pytest.fixture
def save(approver: Browser) -> Save:
    def saved(name: str, query: str = SAP, **sent: str) -> HttpResponse:
        return approver.post(f"/views/?{query}", {"name": name, **sent})

    return saved


def row(browser: Browser, path: str) -> Tag | None:
    return parsed(browser.get(path)).select_one("#views")


def chips(browser: Browser, path: str = "/?tab=pending") -> dict[str, str]:
    """Addresses by the words of the links."""
    found = row(browser, path)
    return {words(one): str(one["href"]) for one in found.select("a")} if found else {}


def shown(browser: Browser, path: str) -> list[str]:
    found = row(browser, path)
    return [words(one) for one in found.select("[aria-current]")] if found else []


def view_of(name: str) -> SavedView:
    return next(one for one in SavedView.objects.all() if (one.opened() or [""])[0] == name)


def test_nothing_is_offered_beside_the_plain_list_of_somebody_without_views(
    approver: Browser,
) -> None:
    assert words(row(approver, "/")) == ""
    assert words(row(approver, "/?tab=pending")) == ""


def test_a_list_is_saved_and_opened_again_in_one_press(approver: Browser, save: Save) -> None:
    answer = save("SAP, oldest first")
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, f"/?{SAP}")
    assert "Saved." in words(parsed(approver.get(answer["Location"])).select_one("#notices"))
    assert chips(approver) == {"All tasks": "/?tab=pending", "SAP, oldest first": f"/?{SAP}"}


@pytest.mark.parametrize(
    ("saved", "address"),
    [
        ("q=SAP", "/?tab=pending&q=SAP&sort=listed&find=1"),
        ("source=Workday&source=SAP", "/?source=SAP&source=Workday"),
        ("tab=completed&sort=newest", "/?sort=newest&tab=completed&page=2"),
    ],
)
def test_a_view_is_marked_wherever_its_list_is_shown(
    approver: Browser, save: Save, saved: str, address: str
) -> None:
    save("Mine", saved)
    assert shown(approver, address) == ["Mine"]
    assert shown(approver, f"{address}&flagged=1") == []
    assert shown(approver, "/") == ["All tasks"]


def test_neither_page_nor_owner_is_kept(admin: Browser, sandbox: Any) -> None:
    other = sandbox.persona("approver").id
    admin.post(f"/views/?owner={other}&q=x&page=3&after=abcdef", {"name": "X"})
    (view,) = saved_views.of_person(admin.persona_id)
    assert view.query == "q=x"
    assert saved_views.of_person(other) == ()
    assert chips(admin)["X"] == "/?q=x"
    assert chips(admin, f"/?owner={other}&tab=completed")["X"] == f"/?owner={other}&q=x"


def test_everybody_has_their_own(approver: Browser, as_user: AsUser, save: Save) -> None:
    save("Mine")
    other = as_user("admin")
    assert chips(other) == {}
    view = view_of("Mine")
    other.post(f"/views/{view.pk}/?{SAP}", {"name": "Theirs"})
    other.post(f"/views/{view.pk}/delete/?{SAP}")
    assert "Mine" in chips(approver)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "Give the view a name."),
        (" \u200b\u2800 ", "Give the view a name."),
        ("n" * 61, "A name has at most 60 characters."),
        ("sap ONLY", "You have a view of this name already."),
        ("SAP \u202eonly", "You have a view of this name already."),
    ],
)
@pytest.mark.parametrize("scripts", [True, False])
def test_a_name_that_cannot_be_taken_is_told_in_the_form_and_stays(
    approver: Browser, save: Save, name: str, told: str, scripts: bool
) -> None:
    save("SAP only", DONE)
    send = approver.act if scripts else lambda path, **sent: approver.post(path, sent)
    answer = send(f"/views/?{SAP}", name=name, start="on")
    page = parsed(answer)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert page.select_one("#views details[open]") is not None
    assert words(page.select_one("#view-name_error")) == told
    field = page.select_one("input[name=name]")
    assert field is not None
    assert (field.get("value", ""), field["aria-invalid"]) == (name, "true")
    assert page.select_one("input[name=start][checked]") is not None
    assert len(saved_views.of_person(approver.persona_id)) == 1
    assert bool(page.select_one("html")) is not scripts


def test_sixty_characters_that_are_seen_are_a_name(approver: Browser, save: Save) -> None:
    save("é" * 59 + "\u200b\u200b x".replace(" ", ""))
    (view,) = saved_views.of_person(approver.persona_id)
    assert view.name == "é" * 59 + "x"


def test_there_are_twenty_at_most(approver: Browser, save: Save) -> None:
    for number in range(20):
        save(f"View {number}", f"q={number}")
    answer = save("One more")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "You have 20 views" in words(parsed(answer).select_one("#view-name_error"))
    view = view_of("View 7")
    assert approver.post(f"/views/{view.pk}/?q=7", {"name": "Seven"}).status_code == 302
    approver.post(f"/views/{view.pk}/delete/?q=7")
    assert save("One more").status_code == HTTPStatus.FOUND


def test_htmx_gets_the_row_and_a_word_in_the_status_line(approver: Browser, save: Save) -> None:
    page = parsed(approver.act(f"/views/?{SAP}", name="Ödipus & <b>"))
    assert words(page.select_one("#status")) == "Saved."
    assert [words(one) for one in page.select("#views [aria-current]")] == ["Ödipus & <b>"]
    assert page.select_one("html") is None
    button = page.select_one("#views [formaction]")
    assert button is not None
    assert button["aria-label"] == "Delete Ödipus & <b>"
    page = parsed(approver.act(str(button["formaction"]), name="Ödipus & <b>"))
    assert words(page.select_one("#status")) == "Deleted."
    assert "Save this view" in words(page.select_one("#views"))


def test_the_view_that_is_shown_can_be_renamed(approver: Browser, save: Save) -> None:
    save("SAP")
    form = parsed(approver.get(f"/?{SAP}")).select_one("#views form")
    assert form is not None
    assert approver.post(str(form["action"]), {"name": "SAP only"}).status_code == 302
    assert chips(approver) == {"All tasks": "/?tab=pending", "SAP only": f"/?{SAP}"}


def test_one_that_was_deleted_elsewhere_is_not_brought_back(approver: Browser, save: Save) -> None:
    save("SAP")
    view = view_of("SAP")
    approver.post(f"/views/{view.pk}/delete/?{SAP}")
    page = parsed(approver.act(f"/views/{view.pk}/?{SAP}", name="New", start="on"))
    assert words(page.select_one("#status")) == "This view is not there any more."
    assert not SavedView.objects.exists()


def test_the_start_page_is_a_view_and_only_one(approver: Browser, save: Save) -> None:
    assert approver.get("/").status_code == HTTPStatus.OK
    save("SAP", start="on")
    save("Done", DONE, start="on")
    assert approver.get("/")["Location"] == f"/?{DONE}"
    assert chips(approver) == {
        "All tasks": "/?tab=pending",
        "SAP": f"/?{SAP}",
        "Done Start page": f"/?{DONE}",
    }
    view = view_of("Done")
    approver.post(f"/views/{view.pk}/?{DONE}", {"name": "Done"})
    assert approver.get("/").status_code == HTTPStatus.OK


def test_a_view_of_the_plain_list_leads_in_no_circle(approver: Browser, save: Save) -> None:
    save("All", "", start="on")
    assert approver.get("/")["Location"] == "/?tab=pending"
    assert approver.get("/?tab=pending").status_code == HTTPStatus.OK


@pytest.mark.parametrize("path", ["/?tab=pending", "/?q=", "/?page=1", "/?owner="])
def test_whoever_asks_for_a_list_gets_it(approver: Browser, save: Save, path: str) -> None:
    save("Done", DONE, start="on")
    assert approver.get(path).status_code == HTTPStatus.OK


def test_neither_htmx_nor_a_widget_is_led_to_the_start_page(
    approver: Browser, save: Save, settings: LazySettings
) -> None:
    settings.FRAME_ANCESTORS = ("https://portal.example.com",)
    save("Done", DONE, start="on")
    assert approver.fragment("/").status_code == HTTPStatus.OK
    restored = {"HX-History-Restore-Request": "true"}
    assert approver.fragment("/", **restored).status_code == HTTPStatus.OK
    widget = approver.get("/widget/", headers={"Sec-Fetch-Dest": "iframe"})
    assert widget.status_code == HTTPStatus.OK
    assert parsed(widget).select_one("#views") is None
    assert approver.get(f"/widget/views/?{SAP}").status_code == HTTPStatus.NOT_FOUND


def test_no_link_to_a_list_leads_to_the_start_page(approver: Browser, save: Save) -> None:
    save("Done", DONE, start="on")
    for path in ("/?tab=pending", "/?q=nothing-has-this", "/?page=99", "/?flagged=1", f"/?{DONE}"):
        page = parsed(approver.get(path)).select_one("main")
        assert page is not None
        assert "/" not in [one["href"] for one in page.select("a")]


def test_a_view_of_what_no_longer_exists_finds_nothing_and_can_be_deleted(
    approver: Browser, save: Save
) -> None:
    save("Old", "source=Gone&sort=by-colour&older=5", start="on")
    row = view_of("Old")
    row.seal("Old", "source=Gone&sort=by-colour&older=5&gone=1&type=x")
    row.save()
    start = approver.get("/")["Location"]
    page = parsed(approver.get(start))
    assert "No task matches." in page.get_text()
    assert [words(one) for one in page.select("#views [aria-current]")] == ["Old Start page"]
    button = page.select_one("#views [formaction]")
    assert button is not None
    approver.post(str(button["formaction"]))
    assert approver.get("/").status_code == HTTPStatus.OK


def test_name_and_query_are_sealed_for_their_row(approver: Browser, save: Save) -> None:
    save("About Ana Cruz", "q=Ana")
    save("Other", "q=Tom")
    one, other = view_of("About Ana Cruz"), view_of("Other")
    assert b"Ana" not in bytes(one.sealed)
    assert b"Ana" not in json.dumps([str(one.pk), one.person_id, one.key_mark]).encode()
    SavedView.objects.filter(pk=other.pk).update(sealed=one.sealed)
    assert [view.name for view in saved_views.of_person(approver.persona_id)] == ["About Ana Cruz"]


def test_a_view_that_no_key_opens_is_left_out_and_the_upkeep_deletes_it(
    approver: Browser, save: Save, settings: LazySettings
) -> None:
    settings.LEDGER_KEYS = ["a" * 40]
    save("Lost", start="on")
    settings.LEDGER_KEYS = ["b" * 40]
    assert approver.get("/").status_code == HTTPStatus.OK
    assert chips(approver) == {}
    save("Kept", DONE)
    call_command("clearledger")
    assert SavedView.objects.count() == 2
    call_command("clearledger", unreadable_views=True)
    assert [one.opened() for one in SavedView.objects.all()] == [("Kept", DONE)]


def test_a_key_can_be_dropped_after_resealing(
    approver: Browser, save: Save, settings: LazySettings
) -> None:
    settings.LEDGER_KEYS = ["a" * 40]
    save("SAP")
    settings.LEDGER_KEYS = ["b" * 40, "a" * 40]
    call_command("reseal")
    settings.LEDGER_KEYS = ["b" * 40]
    assert "SAP" in chips(approver)


def test_with_a_person_all_that_they_have_chosen_and_saved_is_erased(
    approver: Browser, as_user: AsUser, save: Save
) -> None:
    save("Mine")
    approver.post("/settings/appearance/", {"theme": "dark"})
    other = as_user("admin")
    other.post(f"/views/?{SAP}", {"name": "Theirs"})
    other.post("/settings/appearance/", {"theme": "dark"})
    call_command("clearledger", person=approver.persona_id)
    assert [one.person_id for one in SavedView.objects.all()] == [other.persona_id]
    assert [one.person_id for one in PersonSettings.objects.all()] == [other.persona_id]


def test_a_page_reads_them_once_and_a_poll_never(approver: Browser, save: Save) -> None:
    for number in range(20):
        save(f"View {number}", f"q={number}")

    def reads(path: str, **headers: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            approver.get(path, headers=headers)
        return sum("savedview" in one["sql"] for one in queries)

    assert reads("/sessions/") == 0
    # Whether there are any, and what they are.
    assert [reads(path) for path in ("/", "/?tab=pending", "/?q=1")] == [2, 2, 2]
    assert reads("/counts/", **{"HX-Request": "true"}) == 0
    assert reads("/index/?tab=pending", **{"HX-Request": "true"}) == 0


def test_twenty_names_are_opened_within_a_blink(approver: Browser, save: Save) -> None:
    for number in range(20):
        save(f"View {number}", f"q={number}")
    rows = list(SavedView.objects.all())

    def seconds() -> float:
        begun = time.perf_counter()
        assert all(row.opened() for row in rows)
        return time.perf_counter() - begun

    assert min(seconds() for _ in range(20)) < 0.002
