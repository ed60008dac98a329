"""Which widgets were signed in from which browser, so that one sign-out can end them all."""

import logging
import secrets
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from taskmanager.core import crypto
from taskmanager.signin.models import FramedSession, Session
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.request import session_row
from taskmanager.signin.token_store import TokenStore

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

logger = logging.getLogger(__name__)

BROWSER: Final = "browser"  # outlives a sign-in of the full page, not a sign-out


def mark_browser(session: "SessionBase") -> None:
    """Give the full page's session a value to be known by when its key has changed."""
    if BROWSER not in session:
        session[BROWSER] = secrets.token_urlsafe(16)


def browser_mark(session: "SessionBase") -> str:
    """What we store of that value; empty when there is none."""
    value = session.get(BROWSER, "")
    return crypto.digest(value) if value else ""


def mark_as_widget(session: "SessionBase", started_by: str) -> None:
    """Write down that this session, just saved, is a widget's."""
    FramedSession.objects.update_or_create(
        session_id=session_row(session), defaults={"started_by": started_by}
    )


def end_all_of(session: "SessionBase") -> None:
    """End the widgets of the person who is about to sign out of this session of the full page."""
    own = crypto.hash_session_key(session.session_key or "")
    rows = [row for row in _rows_of(session) if row.pk != own]
    held = [TokenStore(row.pk).read() for row in rows]
    for row in rows:
        row.delete()
    if rows:
        logger.info("signed out with the full page: %s widgets", len(rows))
    configured_provider().revoke_all(held)


def _rows_of(session: "SessionBase") -> list[Session]:
    issuer, subject, sid = (session.get(part) or "" for part in ("issuer", "subject", "sid"))
    if not subject:
        return []
    same = Q(framed__started_by=browser_mark(session)) & ~Q(framed__started_by="")
    if sid:  # the provider's own word that it is one browser
        same |= Q(sid_hash__in=crypto.fingerprints("sid", issuer, sid))
    person = Q(subject_hash__in=crypto.fingerprints("subject", issuer, subject))
    return list(Session.objects.filter(person & same, framed__isnull=False))
