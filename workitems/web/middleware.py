"""ISC's errors as answers: one class of error, one status, one set of words."""

import logging
from http import HTTPStatus

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _
from django_htmx.http import push_url

from taskmanager.core.htmx import notice_response, render
from taskmanager.signin.prompts import token_refused
from taskmanager.signin.request import SignedInRequest
from workitems.isc.errors import Forbidden, IscError, NotFound, SignInAgain
from workitems.view_models.problem import Problem
from workitems.web.context import ActionContext
from workitems.web.looks import ReasonNeeded, reason_first
from workitems.web.responses import Changes, removed_response

log = logging.getLogger("workitems.errors")


class IscErrorMiddleware(MiddlewareMixin):
    """Views never catch: what the service raises becomes a page or a notice here."""

    def process_exception(
        self, request: SignedInRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, SignInAgain):
            return token_refused(request)
        if isinstance(exception, ReasonNeeded):
            return reason_first(request)
        if isinstance(exception, IscError):
            return self.answer(request, exception)
        if isinstance(exception, BadRequest):
            title = _("This address makes no sense")
            return show(request, Problem(HTTPStatus.BAD_REQUEST, title, str(exception)))
        if isinstance(exception, PermissionDenied):
            _log_refused(request)
            title = _("You may not do this")
            return show(request, Problem(HTTPStatus.FORBIDDEN, title, str(exception)))
        return None

    def answer(self, request: SignedInRequest, error: IscError) -> HttpResponse:
        problem = Problem.of(error, is_write=request.method == "POST")
        kind = type(error).__name__
        log.warning("%s on %s, SailPoint request %s", kind, request.path, problem.request_id or "-")
        item_id = request.resolver_match.kwargs.get("item_id") if request.resolver_match else None
        if request.htmx and item_id and isinstance(error, NotFound | Forbidden):
            words = f"{problem.title}. {problem.text}"
            changes = Changes(status=words, tone="warning", request_id=problem.request_id)
            context = ActionContext.of(request)
            reply = removed_response(context, changes, words, problem.status)
            return push_url(reply, url=False)
        return show(request, problem)


def _log_refused(request: SignedInRequest) -> None:
    """Without the query, which may hold what somebody typed; but whose queue they asked for."""
    person_id = request.person.id if request.person else "-"
    owner_id = request.GET.get("owner", "-")[:100]
    line = "not allowed: identity %s, %s, owner %s"
    log.warning(line, person_id, request.path[:200], owner_id)


def show(request: SignedInRequest, problem: Problem) -> HttpResponse:
    """Where the person acted: in the form's own notice, above the list, or on a page of its own."""
    is_write = request.method == "POST"
    can_resend = is_write and problem.can_resend
    is_admin = request.person is not None and request.person.is_admin
    # The banner of somebody else's queue, also over a page in trouble.
    shared = ActionContext.unrecorded(request).template() if is_admin else {}
    context = {
        **shared,
        "problem": problem,
        "retry_url": "" if is_write else request.get_full_path(),
        "action": request.get_full_path(),
        "can_resend": can_resend,
        "resend": sent_fields(request) if can_resend else [],
    }
    answer = notice_response if request.htmx else render
    response = answer(request, "workitems/error.html", context, status=problem.status)
    if problem.wait is not None:
        response["Retry-After"] = str(problem.wait)
    return response


def sent_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form without JavaScript sent, so that nothing typed is lost with the page."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
