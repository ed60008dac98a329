"""An admin says once why they look at somebody else's queue; each look is a row of the ledger."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings

from sandbox.handle import Sandbox
from tests.web.conftest import REASON_GIVEN, AsUser, Browser, parsed, words
from workitems.models import Attempt
from workitems.web.looks import REASON

pytestmark = pytest.mark.django_db
HOST_PAGE = "https://intranet.example.com"


@pytest.fixture
def owner(sandbox: Sandbox) -> str:
    return sandbox.persona("approver").id


@pytest.fixture
def fresh(admin: Browser) -> Browser:
    """An admin who has not been asked yet."""
    session = admin.session
    del session[REASON]
    session.save()
    return admin


def looks() -> list[Attempt]:
    return list(Attempt.objects.filter(command="view").order_by("asked_at"))


def test_a_look_is_a_row_once_per_session_and_owner(
    admin: Browser, sandbox: Sandbox, owner: str
) -> None:
    for path in ("/", "/?tab=completed&", "/counts/", "/"):
        admin.get(f"{path}{'' if '?' in path else '?'}owner={owner}")
    (look,) = looks()
    assert (look.actor_id, look.owner_id, look.item_id) == (admin.persona_id, owner, "")
    assert (look.status, look.surface, look.is_live) == ("succeeded", "page", False)
    assert look.opened() == {
        "actor": sandbox.persona("admin").name,
        "owner": sandbox.persona("approver").name,
        "note": REASON_GIVEN,
    }
    admin.get(f"/?owner={sandbox.persona('agent').id}")
    assert len(looks()) == 2


def test_another_session_is_another_look(as_user: AsUser, owner: str) -> None:
    for _ in range(2):
        as_user("admin").get(f"/?owner={owner}")
    assert len(looks()) == 2


def test_ones_own_queue_is_no_look(admin: Browser) -> None:
    admin.get("/")
    admin.get(f"/?owner={admin.persona_id}")
    assert looks() == []


def test_the_reason_is_asked_once_and_the_link_survives(
    fresh: Browser, sandbox: Sandbox, owner: str
) -> None:
    wanted = f"/?tab=completed&owner={owner}"
    sandbox.calls.clear()
    asked = fresh.get(wanted)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/reason/?next=")
    form = parsed(fresh.get(asked["Location"])).select_one("#reason")
    assert "Why do you look" in words(form)
    assert (sandbox.api_calls, looks()) == ([], [])
    answered = fresh.post(str(form["action"]), {"reason": "She is on leave"})
    assert answered["Location"] == wanted
    assert fresh.get(wanted).status_code == 200
    assert fresh.get(f"/?owner={sandbox.persona('agent').id}").status_code == 200
    assert [look.opened()["note"] for look in looks()] == ["She is on leave"] * 2


@pytest.mark.parametrize(
    ("typed", "said"), [("", "in a few words"), ("  ", "in a few words"), ("x" * 301, "300")]
)
@pytest.mark.parametrize("send", [Browser.act, Browser.post])
def test_a_reason_has_words_but_not_too_many(
    fresh: Browser, owner: str, typed: str, said: str, send: Callable[..., object]
) -> None:
    data = {"reason": typed}
    address = f"/reason/?next=/%3Fowner%3D{owner}"
    answer = fresh.act(address, **data) if send is Browser.act else fresh.post(address, data)
    assert answer.status_code == 422
    assert said in words(parsed(answer).select_one(".errorlist"))
    assert fresh.get(f"/?owner={owner}").status_code == 302


def test_htmx_is_led_to_the_question_and_back_to_its_page(fresh: Browser, owner: str) -> None:
    page = f"http://localhost:8000/?owner={owner}"
    for answer in (
        fresh.fragment(f"/counts/?owner={owner}", **{"HX-Current-URL": page}),
        fresh.post(
            f"/work-items/x/complete/?owner={owner}",
            headers={"HX-Request": "true", "HX-Current-URL": page},
        ),
    ):
        assert answer["HX-Redirect"] == f"/reason/?next=%2F%3Fowner%3D{owner}"
    assert fresh.act(answer["HX-Redirect"], reason="x")["HX-Redirect"] == f"/?owner={owner}"


def test_a_write_without_scripts_comes_back_to_the_page_it_stood_on(
    fresh: Browser, owner: str
) -> None:
    page = f"http://localhost:8000/work-items/x/?owner={owner}"
    answer = fresh.post(f"/work-items/x/complete/?owner={owner}", headers={"Referer": page})
    assert answer["Location"] == f"/reason/?next=%2Fwork-items%2Fx%2F%3Fowner%3D{owner}"


def test_the_question_leads_nowhere_else(fresh: Browser) -> None:
    answer = fresh.post("/reason/?next=https://evil.example/", {"reason": "x"})
    assert answer["Location"] == "/"


def test_a_frame_asks_within_the_frame(fresh: Browser, settings: LazySettings, owner: str) -> None:
    settings.FRAME_ANCESTORS = (HOST_PAGE,)
    fresh.cookies["__Host-widget"] = fresh.session.session_key or ""
    address = fresh.get(f"/widget/?owner={owner}", headers={"Sec-Fetch-Dest": "iframe"})["Location"]
    assert address.startswith("/widget/reason/?next=%2Fwidget%2F")
    dark = fresh.get(f"/widget/?theme=dark&owner={owner}", headers={"Sec-Fetch-Dest": "iframe"})
    assert dark["Location"].startswith("/widget/reason/?theme=dark&next=%2Fwidget%2F%3Ftheme")
    assert fresh.get(address).status_code == 200
    assert fresh.act(address, reason="x")["HX-Redirect"] == f"/widget/?owner={owner}"
    assert fresh.act("/widget/reason/?next=/", reason="x")["HX-Redirect"] == "/widget/"
    assert fresh.get(f"/widget/?owner={owner}").status_code == 200
    assert [look.surface for look in looks()] == ["widget"]


def test_only_admins_are_asked(approver: Browser) -> None:
    assert approver.get("/reason/").status_code == 403


@pytest.mark.usefixtures("no_row_can_be_written")
def test_what_cannot_be_recorded_is_not_shown(admin: Browser, sandbox: Sandbox, owner: str) -> None:
    sandbox.calls.clear()
    answer = admin.get(f"/?owner={owner}")
    assert answer.status_code == 503
    assert "could not be recorded" in words(parsed(answer))
    assert [call for call in sandbox.api_calls if "/work-items" in call.path] == []


def test_the_name_of_the_owner_costs_no_call_more(
    admin: Browser, sandbox: Sandbox, owner: str
) -> None:
    sandbox.calls.clear()
    admin.get(f"/?owner={owner}")
    assert len([call for call in sandbox.api_calls if "/public-identities" in call.path]) == 1
