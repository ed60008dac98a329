"""Why an admin looks at somebody else's queue: asked once per session, before the first look."""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from taskmanager.core.addresses import WIDGET_PREFIX, own_referer, safe_next, with_query
from taskmanager.core.htmx import is_read, render_partial, shown_path
from taskmanager.signin.request import SignedInRequest, person_of
from workitems.scope import require_admin
from workitems.web.forms import ReasonForm

REASON: Final = "look_reason"  # the session's key for it


class ReasonNeeded(Exception):
    """Somebody else's queue is asked for, and the person has not said yet why."""


def reason_in(session: SessionBase) -> str:
    """What the person has said. Raises ReasonNeeded."""
    if reason := session.get(REASON):
        return str(reason)
    raise ReasonNeeded


def reason_first(request: SignedInRequest) -> HttpResponse:
    """Lead to the question, and from there on to what was asked for."""
    widget = getattr(request, "widget", None)  # in a frame: the question looks as its page does
    look = QueryDict(widget.query[1:]).dict() if widget else {}
    url = with_query(_address(request), **look, next=_wanted(request))
    return led(request, url)


def led(request: SignedInRequest, url: str) -> HttpResponse:
    """To another page, whoever asked: htmx would put it into this one."""
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)


@require_http_methods(["GET", "HEAD", "POST"])
def reason(request: SignedInRequest) -> HttpResponse:
    """The question, and its answer."""
    require_admin(person_of(request))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    target = _target(request)
    if form.is_valid():
        request.session[REASON] = form.cleaned_data["reason"]
        return led(request, target)
    is_wrong = request.method == "POST"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    values = {"form": form, "action": with_query(request.path, next=target)}
    template = "workitems/reason.html"
    return render_partial(request, template, values, block="reason_form", status=status)


def _address(request: SignedInRequest) -> str:
    return reverse("workitems:reason", current_app="widget" if request.embedded else None)


def _wanted(request: SignedInRequest) -> str:
    """What to go on to: the page that asks, and for a write the one that it stands on."""
    if request.htmx:
        return shown_path(request)
    if is_read(request):
        return request.get_full_path()
    url = urlsplit(own_referer(request))
    return f"{url.path}?{url.query}"


def _target(request: SignedInRequest) -> str:
    """A page of ours; in a frame, one that may be framed."""
    target = safe_next(request.GET.get("next"))
    is_framed = target.startswith(WIDGET_PREFIX)
    return WIDGET_PREFIX if request.embedded and not is_framed else target
