"""The signed-in person of a session and of a request. There is no user table."""

from dataclasses import asdict

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from taskmanager.core.crypto import hash_session_key
from taskmanager.core.request import AppRequest
from taskmanager.signin.errors import SignInNeeded
from taskmanager.signin.values import Person

PERSON = "person"  # the session's key for it


class SignedInRequest(AppRequest):
    """A request after the sign-in middleware; `person` is None on the views open to everybody."""

    person: Person | None


def person_in(session: SessionBase) -> Person | None:
    stored = session.get(PERSON)
    return Person(**stored) if stored else None


def keep_person(session: SessionBase, person: Person) -> None:
    session[PERSON] = asdict(person)


def person_of(request: HttpRequest) -> Person:
    """The person of a request that the middleware let through; SignInNeeded otherwise."""
    person: Person | None = getattr(request, "person", None)
    if person is None:
        raise SignInNeeded
    return person


def session_row(session: SessionBase) -> str:
    """The key of the session's row in the database; SignInNeeded for a session without a key."""
    if session.session_key is None:
        raise SignInNeeded
    return hash_session_key(session.session_key)
