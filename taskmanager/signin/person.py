"""Who is signed in. There is no user table: the person is what the session says."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest
    from django_htmx.middleware import HtmxDetails

PERSON = "person"


class SignInNeeded(Exception):
    """Nobody is signed in, or the provider no longer vouches for the person."""


@dataclass(frozen=True, slots=True)
class Person:
    """`id` is the ISC identity id; `alias` the account name; `is_admin` only shows controls."""

    id: str
    name: str
    alias: str
    is_admin: bool


class SignedRequest(Protocol):
    """What the middlewares before us and we ourselves put on a request."""

    htmx: "HtmxDetails"
    person: Person | None


def person_in(session: "SessionBase") -> Person | None:
    """The person of a session, or None."""
    stored = session.get(PERSON)
    return Person(**stored) if stored else None


def keep_person(session: "SessionBase", person: Person) -> None:
    """Write the person into the session."""
    session[PERSON] = asdict(person)


def person_of(request: "HttpRequest") -> Person:
    """The person of a request that the middleware let through; SignInNeeded otherwise."""
    person: Person | None = getattr(request, "person", None)
    if person is None:
        raise SignInNeeded
    return person
