"""A person's own sessions: listed, and ended one by one or all but this one."""

import logging
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from taskmanager.core import crypto
from taskmanager.core.htmx import render
from taskmanager.core.numbers import number_format
from taskmanager.signin import endings, revocations
from taskmanager.signin.devices import DEVICE, device_of
from taskmanager.signin.models import Session
from taskmanager.signin.request import person_of, session_row
from taskmanager.signin.session_store import SIGNED_IN_AT
from taskmanager.signin.signals import Ending

logger = logging.getLogger(__name__)


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in, this place first."""
    here = session_row(request.session)
    rows = _mine(request.session).order_by("-seen_at")
    places = [place for row in rows if (place := _place(row, here))]
    places.sort(key=lambda place: not place["is_here"])
    context = {"places": places, "has_others": any(not place["is_here"] for place in places)}
    return render(request, "signin/sessions.html", context)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End one of the person's own sessions elsewhere; another person's is not found."""
    return _ended(request, _others(request.session).filter(pk=request.POST.get("session", "")))


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    return _ended(request, _others(request.session))


def _mine(session: SessionBase) -> QuerySet[Session]:
    """The sessions, not yet expired, of the person whose session this is."""
    mine = Q(pk=session_row(session))
    if subject := session.get("subject"):
        hashes = crypto.fingerprints("subject", session.get("issuer", ""), subject)
        mine |= Q(subject_hash__in=hashes)
    return Session.objects.filter(mine, expire_date__gt=timezone.now())


def _others(session: SessionBase) -> QuerySet[Session]:
    return _mine(session).exclude(pk=session_row(session))


def _place(row: Session, here: str) -> dict[str, Any] | None:
    """A session as its owner sees it; None when none of our keys can decrypt it any more."""
    content: Any = crypto.unseal(row.session_data, row=row.pk)
    if not isinstance(content, dict):
        return None
    device = {**device_of("", host="", is_framed=False), **content.get(DEVICE, {})}
    signed_in_at = datetime.fromtimestamp(content.get(SIGNED_IN_AT, 0), UTC)
    # The row's key is a hash: it does not give away the cookie.
    return {"row": row, "is_here": row.pk == here, "signed_in_at": signed_in_at, "device": device}


def _ended(request: HttpRequest, rows: QuerySet[Session]) -> HttpResponse:
    number, kept = endings.end(rows, Ending.ENDED_ELSEWHERE)
    revocations.settle(kept)
    fields = {"sessions": str(number), "actor": person_of(request).id}
    logger.info("sessions ended elsewhere", extra={"fields": fields})
    if number:
        said = ngettext("%(number)s session was ended.", "%(number)s sessions were ended.", number)
        messages.success(request, said % {"number": number_format(number)})
    else:
        messages.info(request, _("There was nothing to end: the session is over already."))
    return redirect("signin:sessions")
