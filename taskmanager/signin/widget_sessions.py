"""Which widgets were signed in from which browser, so that one sign-out can end them all."""

from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet

from taskmanager.core import crypto
from taskmanager.signin.models import Session

# A value that stays the same when the session's key changes: a sign-in of the full page keeps it,
# a sign-out does not.
BROWSER: Final = "browser"


def browser_mark(session: SessionBase) -> str:
    """The hash of that random value, which we store; empty when there is none."""
    value = session.get(BROWSER, "")
    return crypto.digest(value) if value else ""


def widgets_of(session: SessionBase) -> QuerySet[Session]:
    """The widgets that end as their person signs out of this session of the full page."""
    issuer, subject, sid = (session.get(part) or "" for part in ("issuer", "subject", "sid"))
    if not subject:
        return Session.objects.none()
    same_browser = Q(framed__started_by=browser_mark(session)) & ~Q(framed__started_by="")
    if sid:  # the provider says that it is one browser
        same_browser |= Q(sid_hash__in=crypto.fingerprints("sid", issuer, sid))
    of_person = Q(subject_hash__in=crypto.fingerprints("subject", issuer, subject))
    widgets = Session.objects.filter(of_person & same_browser, framed__isnull=False)
    own = crypto.hash_session_key(session.session_key or "")
    return widgets.exclude(pk=own)
