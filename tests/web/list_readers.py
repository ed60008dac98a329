"""A process in which several threads do the same at one moment: look at a list, leave it, save."""

import json
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django

THREADS = 4
HTMX = {"HX-Request": "true"}  # otherwise what is said is kept in the session


def sign_in(token: str, person_id: str, issuer: str) -> str:
    """In an empty database; the key of the session."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    from taskmanager.signin.request import keep_person  # noqa: PLC0415
    from taskmanager.signin.session_store import SIGNED_IN_AT, SessionStore  # noqa: PLC0415
    from taskmanager.signin.values import Person, Tokens  # noqa: PLC0415
    from tests.session_tokens import keep  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    session = SessionStore()
    keep_person(session, Person(person_id, "Ines Weber", "ines.weber", is_admin=False))
    session.update({SIGNED_IN_AT: time.time(), "issuer": issuer, "subject": "ines", "sid": "s1"})
    session.save()
    keep(session, Tokens(token, expires_at=time.time() + 600))
    return str(session.session_key)


def browser(key: str) -> Any:
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    made = Client()
    made.cookies[settings.SESSION_COOKIE_NAME] = key
    return made


def look(key: str) -> list[list[str]]:
    """All threads ask at once for the end of the list, which takes all of it; their rows."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(_last_rows, [key] * THREADS))


def _last_rows(key: str) -> list[str]:
    from django.db import connection  # noqa: PLC0415

    try:
        page = browser(key).get("/?find=1&size=250&page=8").getvalue().decode()
    finally:
        connection.close()
    return re.findall(r'<article[^>]* id="item-([^"]+)"', page)


def leave(key: str, logout_token: str) -> dict[str, int]:
    """Sign out in the middle of a reading, or be signed out by the provider; what is left."""
    from taskmanager.signin.models import Session  # noqa: PLC0415
    from workitems import indexing  # noqa: PLC0415
    from workitems.models import QueueSnapshot  # noqa: PLC0415

    one = browser(key)
    one.get("/").getvalue()  # the list of a slow page is only read while it is sent
    until = time.monotonic() + 30
    while not QueueSnapshot.objects.filter(rows__gte=500, sealed__isnull=False).exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    if logout_token:
        status = one.post("/signin/backchannel/", {"logout_token": logout_token}).status_code
    else:
        status = one.post("/signout/").status_code
    at_once = QueueSnapshot.objects.count()
    indexing.POOL.shutdown(wait=True)
    sessions = Session.objects.exclude(subject_hash="").count()
    return {
        "status": status, "at_once": at_once, "sessions": sessions,
        "later": QueueSnapshot.objects.count(),
    }  # fmt: skip


def save(key: str, person_id: str) -> dict[str, Any]:
    """All threads save views at once, and pin owners, more than there is room for."""
    from workitems import pins, preferences, saved_views  # noqa: PLC0415
    from workitems.models import PinnedOwner, SavedView  # noqa: PLC0415

    before = _personal(person_id)
    numbers = range(saved_views.MOST + THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(_save_view, [key] * len(numbers), numbers))
        room = list(pool.map(_pin, [person_id] * (pins.MOST + THREADS), range(pins.MOST + THREADS)))
    starts = SavedView.objects.filter(is_start=True).count()
    preferences.keep(person_id, {"has_keys": False, "theme": "dark"})
    return {
        "before": before, "after": _personal(person_id),
        "saved": answers.count(200), "full": answers.count(422), "pinned": room.count(True),
        "views": SavedView.objects.count(), "starts": starts, "pins": PinnedOwner.objects.count(),
    }  # fmt: skip


def _personal(person_id: str) -> list[Any]:
    from taskmanager.signin.values import Person  # noqa: PLC0415
    from workitems.personal import Personal  # noqa: PLC0415
    from workitems.scope import QueueScope  # noqa: PLC0415

    person = Person(person_id, "Ines Weber", "ines.weber", is_admin=False)
    known = Personal.of(QueueScope.requested(person, ""))
    return [known.has_views, known.chosen.has_keys, known.chosen.theme, known.in_basket]


def _save_view(key: str, number: int) -> int:
    from django.db import connection  # noqa: PLC0415

    try:
        sent = {"name": f"View {number}", "start": "on"}
        return int(browser(key).post(f"/views/?q={number}", sent, headers=HTMX).status_code)
    finally:
        connection.close()


def _pin(person_id: str, number: int) -> bool:
    from django.db import connection  # noqa: PLC0415

    from workitems import pins  # noqa: PLC0415
    from workitems.scope import Owner  # noqa: PLC0415

    try:
        return pins.add(person_id, Owner(f"owner-{number}", "Somebody"))
    finally:
        connection.close()


if __name__ == "__main__":
    django.setup()
    what, *given = sys.argv[1:]
    if what == "look":
        sys.stdin.readline()  # all processes begin together
    does = {"sign-in": sign_in, "look": look, "leave": leave, "save": save}
    sys.stdout.write(json.dumps(does[what](*given)))
