"""Which widgets were signed in from which browser, so that one sign-out can end them all."""

import logging
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet

from taskmanager.core import crypto
from taskmanager.signin.models import Session
from taskmanager.signin.providers.registry import configured_provider
from taskmanager.signin.token_store import TokenStore

logger = logging.getLogger(__name__)

# A value that stays the same when the session's key changes: a sign-in of the full page keeps it,
# a sign-out does not.
BROWSER: Final = "browser"


def browser_mark(session: SessionBase) -> str:
    """The hash of that random value, which we store; empty when there is none."""
    value = session.get(BROWSER, "")
    return crypto.digest(value) if value else ""


def end_all_of(session: SessionBase) -> None:
    """End the widgets of the person who is about to sign out of this session of the full page."""
    issuer, subject, sid = (session.get(part) or "" for part in ("issuer", "subject", "sid"))
    if not subject:
        return
    same_browser = Q(framed__started_by=browser_mark(session)) & ~Q(framed__started_by="")
    if sid:  # the provider says that it is one browser
        same_browser |= Q(sid_hash__in=crypto.fingerprints("sid", issuer, sid))
    of_person = Q(subject_hash__in=crypto.fingerprints("subject", issuer, subject))
    widgets = Session.objects.filter(of_person & same_browser, framed__isnull=False)
    own = crypto.hash_session_key(session.session_key or "")
    if ended := end(widgets.exclude(pk=own)):
        logger.info("signed out with the full page: %s widgets", ended)


def end(rows: QuerySet[Session]) -> int:
    """End sessions here first; then the provider revokes what could renew them. Their number."""
    keys = list(rows.values_list("pk", flat=True))
    held = [TokenStore(key).read() for key in keys]
    Session.objects.filter(pk__in=keys).delete()
    configured_provider().revoke_all(held)
    return len(keys)
